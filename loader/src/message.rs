//! Messages in parts, without an allocator and without core's formatting, which would be a good part of a small program.
//! Parts are bytes: file names need not be UTF-8, and stderr takes them as they are.

use core::ffi::CStr;
use core::fmt;

use crate::strings::Strings;

/// Takes the parts of a message, one after another.
pub trait Sink {
    /// Takes the next part.
    fn put(&mut self, part: &[u8]);
}

/// What can be said on stderr by a program without std.
pub trait Message {
    /// Gives its parts.
    fn write_to(&self, out: &mut dyn Sink);
}

impl Message for str {
    fn write_to(&self, out: &mut dyn Sink) {
        out.put(self.as_bytes());
    }
}

impl<T: Message + ?Sized> Message for &T {
    fn write_to(&self, out: &mut dyn Sink) {
        (**self).write_to(out);
    }
}

impl Message for fmt::Arguments<'_> {
    fn write_to(&self, out: &mut dyn Sink) {
        struct Adapter<'a>(&'a mut dyn Sink);
        impl fmt::Write for Adapter<'_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0.put(text.as_bytes());
                Ok(())
            }
        }
        let _ = fmt::write(&mut Adapter(out), *self); // an error in the middle ends the message there
    }
}

/// Formats a message; what is not UTF-8 becomes U+FFFD.
///
/// # Errors
/// The formatter's.
pub fn format(message: &dyn Message, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    struct Adapter<'a, 'b>(&'a mut fmt::Formatter<'b>, fmt::Result);
    impl Sink for Adapter<'_, '_> {
        fn put(&mut self, part: &[u8]) {
            for chunk in part.utf8_chunks() {
                let end = if chunk.invalid().is_empty() { "" } else { "\u{fffd}" };
                self.1 = self.1.and_then(|()| self.0.write_str(chunk.valid())).and_then(|()| self.0.write_str(end));
            }
        }
    }
    let mut adapter = Adapter(f, Ok(()));
    message.write_to(&mut adapter);
    adapter.1
}

/// Writes a number in decimal.
pub fn put_number(out: &mut dyn Sink, number: u64) {
    if number >= 10 {
        put_number(out, number / 10);
    }
    out.put(&[b'0' + (number % 10) as u8]);
}

/// Gives texts with `first` before the first and, by turns, one of `separators` between two. An empty text is left out,
/// with the separator after it.
pub fn put_list(out: &mut dyn Sink, texts: Strings<'_>, first: &CStr, separators: Strings<'static>) {
    let (mut separator, mut turn) = (first.to_bytes(), 0);
    for text in texts {
        if !text.is_empty() {
            out.put(separator);
            out.put(text.to_bytes());
            separator = separators.nth_text(turn);
        }
        turn += 1;
        if separators.nth_text(turn).is_empty() {
            turn = 0;
        }
    }
}

#[cfg(test)]
mod tests;
