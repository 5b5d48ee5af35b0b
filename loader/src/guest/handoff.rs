//! How a control block passes from the thread that owns it to the one that borrows it, and back: two futex words, of which
//! each is written by one side alone.
//!
//! | word | written by | orders |
//! | --- | --- | --- |
//! | `Handoff::ready` | the owner, once, Release | all that the owner did to its control block before, and the handoff's other words |
//! | `Owner::word` | the borrower, once, Release | all that the borrower did to the control block, before the owner goes on with it |
//!
//! The model checker has this very file (runtime/tests/model).

use crate::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};
use crate::sys;

/// A borrowed control block: its thread pointer, the futex word that its owner waits on, and the owner's kernel id.
pub(crate) struct Lent {
    pub(crate) thread_pointer: *mut u8,
    pub(crate) word: *const AtomicU32,
    pub(crate) thread: usize,
}

/// What a new owner tells the thread that wants its control block; in the frame of that thread.
pub(crate) struct Handoff {
    ready: AtomicU32,
    thread_pointer: AtomicPtr<u8>,
    word: AtomicPtr<AtomicU32>,
    thread: AtomicUsize,
}

impl Handoff {
    pub(crate) fn new() -> Self {
        Self {
            ready: AtomicU32::new(0),
            thread_pointer: AtomicPtr::new(core::ptr::null_mut()),
            word: AtomicPtr::new(core::ptr::null_mut()),
            thread: AtomicUsize::new(0),
        }
    }

    /// Waits for an owner.
    pub(crate) fn receive(&self) -> Lent {
        sys::wait_while(&self.ready, 0);
        Lent {
            thread_pointer: self.thread_pointer.load(Ordering::Relaxed),
            word: self.word.load(Ordering::Relaxed),
            thread: self.thread.load(Ordering::Relaxed),
        }
    }
}

/// The side that lends; in the owner's frame until the control block is back.
pub(crate) struct Owner {
    word: AtomicU32,
}

impl Owner {
    pub(crate) fn new() -> Self {
        Self { word: AtomicU32::new(1) }
    }

    /// Lends the control block and waits until it is given back.
    ///
    /// # Safety
    /// - A thread waits in [`Handoff::receive`], or will, and `handoff` lives until then.
    pub(crate) unsafe fn lend(&self, handoff: *const Handoff, thread_pointer: *mut u8, thread: usize) {
        // SAFETY: the caller's: it is there until `ready` is set.
        let ready = unsafe {
            (*handoff).thread_pointer.store(thread_pointer, Ordering::Relaxed);
            (*handoff).word.store((&raw const self.word).cast_mut(), Ordering::Relaxed);
            (*handoff).thread.store(thread, Ordering::Relaxed);
            // Raw from here on: the borrower's frame, and so the handoff, may be gone after the store.
            &raw const (*handoff).ready
        };
        // SAFETY: still there before the store; waking an address is harmless whatever is there.
        unsafe {
            (*ready).store(1, Ordering::Release);
            sys::wake_all(&*ready);
        }
        sys::wait_while(&self.word, 1);
    }
}

/// Gives a control block back: its owner goes on.
///
/// # Safety
/// - `word` is that of a [`Lent`] which is not used any more, and has not been given back.
pub(crate) unsafe fn give_back(word: *const AtomicU32) {
    // SAFETY: in the frame of the owner, which waits; after the store that frame may be gone, and waking an address is
    // harmless whatever is there.
    unsafe {
        (*word).store(0, Ordering::Release);
        sys::wake_all(&*word);
    }
}
