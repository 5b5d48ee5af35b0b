//! The lock of the loader's cold paths: one holder at a time, who sees what the holder before wrote, and nobody waits for
//! ever (the checker reports that as a deadlock).

use loom::cell::UnsafeCell;
use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;

use crate::atomic::AtomicU32;
use crate::lock::Lock;

struct Guarded {
    lock: Lock,
    count: UnsafeCell<u32>,
}

// SAFETY: the checker fails when `count` is reached by two threads without an order between them.
unsafe impl Sync for Guarded {}
// SAFETY: as above.
unsafe impl Send for Guarded {}

impl Guarded {
    fn new() -> Arc<Self> {
        Arc::new(Self { lock: Lock(AtomicU32::new(0)), count: UnsafeCell::new(0) })
    }

    fn increment(&self) {
        let _guard = self.lock.lock();
        // SAFETY: a valid place.
        self.count.with_mut(|count| unsafe { *count += 1 });
    }

    fn increment_across_fork(&self) {
        core::mem::forget(self.lock.lock());
        // SAFETY: a valid place.
        self.count.with_mut(|count| unsafe { *count += 1 });
        // SAFETY: held, and its guard forgotten.
        unsafe { self.lock.unlock() };
    }
}

fn check(threads: usize, rounds: usize, preemptions: Option<usize>, work: fn(&Guarded)) {
    let mut builder = Builder::new();
    builder.preemption_bound = preemptions;
    builder.check(move || {
        let guarded = Guarded::new();
        let others: Vec<_> = (1..threads)
            .map(|_| {
                let guarded = Arc::clone(&guarded);
                thread::spawn(move || (0..rounds).for_each(|_| work(&guarded)))
            })
            .collect();
        (0..rounds).for_each(|_| work(&guarded));
        others.into_iter().for_each(|thread| thread.join().expect("no panic"));
        let _guard = guarded.lock.lock();
        // SAFETY: a valid place.
        guarded.count.with(|count| assert_eq!(unsafe { *count } as usize, threads * rounds));
    });
}

#[test]
fn two_threads() {
    check(2, 2, Some(3), Guarded::increment);
}

#[test]
fn three_threads() {
    check(3, 1, Some(2), Guarded::increment);
}

#[test]
fn released_without_its_guard() {
    check(2, 1, None, Guarded::increment_across_fork);
}
