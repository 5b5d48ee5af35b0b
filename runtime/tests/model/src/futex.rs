//! futex(2) as it is promised: who waits has compared the word, and nobody can wake between the two.

use loom::sync::atomic::{AtomicU32, Ordering};
use loom::sync::{Condvar, Mutex};

loom::lazy_static! {
    /// The kernel's queue, one for all words: a model has only one.
    static ref QUEUE: (Mutex<()>, Condvar) = (Mutex::new(()), Condvar::new());
}

/// Waits until `word` may no longer be `value`.
pub(crate) fn wait_while(word: &AtomicU32, value: u32) {
    let (lock, woken) = &*QUEUE;
    while word.load(Ordering::Acquire) == value {
        let guard = lock.lock().expect("no panic");
        if word.load(Ordering::Relaxed) == value {
            drop(woken.wait(guard).expect("no panic"));
        }
    }
}

/// Wakes one that waits.
pub(crate) fn wake_one(_: &AtomicU32) {
    let (lock, woken) = &*QUEUE;
    let _guard = lock.lock().expect("no panic");
    woken.notify_one();
}

/// Wakes all that wait.
pub(crate) fn wake_all(_: &AtomicU32) {
    let (lock, woken) = &*QUEUE;
    let _guard = lock.lock().expect("no panic");
    woken.notify_all();
}
