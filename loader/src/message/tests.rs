//! What is said, byte by byte, and what becomes of bytes that are no text.

use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::error::{Attempts, Errno, Error, Refusal, Rejection};

#[derive(Default)]
struct Bytes(Vec<u8>);

impl Sink for Bytes {
    fn put(&mut self, part: &[u8]) {
        self.0.extend_from_slice(part);
    }
}

fn said(message: &dyn Message) -> String {
    let mut bytes = Bytes::default();
    message.write_to(&mut bytes);
    String::from_utf8(bytes.0).expect("text")
}

#[test]
fn numbers() {
    for number in [0, 7, 10, 99, 100, 1_234_567_890, u64::MAX] {
        let mut bytes = Bytes::default();
        put_number(&mut bytes, number);
        assert_eq!(bytes.0, number.to_string().as_bytes());
    }
}

#[test]
fn bytes_that_are_no_text() {
    struct Name(&'static [u8]);
    impl Message for Name {
        fn write_to(&self, out: &mut dyn Sink) {
            out.put(b"<");
            out.put(self.0);
            out.put(b">");
        }
    }
    impl fmt::Display for Name {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            format(self, f)
        }
    }
    assert_eq!(Name(b"plain").to_string(), "<plain>");
    assert_eq!(Name(b"a\xffb\xc3").to_string(), "<a\u{fffd}b\u{fffd}>");
    assert_eq!(Name(b"").to_string(), "<>");
}

#[test]
fn formatted_parts() {
    assert_eq!(said(&format_args!("{} and {:?}", 1, "two")), "1 and \"two\"");
    assert_eq!(said(&"text"), "text");
}

#[test]
fn errors() {
    let mut attempts = Attempts::NONE;
    attempts.push(c"/lib/one", Refusal::System(Errno(2)));
    attempts.push(c"/lib/two", Rejection::NotElf.into());
    assert!(attempts.has(c"/lib/one") && !attempts.has(c"/lib/on"));
    let error = Error::NoInterpreter(attempts);
    let text = "no usable host libc: no dynamic linker (tried /lib/one: not found, /lib/two: not an ELF file); \
                install a libc or set IMPORT_DYNAMIC_INTERPRETER";
    assert_eq!(said(&error), text);
    assert_eq!(error.to_string(), text);
    assert_eq!(Error::Memory(Errno(12)).to_string(), "no memory to bring up the host libc: out of memory (errno 12)");
    assert_eq!(Error::Attach(Errno(11)).to_string(), said(&Error::Attach(Errno(11))));
    assert_eq!(Errno(95).to_string(), "system error (errno 95)");
    assert_eq!(Error::NoLibc(c"/lib/x").to_string(), "no usable host libc: none was found by /lib/x");
}

#[test]
fn attempts_that_there_is_no_memory_for() {
    let said = |attempts| said(&Error::NoInterpreter(attempts));
    assert!(said(Attempts::NONE).contains("(tried; and more); install"));
    let mut attempts = Attempts::NONE;
    attempts.push(c"/lib/one", Refusal::System(Errno(2)));
    attempts.push(&std::ffi::CString::new("x".repeat(10_000)).expect("a name"), Rejection::NotElf.into());
    assert!(said(attempts).contains("(tried /lib/one: not found; and more); install"));
}

/// A read that does not wait meets no limit on threads.
#[test]
#[cfg(guest)]
fn one_number_of_several_meanings() {
    assert_eq!(Errno(11).to_string(), "try again (errno 11)");
    assert_eq!(Errno(40).to_string(), "too many symbolic links (errno 40)");
    let text = "cannot start a thread for the host libc: thread limit reached (errno 11)";
    assert_eq!(Error::Thread(Errno(11)).to_string(), text);
}

#[test]
fn errors_cross_threads() {
    fn send_and_sync<T: Send + Sync + 'static>() {}
    send_and_sync::<Error>();
}
