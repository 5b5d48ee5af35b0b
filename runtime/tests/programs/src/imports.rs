//! Functions of the host that the cases call.

use core::ffi::{c_char, c_int, c_long, c_void};

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
