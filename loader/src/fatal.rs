//! The end of a process that cannot go on: one line on stderr, status 127, nothing unwound.

use crate::message::{Message, Sink};
use crate::sys;

/// Exit status of a process whose first use of a missing function cannot go on, as a shell's for a command that is not
/// found.
pub const STATUS: i32 = 127;

/// Writes to stderr through a small buffer, so that a line comes out in one piece.
pub struct Stderr {
    buffer: [u8; SIZE],
    used: usize,
}

const SIZE: usize = 512;

impl Stderr {
    /// An empty buffer.
    pub const fn new() -> Self {
        Self { buffer: [0; SIZE], used: 0 }
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

impl Sink for Stderr {
    fn put(&mut self, part: &[u8]) {
        for &byte in part {
            if let Some(place) = self.buffer.get_mut(self.used % SIZE) {
                *place = byte;
            }
            self.used += 1;
            if self.used == SIZE {
                self.flush();
            }
        }
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

/// Has the host libc's `exit` run with this status when the program's own does. In other link modes than guest there is
/// but one.
#[doc(hidden)]
pub fn exit_of_host_at_exit(_status: i32) {
    #[cfg(guest)]
    crate::guest::exit::ask_for_exit(_status);
}

/// Prints a line to stderr.
pub fn print_line(message: &dyn Message) {
    print(b"", message);
}

#[inline(never)]
fn print(prefix: &[u8], message: &dyn Message) {
    let mut out = Stderr::new();
    out.put(prefix);
    message.write_to(&mut out);
    out.put(b"\n");
    out.flush();
}

/// Says why and ends the process.
#[cold]
pub fn exit_with(reason: &dyn Message) -> ! {
    print(b"import-dynamic: ", reason);
    sys::exit_group(STATUS)
}
