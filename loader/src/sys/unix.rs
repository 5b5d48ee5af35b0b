//! The same through the libc of a dynamic program: POSIX functions, declared as the system's headers do.

use core::ffi::{CStr, c_char, c_int, c_long, c_void};
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU32, Ordering};

// SAFETY: POSIX.1-2017's declarations; `pthread_self` gives a pointer or an integer of a pointer's size on all of them.
unsafe extern "C" {
    fn _exit(status: c_int) -> !;
    fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
    fn getenv(name: *const c_char) -> *const c_char;
    fn sched_yield() -> c_int;
    fn pthread_self() -> usize;
    fn clock_gettime(clock: c_int, time: *mut c_long) -> c_int;
    #[cfg(target_os = "linux")]
    fn getauxval(kind: usize) -> usize;
    #[cfg(not(target_os = "linux"))]
    fn issetugid() -> c_int;
}

/// CLOCK_MONOTONIC (`<time.h>`), whose number POSIX leaves open.
const MONOTONIC: c_int = if cfg!(target_vendor = "apple") {
    6
} else if cfg!(any(target_os = "freebsd", target_os = "dragonfly")) {
    4
} else if cfg!(any(target_os = "netbsd", target_os = "openbsd")) {
    3
} else {
    1
};

/// Waits until `word` may no longer be `value`: nothing that takes long happens meanwhile in a dynamic program.
pub(crate) fn wait_while(word: &AtomicU32, value: u32) {
    while word.load(Ordering::Acquire) == value {
        // SAFETY: sched_yield(2).
        unsafe { sched_yield() };
    }
}

/// Wakes all that wait on `word`: they look by themselves.
pub(crate) fn wake_all(_: &AtomicU32) {}

/// Ends the process at once: no destructor, no buffer is flushed.
pub fn exit_group(status: i32) -> ! {
    // SAFETY: _exit(2).
    unsafe { _exit(status) }
}

/// Nanoseconds of the monotonic clock.
pub fn monotonic_nanoseconds() -> u64 {
    // time_t and long are of one size wherever the seconds are read right; where time_t is larger, there is room.
    let mut time: [c_long; 4] = [0; 4];
    // SAFETY: writes a timespec.
    unsafe { clock_gettime(MONOTONIC, time.as_mut_ptr()) };
    (time[0] as u64).wrapping_mul(1_000_000_000).wrapping_add(time[1] as u64)
}

/// What tells this thread from others.
pub(crate) fn thread_id() -> usize {
    // SAFETY: pthread_self(3).
    unsafe { pthread_self() }
}

/// Writes all of `bytes` to stderr, if there is one.
pub(crate) fn write_stderr(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        // SAFETY: write(2) of a slice.
        let written = unsafe { write(2, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(written) {
            Ok(written) if written > 0 => bytes = bytes.get(written..).unwrap_or_default(),
            _ => return,
        }
    }
}

/// Fresh zeroed memory of `size` bytes, aligned for any ordinary type.
pub(crate) fn allocate_pages(size: usize) -> Option<NonNull<c_void>> {
    // SAFETY: calloc(3).
    NonNull::new(unsafe { calloc(1, size) })
}

/// Gives memory back.
///
/// # Safety
/// It comes from [`allocate_pages`], and nothing uses it.
pub(crate) unsafe fn free_pages(memory: NonNull<c_void>, _size: usize) {
    // SAFETY: the caller's.
    unsafe { free(memory.as_ptr()) };
}

/// Whether the process runs with more rights than who started it (getauxval(3), issetugid(2)).
pub fn is_secure() -> bool {
    #[cfg(target_os = "linux")]
    // SAFETY: AT_SECURE.
    let secure = unsafe { getauxval(23) } != 0;
    #[cfg(not(target_os = "linux"))]
    // SAFETY: asks, changes nothing.
    let secure = unsafe { issetugid() } != 0;
    secure
}

/// The value of an environment variable of this project; none in secure execution, where the environment is the
/// attacker's.
pub fn variable(name: &[u8]) -> Option<&'static CStr> {
    let mut text = [0; 64];
    text.get_mut(..name.len())?.copy_from_slice(name);
    let name = CStr::from_bytes_until_nul(&text).ok()?;
    if is_secure() {
        return None;
    }
    // SAFETY: getenv(3); the value stays until the program replaces it, which it must not do while another thread reads
    // its environment (environ(7)).
    unsafe {
        let value = getenv(name.as_ptr());
        (!value.is_null()).then(|| CStr::from_ptr(value))
    }
}
