//! Lending of control blocks: each has one owner at a time, the lending thread until it hands over, the borrower until it gives
//! back, then the lending thread again, whose libc takes the block down; and nobody waits for ever.

use loom::cell::UnsafeCell;
use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;

use crate::atomic::AtomicU32;
use crate::handoff::{Handoff, Owner, give_back};
use crate::lock::Lock;

/// What stands for a control block.
struct Block(UnsafeCell<u32>);

// SAFETY: the checker fails when the block is reached by two threads without an order between them.
unsafe impl Sync for Block {}
// SAFETY: as above.
unsafe impl Send for Block {}

impl Block {
    fn replace(&self, old: u32, new: u32) {
        // SAFETY: a valid place.
        self.0.with_mut(|block| unsafe { assert_eq!(core::mem::replace(&mut *block, new), old) });
    }
}

/// A thread's first call and its end: a lender made under the lock, its block lent and given back.
fn attach_and_end(lock: &Lock, number: usize) {
    let block = Arc::new(Block(UnsafeCell::new(0)));
    let handoff = Handoff::new();
    let guard = lock.lock();
    let lender = thread::spawn({
        let (block, handoff) = (Arc::clone(&block), &raw const handoff as usize);
        move || {
            block.replace(0, 1);
            let thread_pointer = Arc::as_ptr(&block).cast_mut().cast();
            // SAFETY: the borrower, below, waits in `receive`.
            unsafe { Owner::new().lend(handoff as *const Handoff, thread_pointer, number) };
            block.replace(2, 3);
        }
    });
    drop(guard);
    let lent = handoff.receive();
    assert_eq!((lent.thread_pointer.cast_const().cast(), lent.thread), (Arc::as_ptr(&block), number));
    block.replace(1, 2);
    // SAFETY: given back once, and not used any more.
    unsafe { give_back(lent.word) };
    lender.join().expect("no panic");
    block.replace(3, 4);
}

fn check(threads: usize, preemptions: Option<usize>) {
    let mut builder = Builder::new();
    builder.preemption_bound = preemptions;
    builder.check(move || {
        let lock = Arc::new(Lock(AtomicU32::new(0)));
        let others: Vec<_> = (1..threads)
            .map(|number| {
                let lock = Arc::clone(&lock);
                thread::spawn(move || attach_and_end(&lock, number))
            })
            .collect();
        attach_and_end(&lock, 0);
        others.into_iter().for_each(|thread| thread.join().expect("no panic"));
    });
}

#[test]
fn a_block_has_one_owner_at_a_time() {
    check(1, Some(4));
}

#[test]
fn two_threads_have_blocks_of_their_own() {
    check(2, Some(1));
}
