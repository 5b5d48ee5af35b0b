//! The program break, which two libcs cannot share.

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
    #[cfg(not(target_env = "musl"))]
    move_from_heap(page);
    for _ in 0..MOST {
        match occupy(program_break().next_multiple_of(page), page) {
            // What is mapped there stops it; but for an emulator's, which keeps what was given back and gives it out again.
            Err(Errno::EXISTS) if grow(page) => {}
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

/// Has glibc's malloc keep the heap that it has. Otherwise it lowers the program break when the end of the heap is free, and the
/// guest's could raise it again below the page that stops it. It does not where the break is not where it has left it
/// (`malloc/malloc.c`, `systrim`), by the word in which its `sbrk` keeps it. Under malloc's own locks, since other threads may be
/// in it.
#[cfg(not(target_env = "musl"))]
fn move_from_heap(by: usize) {
    const M_TRIM_THRESHOLD: i32 = -1;
    let functions = [optional::malloc_fork_lock_parent(), optional::malloc_fork_unlock_parent(), optional::sbrk()];
    let mallopt = optional::mallopt();
    // A program without glibc's malloc has no heap of it.
    if functions.contains(&0) || mallopt == 0 {
        return;
    }
    // SAFETY: home's own functions: what its fork(2) does first and last in the parent (`malloc/arena.c`), sbrk(2), and
    // mallopt(3), which takes the same locks.
    unsafe {
        let [lock, unlock] =
            [functions[0], functions[1]].map(|function| core::mem::transmute::<usize, extern "C" fn()>(function));
        let sbrk: extern "C" fn(isize) -> isize = core::mem::transmute(functions[2]);
        let mallopt: extern "C" fn(i32, i32) -> i32 = core::mem::transmute(mallopt);
        lock();
        let before = sbrk(by.cast_signed());
        unlock();
        if before == -1 {
            // Beyond the limit (RLIMIT_DATA): by what costs more, for mmap is then used for all that is large.
            mallopt(M_TRIM_THRESHOLD, -1);
        }
    }
}
