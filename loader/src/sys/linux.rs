//! System calls that several modules share.

use core::ffi::c_void;
use core::ptr::NonNull;
#[cfg(any(guest, native))]
use core::sync::atomic::{AtomicU32, Ordering};

use crate::arch::{self, number};
#[cfg(guest)]
use crate::error::Errno;
use crate::sys::file;

#[cfg(guest)]
impl From<rustix::io::Errno> for Errno {
    fn from(errno: rustix::io::Errno) -> Self {
        Self(errno.raw_os_error())
    }
}

/// futex(2), by itself: a libc's wrapper would write its errno, by whichever thread pointer is in place.
#[cfg(any(guest, native))]
fn futex(word: &AtomicU32, operation: usize, value: u32, timeout: Option<&[u64; 2]>) {
    const PRIVATE: usize = 128;
    let timeout = timeout.map_or(0, |timeout| timeout.as_ptr() as usize);
    let arguments = [word.as_ptr() as usize, operation | PRIVATE, value as usize, timeout, 0, 0];
    // SAFETY: a word, and a timespec or none.
    unsafe { arch::syscall(number::FUTEX, arguments) };
}
#[cfg(any(guest, native))]
const WAIT: usize = 0;
#[cfg(any(guest, native))]
const WAKE: usize = 1;

/// Waits until `word` may no longer be `value`.
#[cfg(any(guest, native))]
pub(crate) fn wait_while(word: &AtomicU32, value: u32) {
    while word.load(Ordering::Acquire) == value {
        futex(word, WAIT, value, None); // woken, changed or interrupted: looked at again
    }
}

/// [`wait_while`], but not longer than this.
#[cfg(guest)]
pub(crate) fn wait_while_for(word: &AtomicU32, value: u32, nanoseconds: u64) {
    let start = monotonic_nanoseconds();
    while word.load(Ordering::Acquire) == value {
        let Some(left) = nanoseconds.checked_sub(monotonic_nanoseconds().wrapping_sub(start)) else { return };
        futex(word, WAIT, value, Some(&[left / 1_000_000_000, left % 1_000_000_000])); // looked at again
    }
}

/// Wakes one that waits on `word`.
#[cfg(guest)]
pub(crate) fn wake_one(word: &AtomicU32) {
    futex(word, WAKE, 1, None);
}

/// Wakes all that wait on `word`.
#[cfg(any(guest, native))]
pub(crate) fn wake_all(word: &AtomicU32) {
    futex(word, WAKE, i32::MAX as u32, None);
}

/// Waits for ever.
#[cfg(guest)]
pub(crate) fn park() -> ! {
    static NEVER: AtomicU32 = AtomicU32::new(0);
    loop {
        wait_while(&NEVER, 0);
    }
}

/// Ends a thread that no libc has made.
#[cfg(guest)]
pub(crate) fn exit_thread() -> ! {
    loop {
        // SAFETY: exit(2) of the thread alone; does not return.
        unsafe { arch::syscall(number::EXIT, [0; 6]) };
    }
}

/// Ends the process at once: no destructor, no buffer is flushed.
pub fn exit_group(status: i32) -> ! {
    loop {
        // SAFETY: does not return.
        unsafe { arch::syscall(number::EXIT_GROUP, [status as usize, 0, 0, 0, 0, 0]) };
    }
}

/// Nanoseconds of the monotonic clock.
pub fn monotonic_nanoseconds() -> u64 {
    let mut time = [0u64; 2];
    // SAFETY: CLOCK_MONOTONIC (1) writes two words.
    unsafe { arch::syscall(number::CLOCK_GETTIME, [1, &raw mut time as usize, 0, 0, 0, 0]) };
    time[0].wrapping_mul(1_000_000_000).wrapping_add(time[1])
}

/// The kernel's id of this thread.
#[cfg(any(guest, native))]
pub(crate) fn thread_id() -> usize {
    // SAFETY: gettid(2) always succeeds.
    unsafe { arch::syscall(number::GETTID, [0; 6]) as usize }
}

/// Whether this process has no thread with this id.
#[cfg(guest)]
pub(crate) fn is_gone(thread: usize) -> bool {
    const ESRCH: isize = 3;
    // SAFETY: getpid(2), and tgkill(2) of no signal.
    unsafe {
        let process = arch::syscall(number::GETPID, [0; 6]) as usize;
        arch::syscall(number::TGKILL, [process, thread, 0, 0, 0, 0]) == -ESRCH
    }
}

/// Writes all of `bytes` to stderr, if there is one.
pub(crate) fn write_stderr(mut bytes: &[u8]) {
    const EINTR: isize = 4;
    while !bytes.is_empty() {
        // SAFETY: write(2) of a slice; if the program has closed descriptor 2, it fails, or goes where the program wants
        // its stderr.
        match unsafe { arch::syscall(number::WRITE, [2, bytes.as_ptr() as usize, bytes.len(), 0, 0, 0]) } {
            written @ 0.. => bytes = bytes.get(written as usize..).unwrap_or_default(),
            error if error == -EINTR => {}
            _ => return,
        }
    }
}

/// Fresh zeroed pages with room for `size` bytes.
pub(crate) fn allocate_pages(size: usize) -> Option<NonNull<c_void>> {
    // SAFETY: new pages at an address of the kernel's choice.
    let memory = unsafe { file::map(0, size, file::PROT_READ | file::PROT_WRITE, None, 0) };
    NonNull::new(memory.ok()? as *mut c_void)
}

/// Gives pages back.
///
/// # Safety
/// They come from [`allocate_pages`] with the same size, and nothing uses them.
pub(crate) unsafe fn free_pages(memory: NonNull<c_void>, size: usize) {
    // SAFETY: the caller's.
    unsafe { file::unmap(memory.as_ptr() as usize, size) };
}
