//! System calls that several modules share.

use core::ffi::c_void;
use core::ptr::NonNull;
#[cfg(any(guest, native))]
use core::sync::atomic::{AtomicU32, Ordering};

#[cfg(any(guest, native))]
use rustix::thread::futex;

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

/// Waits until `word` may no longer be `value`.
#[cfg(any(guest, native))]
pub(crate) fn wait_while(word: &AtomicU32, value: u32) {
    while word.load(Ordering::Acquire) == value {
        let _ = futex::wait(word, futex::Flags::PRIVATE, value, None); // woken, changed or interrupted: looked at again
    }
}

/// [`wait_while`], but not longer than this.
#[cfg(guest)]
pub(crate) fn wait_while_for(word: &AtomicU32, value: u32, nanoseconds: u64) {
    let start = monotonic_nanoseconds();
    while word.load(Ordering::Acquire) == value {
        let Some(left) = nanoseconds.checked_sub(monotonic_nanoseconds().wrapping_sub(start)) else { return };
        let left = futex::Timespec { tv_sec: (left / 1_000_000_000) as i64, tv_nsec: (left % 1_000_000_000) as i64 };
        let _ = futex::wait(word, futex::Flags::PRIVATE, value, Some(&left)); // looked at again
    }
}

/// Wakes one that waits on `word`.
#[cfg(guest)]
pub(crate) fn wake_one(word: &AtomicU32) {
    let _ = futex::wake(word, futex::Flags::PRIVATE, 1);
}

/// Wakes all that wait on `word`.
#[cfg(any(guest, native))]
pub(crate) fn wake_all(word: &AtomicU32) {
    let _ = futex::wake(word, futex::Flags::PRIVATE, i32::MAX as u32);
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
    rustix::thread::gettid().as_raw_nonzero().get() as usize
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
