//! Functions of the host's libc that the cases call.

use core::ffi::{c_char, c_int, c_long, c_uint, c_void};

use import_dynamic::import_dynamic;

/// A `pthread_attr_t` of any libc.
#[repr(C, align(16))]
pub(crate) struct Attributes(pub(crate) [u8; 128]);

pub(crate) type Compare = extern "C" fn(*const c_void, *const c_void) -> c_int;

#[import_dynamic("libc")]
unsafe extern "C" {
    pub(crate) safe fn labs(n: c_long) -> c_long;
    pub(crate) safe fn getpid() -> c_int;
    pub(crate) safe fn malloc(size: usize) -> *mut c_void;
    pub(crate) fn free(memory: *mut c_void);
    pub(crate) fn qsort(base: *mut c_void, count: usize, size: usize, compare: Compare);
    pub(crate) fn strlen(text: *const c_char) -> usize;
    pub(crate) fn close(descriptor: c_int) -> c_int;
    pub(crate) fn access(path: *const c_char, mode: c_int) -> c_int;
    pub(crate) fn kill(process: c_int, signal: c_int) -> c_int;
    pub(crate) fn read(descriptor: c_int, buffer: *mut c_void, size: usize) -> isize;
    pub(crate) fn snprintf(buffer: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
    pub(crate) safe fn usleep(microseconds: c_uint) -> c_int;
}

#[import_dynamic("libpthread")]
unsafe extern "C" {
    pub(crate) safe fn pthread_self() -> usize;
    pub(crate) fn pthread_getattr_np(thread: usize, attributes: *mut Attributes) -> c_int;
    pub(crate) fn pthread_attr_getstack(attributes: *const Attributes, low: *mut usize, size: *mut usize) -> c_int;
    pub(crate) fn pthread_attr_destroy(attributes: *mut Attributes) -> c_int;
    pub(crate) fn pthread_create(
        thread: *mut usize,
        attributes: *const Attributes,
        start: extern "C" fn(*mut c_void) -> *mut c_void,
        argument: *mut c_void,
    ) -> c_int;
    pub(crate) fn pthread_join(thread: usize, value: *mut *mut c_void) -> c_int;
}

/// Binds every import of this program; libraries of other cases may not be there.
pub(crate) fn bind_all() {
    drop(import_dynamic::bind_all());
    assert!(labs::is_available());
}

/// A value of `/proc/self/status`, as it is written there.
pub(crate) fn status(key: &str) -> String {
    let text = std::fs::read_to_string("/proc/self/status").expect("/proc is mounted");
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    line.expect("a line of /proc/self/status").trim().to_owned()
}

/// How many kernel threads this process has.
pub(crate) fn threads() -> usize {
    status("Threads").parse().expect("a number")
}

/// What the guest has under a name in the scope that its libraries look into.
pub(crate) fn guest_function<F: Copy>(name: &core::ffi::CStr) -> F {
    let address =
        import_dynamic::host().expect("a host").dlsym(import_dynamic::Handle::GLOBAL, name).expect("a function");
    assert_eq!(size_of::<F>(), size_of_val(&address));
    // SAFETY: a function's address as a pointer to it.
    unsafe { std::mem::transmute_copy(&address) }
}
