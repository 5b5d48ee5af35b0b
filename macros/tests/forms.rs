//! The forms of `import_dynamic`, compiled and called.
#![deny(missing_docs, unsafe_op_in_unsafe_fn, unreachable_pub, warnings, clippy::pedantic)]
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is of a function that is always safe to call")]

extern crate self as import_dynamic;

#[allow(missing_docs, unused, unreachable_pub, clippy::all, clippy::pedantic, reason = "a stand-in")]
mod support;
#[allow(unused_imports, reason = "expansions name it")]
use support::private;

use std::ffi::{CStr, c_char, c_int, c_long};

use import_dynamic_macros::import_dynamic;
use support::ImportError;

#[import_dynamic("libc.so.6", "labs")]
#[must_use]
unsafe extern "C" fn magnitude(n: c_long) -> c_long;

#[import_dynamic("libSystem")]
unsafe extern "C" {
    #![allow(unused, reason = "some of these are only looked at")]

    /// Documented.
    pub(crate) safe fn labs(n: c_long) -> c_long;
    fn strlen(text: *const c_char) -> usize;
    #[symbol("no_such_symbol")]
    fn missing(_: c_int, callback: Option<unsafe extern "C" fn(c_int)>) -> c_int;
    #[symbol(["no_such_symbol", "strlen"])]
    fn length(text: *const c_char) -> usize;
    #[cfg(any())]
    fn never(nothing: NoSuchType);
    #[cfg_attr(all(), symbol("labs"))]
    #[cfg_attr(any(), symbol("strlen"))]
    safe fn chosen(n: c_long, #[cfg(any())] more: NoSuchType) -> c_long;
    #[cfg_attr(true, cfg_attr(all(), symbol("labs")))]
    safe fn chosen_within(n: c_long) -> c_long;
    fn snprintf(buffer: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
    fn abort() -> !;
    static answer: usize;
}

#[import_dynamic("libc", "strlen")]
unsafe extern "C" fn borrowed<'a>(text: &'a c_char, same: &'a c_char) -> usize;

#[import_dynamic("libc")]
unsafe extern "C-unwind" {
    #[rustfmt::skip]
    fn thirty_two(
        a1: u8,
        a2: u8,
        a3: u8,
        a4: u8,
        a5: u8,
        a6: u8,
        a7: u8,
        a8: u8,
        a9: u8,
        a10: u8,
        a11: u8,
        a12: u8,
        a13: u8,
        a14: u8,
        a15: u8,
        a16: u8,
        b1: f64,
        b2: f64,
        b3: f64,
        b4: f64,
        b5: f64,
        b6: f64,
        b7: f64,
        b8: f64,
        b9: f64,
        b10: f64,
        b11: f64,
        b12: f64,
        b13: f64,
        b14: f64,
        b15: f64,
        b16: u128,
    );
}

#[test]
fn single_function() {
    assert_eq!(unsafe { magnitude(-5) }, 5);
    assert!(magnitude::is_available());
    let function: unsafe extern "C" fn(c_long) -> c_long = magnitude::resolve().unwrap();
    assert_eq!(unsafe { function(-6) }, 6);
}

#[test]
fn block() {
    assert_eq!(labs(-7), 7);
    assert_eq!(chosen(-8), 8);
    assert_eq!(chosen_within(-8), 8);
    assert_eq!(unsafe { strlen(c"four".as_ptr()) }, 4);
    assert_eq!(unsafe { length(c"seven77".as_ptr()) }, 7);
    assert_eq!(missing::resolve().err(), Some(ImportError(c"no_such_symbol")));
    assert!(!missing::is_available());
    let safe: extern "C" fn(c_long) -> c_long = labs::resolve().unwrap();
    assert_eq!(safe(-9), 9);
}

#[test]
fn variadic() {
    assert!(snprintf::is_available());
    let mut buffer = [0; 32];
    unsafe { snprintf(buffer.as_mut_ptr(), buffer.len(), c"%d %.2f %s".as_ptr(), 3, 2.5, c"x".as_ptr()) };
    assert_eq!(unsafe { CStr::from_ptr(buffer.as_ptr()) }, c"3 2.50 x");
}

#[test]
fn data() {
    assert_eq!(unsafe { answer.read() }, 42);
}

#[test]
fn inside_a_function() {
    #[import_dynamic("libc.so.6")]
    unsafe extern "C" fn labs(n: c_long) -> c_long;
    assert_eq!(unsafe { labs(-10) }, 10);
    assert!(labs::is_available());
}

#[test]
fn references() {
    let text = c"12345".to_bytes_with_nul();
    assert_eq!(unsafe { borrowed(&*text.as_ptr().cast(), &*text.as_ptr().cast()) }, 5);
}
