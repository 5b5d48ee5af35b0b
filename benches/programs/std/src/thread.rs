//! Threads: what one costs with and without calls into the host, and what calls cost when many make them.

use std::thread;

use crate::{call, clock};

/// Makes a thread and waits for its end.
pub(crate) fn join(count: u64) -> u64 {
    repeat(count, || {})
}

/// The same, and the thread makes one call into the host: in guest mode, that gives it a control block.
pub(crate) fn attach_and_join(count: u64) -> u64 {
    call::once(); // what only the process's first call costs is not to be measured
    repeat(count, call::once)
}

fn repeat(count: u64, work: fn()) -> u64 {
    clock::wall(|| {
        for _ in 0..count {
            // A thread that panics has printed why.
            let _ = thread::spawn(work).join();
        }
    })
}

/// Does `work` on so many threads at once; the nanoseconds that one of them ran, on average.
pub(crate) fn each(threads: u64, work: impl Fn() + Sync) -> u64 {
    let work = &work;
    let sum: u64 = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(move || clock::cpu(work))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
    });
    sum / threads.max(1)
}
