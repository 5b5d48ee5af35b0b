//! The process's id in the guest's control blocks. glibc before 2.25 answers getpid(2) from a word of the calling thread's
//! control block (`sysdeps/unix/sysv/linux/getpid.c`), and sends the signals between its threads with it: those of
//! `setuid`, `pthread_cancel` and `pthread_kill`. Its main thread takes the id of the kernel thread that it starts on for the
//! process's (`nptl/nptl-init.c`), which it is not here; other threads copy the word from the thread that makes them
//! (`nptl/allocatestack.c`), so that the kept block's is the one to put right.
//!
//! Where the word is differs between versions: behind that of the thread's id (`nptl/descr.h`), and found by value. What is
//! found is believed only when the guest's own getpid(2) then says what was written.

use core::sync::atomic::{AtomicIsize, Ordering};

use crate::arch::{self, number};
use crate::guest::area;
use crate::guest::maker::GUEST;
use crate::slots::{self, Slots};

/// The distance of the word from a thread pointer; 0 where the guest asks the kernel. Written once, by the thread that brings
/// up the guest, before any thread attaches.
static PLACE: AtomicIsize = AtomicIsize::new(0);

/// Puts the id of the guest's main thread's control block right, which nobody else uses yet.
pub(crate) fn prepare(main: *mut u8, slots: Slots) {
    // SAFETY: dlsym(3) in the global scope (a null handle), then getpid(2), with the control block in place.
    let (getpid, answer) = unsafe {
        let getpid = arch::call_on(main, slots.get(slots::DLSYM), 0, c"getpid".as_ptr() as usize, 0, 0);
        if getpid == 0 {
            return;
        }
        (getpid, arch::call_on(main, getpid, 0, 0, 0, 0) as u32)
    };
    let own = of_process();
    if answer == own {
        return;
    }
    let (from, to) = arch::control_block(main as usize);
    // SAFETY: the words of a control block that nobody uses; getpid(2), with it in place.
    let place = unsafe { find(from, to, [answer, own], || arch::call_on(main, getpid, 0, 0, 0, 0) as u32) };
    if let Some(place) = place {
        PLACE.store(place.wrapping_sub(main as usize).cast_signed(), Ordering::Relaxed);
    }
}

/// Puts `right` in the place of `wrong` where two words are `wrong`, in the second, until `ask` says so; where that was.
///
/// # Safety
/// Behavior is undefined if any of the following conditions are violated:
/// - from `from` to `to` there are whole words, which only the caller and `ask` use;
/// - each may be `right` while `ask` looks.
unsafe fn find(from: usize, to: usize, [wrong, right]: [u32; 2], ask: impl Fn() -> u32) -> Option<usize> {
    (from + 4..to).step_by(4).find(|&address| {
        let [thread, process] = [address - 4, address].map(|address| address as *mut u32);
        // SAFETY: the caller's. What is written is taken back unless it was the right one.
        unsafe {
            if *thread != wrong || *process != wrong {
                return false;
            }
            *process = right;
            let is_found = ask() == right;
            if !is_found {
                *process = wrong;
            }
            is_found
        }
    })
}

/// In the child of a fork, where guest's `fork` has put the word of no block right but the calling thread's, and a fork of
/// home's alone not even that: tells the kept block, and that of the calling thread, if it has one. Also in the parent, where
/// nothing changes.
///
/// The caller holds the lock of the guest's maker.
pub(crate) fn tell() {
    let place = PLACE.load(Ordering::Relaxed);
    if place == 0 {
        return;
    }
    let own = match area::current() {
        Some((thread_pointer, _)) => thread_pointer,
        // SAFETY: home's thread pointer is in place; this thread's own word.
        None => unsafe { *arch::guest_thread_pointer_word() },
    };
    for thread_pointer in [GUEST.kept(), own] {
        if !thread_pointer.is_null() {
            // SAFETY: the word in a control block that is this thread's, or under the lock.
            unsafe { *thread_pointer.wrapping_offset(place).cast() = of_process() };
        }
    }
}

/// A thread that the guest has made, its own thread pointer in place. glibc takes the blocks of ended threads again as they
/// are, which its own `fork` alone has told of the child.
pub(crate) fn tell_lender() {
    let place = PLACE.load(Ordering::Relaxed);
    if place != 0 {
        // SAFETY: the word in this thread's own control block.
        unsafe { *arch::own_thread_pointer().wrapping_offset(place).cast() = of_process() };
    }
}

fn of_process() -> u32 {
    // SAFETY: getpid(2).
    unsafe { arch::syscall(number::GETPID, [0; 6]) as u32 }
}

#[cfg(test)]
mod tests;
