//! A lock for the cold paths.

use crate::atomic::{AtomicU32, Ordering};
use crate::sys::{wait_while, wake_one};

/// A lock of one futex word, for the cold paths: 0 free, 1 held, 2 held and waited for.
///
/// `runtime/tests/model` tries every interleaving of it.
pub(crate) struct Lock(pub(crate) AtomicU32);

impl Lock {
    /// Takes the lock; released when the guard is dropped.
    pub(crate) fn lock(&self) -> Guard<'_> {
        if self.0.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
            while self.0.swap(2, Ordering::Acquire) != 0 {
                wait_while(&self.0, 2);
            }
        }
        Guard(self)
    }

    /// Releases the lock, whose guard has been forgotten.
    ///
    /// # Safety
    /// The caller holds it.
    pub(crate) unsafe fn unlock(&self) {
        if self.0.swap(0, Ordering::Release) == 2 {
            wake_one(&self.0);
        }
    }
}

pub(crate) struct Guard<'a>(&'a Lock);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        // SAFETY: the guard is the one who holds the lock.
        unsafe { self.0.unlock() };
    }
}
