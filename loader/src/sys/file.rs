//! Files and memory by system calls. Not rustix's: their checks of descriptors would be the only panics in a program
//! without libc, and their error type a second one.

use core::ffi::CStr;

use crate::arch::{self, number, stat};
use crate::error::Errno;

/// The result of a system call.
fn checked(result: isize) -> Result<usize, Errno> {
    if result < 0 { Err(Errno(-result as i32)) } else { Ok(result as usize) }
}

/// An open file.
pub(crate) struct File(usize);

impl File {
    /// Opens a file to read it.
    pub(crate) fn open(name: &CStr) -> Result<Self, Errno> {
        const AT_FDCWD: usize = -100isize as usize;
        const O_RDONLY: usize = 0;
        const O_NOCTTY: usize = 0o400;
        const O_NONBLOCK: usize = 0o4000; // the name may lead to a FIFO, which would wait for a writer before it can be rejected
        const O_CLOEXEC: usize = 0o2_000_000;
        let flags = O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
        // SAFETY: openat(2) without a mode.
        checked(unsafe { arch::syscall(number::OPENAT, [AT_FDCWD, name.as_ptr() as usize, flags, 0, 0, 0]) }).map(Self)
    }

    /// Its size; `None` when it is not a regular file.
    pub(crate) fn size(&self) -> Result<Option<u64>, Errno> {
        const S_IFMT: u64 = 0o170_000;
        const S_IFREG: u64 = 0o100_000;
        let mut status = [0u64; stat::WORDS];
        // SAFETY: fstat(2) writes a `struct stat`, which is that large.
        checked(unsafe { arch::syscall(number::FSTAT, [self.0, &raw mut status as usize, 0, 0, 0, 0]) })?;
        let is_regular = status[stat::MODE.0] >> stat::MODE.1 & S_IFMT == S_IFREG;
        Ok(is_regular.then_some(status[stat::SIZE]))
    }

    /// Reads bytes from an offset on; how many there were.
    pub(crate) fn read(&self, bytes: &mut [u8], offset: u64) -> Result<usize, Errno> {
        let arguments = [self.0, bytes.as_mut_ptr() as usize, bytes.len(), offset as usize, 0, 0];
        // SAFETY: pread(2) into a slice.
        checked(unsafe { arch::syscall(number::PREAD64, arguments) })
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: a descriptor of this value's own.
        unsafe { arch::syscall(number::CLOSE, [self.0, 0, 0, 0, 0, 0]) };
    }
}

/// What memory may be used for (`<sys/mman.h>`).
pub(crate) const PROT_NONE: usize = 0;
pub(crate) const PROT_READ: usize = 1;
pub(crate) const PROT_WRITE: usize = 2;
pub(crate) const PROT_EXEC: usize = 4;

/// Maps a file from an offset on, or zeros, to `start`, or where the kernel likes for 0; where that is.
///
/// # Safety
/// Behavior is undefined if anything else uses the `len` bytes at `start`, unless that is 0.
#[inline(never)]
pub(crate) unsafe fn map(
    start: usize,
    len: usize,
    protection: usize,
    file: Option<&File>,
    offset: u64,
) -> Result<usize, Errno> {
    const MAP_PRIVATE: usize = 2;
    const MAP_FIXED: usize = 0x10;
    const MAP_ANONYMOUS: usize = 0x20;
    const MAP_POPULATE: usize = 0x8000;
    let place = if start == 0 { 0 } else { MAP_FIXED };
    let (file, source) = file.map_or((usize::MAX, MAP_ANONYMOUS), |file| {
        // Of a file, what may be written will be: at once, and not with a page fault each.
        (file.0, (protection & PROT_WRITE) * (MAP_POPULATE / PROT_WRITE))
    });
    let arguments = [start, len, protection, MAP_PRIVATE | place | source, file, offset as usize];
    // SAFETY: mmap(2); the caller's.
    checked(unsafe { arch::syscall(number::MMAP, arguments) })
}

/// Unmaps memory.
///
/// # Safety
/// Behavior is undefined if anything uses it.
#[inline(never)]
pub(crate) unsafe fn unmap(start: usize, len: usize) {
    // SAFETY: the caller's.
    unsafe { arch::syscall(number::MUNMAP, [start, len, 0, 0, 0, 0]) };
}
