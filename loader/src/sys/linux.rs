//! The few system calls for which rustix has no stable wrapper, and the pieces of it that several modules share.

use core::ffi::c_void;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU32, Ordering};

use rustix::mm;
use rustix::thread::futex;

use crate::arch::{self, number};
use crate::error::Errno;

impl From<rustix::io::Errno> for Errno {
    fn from(errno: rustix::io::Errno) -> Self {
        Self(errno.raw_os_error())
    }
}

/// Waits until `word` may no longer be `value`.
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
pub(crate) fn thread_id() -> usize {
    rustix::thread::gettid().as_raw_nonzero().get() as usize
}

/// Writes all of `bytes` to stderr, if there is one.
pub(crate) fn write_stderr(mut bytes: &[u8]) {
    // SAFETY: if the program has closed descriptor 2, the write fails, or goes where the program wants its stderr.
    let stderr = unsafe { rustix::fd::BorrowedFd::borrow_raw(2) };
    while !bytes.is_empty() {
        match rustix::io::write(stderr, bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

/// Fresh zeroed pages with room for `size` bytes.
pub(crate) fn allocate_pages(size: usize) -> Option<NonNull<c_void>> {
    let protection = mm::ProtFlags::READ | mm::ProtFlags::WRITE;
    // SAFETY: a new mapping at an address of the kernel's choice.
    let memory = unsafe { mm::mmap_anonymous(core::ptr::null_mut(), size, protection, mm::MapFlags::PRIVATE) };
    NonNull::new(memory.ok()?)
}

/// Gives pages back.
///
/// # Safety
/// They come from [`allocate_pages`] with the same size, and nothing uses them.
pub(crate) unsafe fn free_pages(memory: NonNull<c_void>, size: usize) {
    // SAFETY: the caller's.
    let _ = unsafe { mm::munmap(memory.as_ptr(), size) };
}
