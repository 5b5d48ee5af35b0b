//! The program break, which two libcs cannot share.

use rustix::mm::{self, MapFlags, ProtFlags};

use crate::arch::{self, number};

/// Takes a page away from the program break, so that neither libc can grow the heap there: two that both did would
/// hand out the same memory. Both then use mmap.
pub(crate) fn block_program_break(page: usize) {
    let address = program_break().next_multiple_of(page);
    let flags = MapFlags::PRIVATE | MapFlags::FIXED_NOREPLACE | MapFlags::NORESERVE;
    // SAFETY: a new mapping where nothing is mapped: FIXED_NOREPLACE, and kernels before 4.17 take the address as a hint.
    let result = unsafe { mm::mmap_anonymous(address as *mut _, page, ProtFlags::empty(), flags) };
    if let Ok(place) = result
        && place as usize != address
    {
        // SAFETY: the page just mapped.
        let _ = unsafe { mm::munmap(place, page) };
    }
}

/// The end of the heap that `brk` grows.
fn program_break() -> usize {
    // SAFETY: brk(0) changes nothing.
    unsafe { arch::syscall(number::BRK, [0; 6]) as usize }
}
