//! The end of a process that cannot go on: one line on stderr, status 127, nothing unwound.

use core::fmt::{self, Write};

use crate::sys;

/// Exit status of a process whose import cannot be bound, as a shell's for a command that is not found.
pub const STATUS: i32 = 127;

/// Writes to stderr through a small buffer, so that a line comes out in one piece.
pub struct Stderr {
    buffer: [u8; 512],
    used: usize,
}

impl Stderr {
    /// An empty buffer.
    pub const fn new() -> Self {
        Self { buffer: [0; 512], used: 0 }
    }

    /// Writes a number, without the formatting machinery.
    pub fn write_number(&mut self, number: u64) {
        if number >= 10 {
            self.write_number(number / 10);
        }
        let digit = [b'0' + (number % 10) as u8];
        let _ = self.write_str(core::str::from_utf8(&digit).unwrap_or_default()); // writing to the buffer cannot fail
    }

    /// Writes out what is buffered.
    pub fn flush(&mut self) {
        sys::write_stderr(self.buffer.get(..self.used).unwrap_or_default());
        self.used = 0;
    }
}

impl Default for Stderr {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for Stderr {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            if self.used == self.buffer.len() {
                self.flush();
            }
            if let Some(place) = self.buffer.get_mut(self.used) {
                *place = byte;
                self.used += 1;
            }
        }
        Ok(())
    }
}

/// Ends the process: through the host libc's `exit` where the process is one of the host's, so that its buffers are
/// flushed; at once where no host has been brought up.
pub fn exit(status: i32) -> ! {
    match crate::host_if_up() {
        Some(host) => host.exit(status),
        None => sys::exit_group(status),
    }
}

/// Prints a line to stderr.
pub fn print_line(text: &dyn fmt::Display) {
    let mut out = Stderr::new();
    let _ = writeln!(out, "{text}"); // writing to the buffer cannot fail
    out.flush();
}

/// Says why and ends the process.
#[cold]
pub fn exit_with(reason: &dyn fmt::Display) -> ! {
    print_line(&format_args!("import-dynamic: {reason}"));
    sys::exit_group(STATUS)
}
