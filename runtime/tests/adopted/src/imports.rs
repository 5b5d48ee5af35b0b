//! Functions of the host that the cases call.

use core::ffi::{c_char, c_int, c_long, c_void};

use import_dynamic::import_dynamic;

/// `Dl_info` of dladdr(3).
#[repr(C)]
pub(crate) struct DlInfo {
    pub(crate) file: *const c_char,
    pub(crate) base: *const c_void,
    pub(crate) symbol: *const c_char,
    pub(crate) address: *const c_void,
}

/// The beginning of `struct dl_phdr_info` of dl_iterate_phdr(3).
#[repr(C)]
pub(crate) struct PhdrInfo {
    pub(crate) address: usize,
    pub(crate) name: *const c_char,
    pub(crate) headers: *const [u32; 14],
    pub(crate) count: u16,
}

#[import_dynamic("libc")]
unsafe extern "C" {
    pub(crate) fn printf(format: *const c_char, ...) -> c_int;
    pub(crate) safe fn labs(n: c_long) -> c_long;
    pub(crate) safe fn getpid() -> c_int;
    pub(crate) safe fn fork() -> c_int;
    pub(crate) fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
    pub(crate) fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    pub(crate) fn getenv(name: *const c_char) -> *const c_char;
    // glibc has no `atexit` to import: its programs link their own, which calls this.
    pub(crate) fn __cxa_atexit(function: extern "C" fn(*mut c_void), argument: *mut c_void, dso: *mut c_void) -> c_int;
    pub(crate) fn malloc(size: usize) -> *mut c_void;
    pub(crate) fn free(memory: *mut c_void);
    pub(crate) fn symlink(target: *const c_char, link: *const c_char) -> c_int;
    pub(crate) fn dl_iterate_phdr(
        callback: extern "C" fn(*const PhdrInfo, usize, *mut c_void) -> c_int,
        data: *mut c_void,
    ) -> c_int;
}

#[import_dynamic("libdl")]
unsafe extern "C" {
    pub(crate) fn dladdr(address: *const c_void, info: *mut DlInfo) -> c_int;
}

#[import_dynamic("libpthread")]
unsafe extern "C" {
    pub(crate) fn pthread_create(
        thread: *mut usize,
        attributes: *const c_void,
        start: extern "C" fn(*mut c_void) -> *mut c_void,
        argument: *mut c_void,
    ) -> c_int;
    pub(crate) fn pthread_join(thread: usize, value: *mut *mut c_void) -> c_int;
}

#[import_dynamic("libc", optional)]
unsafe extern "C" {
    #[symbol("no_such_function_anywhere")]
    pub(crate) fn absent_and_optional();
}
