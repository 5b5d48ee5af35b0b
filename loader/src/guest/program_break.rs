//! The program break, which two libcs cannot share.

use core::ffi::c_int;
use core::sync::atomic::{AtomicBool, Ordering};

use rustix::mm::{self, MapFlags, ProtFlags};

use crate::arch::{self, number};
use crate::error::Errno;
#[cfg(not(target_env = "musl"))]
use crate::optional;

/// More pages than this are not taken from what is mapped beyond the program break.
const MOST: usize = 1 << 16;

/// Takes the program break away from both libcs: two that grew the heap there would hand out the same memory. Both then use
/// mmap.
///
/// The home thread pointer is in place.
///
/// # Errors
/// When no page can be mapped there.
pub(crate) fn block_program_break(page: usize) -> Result<(), Errno> {
    /// A bring-up that is tried again finds it done. One thread at a time is here.
    static IS_BLOCKED: AtomicBool = AtomicBool::new(false);
    if !IS_BLOCKED.load(Ordering::Relaxed) {
        block(page)?;
        IS_BLOCKED.store(true, Ordering::Relaxed);
    }
    Ok(())
}

fn block(page: usize) -> Result<(), Errno> {
    let heap = Heap::of_home();
    if let Some(heap) = &heap {
        heap.keep(page);
    }
    let grow = || heap.as_ref().map_or_else(|| grow(page), |heap| heap.grow(page));
    for _ in 0..MOST {
        match occupy(program_break().next_multiple_of(page), page) {
            // What is mapped there stops it; but for an emulator's, which keeps what was given back and gives it out again.
            Err(Errno::EXISTS) if grow() => {}
            Err(Errno::EXISTS) => return Ok(()),
            done => return done,
        }
    }
    Err(Errno::EXISTS)
}

/// Maps a page that nobody can use, where nothing is mapped.
fn occupy(address: usize, page: usize) -> Result<(), Errno> {
    let flags = MapFlags::PRIVATE | MapFlags::FIXED_NOREPLACE | MapFlags::NORESERVE;
    // SAFETY: a new mapping where nothing is mapped: FIXED_NOREPLACE, and kernels before 4.17 take the address as a hint.
    let place = unsafe { mm::mmap_anonymous(address as *mut _, page, ProtFlags::empty(), flags) }
        .map_err(|error| Errno(error.raw_os_error()))?;
    if place as usize == address {
        return Ok(());
    }
    // SAFETY: the page just mapped.
    let _ = unsafe { mm::munmap(place, page) };
    Err(Errno::EXISTS)
}

/// The end of the heap that `brk` grows.
fn program_break() -> usize {
    // SAFETY: brk(0) changes nothing.
    unsafe { arch::syscall(number::BRK, [0; 6]) as usize }
}

/// Raises the program break; whether that is possible.
fn grow(by: usize) -> bool {
    let end = program_break() + by;
    // SAFETY: brk(2) upwards: what others have stays theirs.
    unsafe { arch::syscall(number::BRK, [end, 0, 0, 0, 0, 0]) as usize == end }
}

/// The heap of home's malloc, where it is glibc's: what reaches it.
struct Heap {
    /// What its fork(2) does first and last in the parent (`malloc/arena.c`): takes malloc's locks, and releases them.
    lock: extern "C" fn(),
    unlock: extern "C" fn(),
    sbrk: extern "C" fn(isize) -> isize,
    mallopt: extern "C" fn(c_int, c_int) -> c_int,
}

impl Heap {
    #[cfg(not(target_env = "musl"))]
    fn of_home() -> Option<Self> {
        let lock = optional::malloc_fork_lock_parent();
        let unlock = optional::malloc_fork_unlock_parent();
        let (sbrk, mallopt) = (optional::sbrk(), optional::mallopt());
        if [lock, unlock, sbrk, mallopt].contains(&0) {
            return None; // it has another malloc
        }
        // SAFETY: the functions of these names, as glibc declares them.
        unsafe {
            Some(Self {
                lock: core::mem::transmute::<usize, extern "C" fn()>(lock),
                unlock: core::mem::transmute::<usize, extern "C" fn()>(unlock),
                sbrk: core::mem::transmute::<usize, extern "C" fn(isize) -> isize>(sbrk),
                mallopt: core::mem::transmute::<usize, extern "C" fn(c_int, c_int) -> c_int>(mallopt),
            })
        }
    }

    /// musl's malloc never lowers the program break.
    #[cfg(target_env = "musl")]
    fn of_home() -> Option<Self> {
        None
    }

    /// Keeps the program break from being lowered. malloc does that when the end of its heap is free, and the guest's would
    /// raise it again, below the page that is to stop it. It does not where the break is not where it has left it
    /// (`malloc/malloc.c`, `systrim`).
    fn keep(&self, page: usize) {
        const M_TRIM_THRESHOLD: c_int = -1;
        if !self.grow(page) {
            // Beyond the limit (RLIMIT_DATA): by what costs more, for then mmap is used for all that is large (mallopt(3)).
            (self.mallopt)(M_TRIM_THRESHOLD, -1);
        }
    }

    /// Raises the program break; whether that is possible. By sbrk(2), which remembers where the break is, and under malloc's
    /// locks: other threads may be in it, and in the same word.
    fn grow(&self, by: usize) -> bool {
        (self.lock)();
        let before = (self.sbrk)(by.cast_signed());
        (self.unlock)();
        before != -1
    }
}
