//! What the host's streams hold back, and what a first call carries.

use core::ffi::CStr;

use crate::imports::{printf, snprintf};

/// No newline, no flush; `main` returns.
pub(crate) fn print() {
    // SAFETY: printf(3).
    unsafe { printf(c"%s".as_ptr(), c"held back".as_ptr()) };
}

/// No newline, no flush; the program exits from somewhere else.
pub(crate) fn print_and_exit() {
    print();
    std::process::exit(7);
}

/// More doubles than there are registers for them, on the very first call.
pub(crate) fn variadic_first() {
    let mut text = [0u8; 64];
    // SAFETY: snprintf(3) with arguments that fit the format.
    unsafe {
        let format = c"%.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.1f %d";
        let text = text.as_mut_ptr().cast();
        snprintf(text, 64, format.as_ptr(), 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.5, 11);
    }
    let text = CStr::from_bytes_until_nul(&text).expect("a terminated text");
    assert_eq!(text, c"1 2 3 4 5 6 7 8 9 10.5 11");
}
