//! Functions of the host that the cases call.

use core::ffi::{CStr, c_char, c_int, c_long, c_void};

use import_dynamic::import_dynamic;
use libc::addrinfo;

#[import_dynamic("libSystem")]
unsafe extern "C" {
    pub(crate) safe fn labs(n: c_long) -> c_long;
    pub(crate) safe fn malloc(size: usize) -> *mut c_void;
    pub(crate) fn free(memory: *mut c_void);
    pub(crate) fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    pub(crate) safe fn close(file: c_int) -> c_int;
    pub(crate) fn getenv(name: *const c_char) -> *const c_char;
    pub(crate) fn printf(format: *const c_char, ...) -> c_int;
    pub(crate) fn snprintf(text: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
    pub(crate) fn getaddrinfo(
        node: *const c_char,
        service: *const c_char,
        hints: *const addrinfo,
        list: *mut *mut addrinfo,
    ) -> c_int;
    pub(crate) fn freeaddrinfo(list: *mut addrinfo);
}

/// Whether variadic imports can be called by their names here; else the pointers that `resolve()` gives can.
const VARIADIC: bool = cfg!(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"));

/// open(2) for reading.
pub(crate) fn open_for_reading(path: &CStr) -> c_int {
    // SAFETY: open(2): a C string; no mode, since nothing is made.
    unsafe {
        if VARIADIC {
            open(path.as_ptr(), libc::O_RDONLY)
        } else {
            open::resolve().expect("open")(path.as_ptr(), libc::O_RDONLY)
        }
    }
}

/// snprintf(3) of the numbers and a text between them, in the format `%zu %.3f %s %zu`.
///
/// # Safety
/// `size` bytes may be written at `text`.
pub(crate) unsafe fn format_numbers(text: *mut c_char, size: usize, first: usize, second: f64, last: usize) -> c_int {
    let (format, word) = (c"%zu %.3f %s %zu".as_ptr(), c"text".as_ptr());
    // SAFETY: the caller's; the arguments fit the format.
    unsafe {
        if VARIADIC {
            snprintf(text, size, format, first, second, word, last)
        } else {
            snprintf::resolve().expect("snprintf")(text, size, format, first, second, word, last)
        }
    }
}
