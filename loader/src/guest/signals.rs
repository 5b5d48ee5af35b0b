//! The signal mask of a thread, by system call: the program's libc need not know.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::arch::{self, number};
use crate::host::LibcKind;

/// All signals blocked on this thread until this is dropped, and on threads that it makes meanwhile, until they call
/// [`allow_internal`].
pub(crate) struct SignalsBlocked(u64);

const SIG_SETMASK: usize = 2;
/// What stays blocked on threads that park: all but the signals that the libcs use between their own threads. glibc has
/// cancellation (32) and `setuid` (33), musl timers (32), cancellation (33) and `setuid` (34). Written at bring-up.
static MASK: AtomicU64 = AtomicU64::new(!(1 << 31 | 1 << 32));

/// Adapts to the libcs of both sides.
pub(crate) fn prepare(guest: LibcKind) {
    if guest == LibcKind::Musl || cfg!(target_env = "musl") {
        MASK.store(!(1 << 31 | 1 << 32 | 1 << 33), Ordering::Relaxed);
    }
}

/// Lets this thread, which is about to park, take part in what its libc has all threads do: a `setuid` would wait for it
/// for ever.
pub(crate) fn allow_internal() {
    set_mask(&MASK.load(Ordering::Relaxed), &mut 0);
}

impl SignalsBlocked {
    pub(crate) fn new() -> Self {
        let mut old = 0;
        set_mask(&u64::MAX, &mut old);
        Self(old)
    }
}

impl SignalsBlocked {
    /// What the mask was before; it stays blocked until [`SignalsBlocked::from_previous`]'s is dropped.
    pub(crate) fn keep(self) -> u64 {
        let previous = self.0;
        core::mem::forget(self);
        previous
    }

    /// The blocking that [`SignalsBlocked::keep`] kept, on the same thread.
    pub(crate) fn from_previous(previous: u64) -> Self {
        Self(previous)
    }
}

impl Drop for SignalsBlocked {
    fn drop(&mut self) {
        set_mask(&self.0, &mut 0);
    }
}

fn set_mask(new: &u64, old: &mut u64) {
    // SAFETY: reads and writes one kernel sigset_t, 8 bytes.
    unsafe {
        arch::syscall(
            number::RT_SIGPROCMASK,
            [SIG_SETMASK, core::ptr::from_ref(new) as usize, core::ptr::from_mut(old) as usize, 8, 0, 0],
        )
    };
}
