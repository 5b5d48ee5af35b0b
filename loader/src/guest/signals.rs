//! The signal mask of a thread, by system call: the program's libc need not know.

use crate::arch::{self, number};

/// All signals blocked on this thread until this is dropped, but for the two that glibc and musl use between their own
/// threads (cancellation 32, `setuid` 33): blocked there, a `setuid` of the guest would wait for ever.
pub(crate) struct SignalsBlocked(u64);

const SIG_SETMASK: usize = 2;
const ALL_BUT_LIBC_INTERNAL: u64 = !(1 << 31 | 1 << 32);

impl SignalsBlocked {
    pub(crate) fn new() -> Self {
        let mut old = 0;
        set_mask(&ALL_BUT_LIBC_INTERNAL, &mut old);
        Self(old)
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
