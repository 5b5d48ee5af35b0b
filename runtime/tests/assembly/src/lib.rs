//! One import of each kind, to look at what its calls compile to.

#![no_std]

use core::ffi::{c_char, c_int, c_long};

use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {
    safe fn labs(n: c_long) -> c_long;
    fn printf(format: *const c_char, ...) -> c_int;
}

/// A call in tail position.
#[unsafe(no_mangle)]
pub extern "C" fn call(n: c_long) -> c_long {
    labs(n)
}

/// A variadic call with a vector argument.
///
/// # Safety
/// `format` asks for one double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn call_variadic(format: *const c_char) -> c_int {
    // SAFETY: the caller's.
    unsafe { printf(format, 1.5) }
}
