//! fork(2) of a process with two libcs: what this project shares between threads is whole in the child.
//!
//! The child has the calling thread only. That thread keeps its guest control block, and its guest thread pointer with
//! it; the lender behind it is gone, which nobody waits for. Control blocks for new threads are made as before: the kept
//! blocks of `maker` are memory, whose own threads are not needed.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::guest::maker::{GUEST, HOME};
use crate::guest::signals::SignalsBlocked;
use crate::optional;

/// Nobody makes a control block while the process forks: neither the locks nor the libcs' thread lists are then in
/// the middle of that in the child.
extern "C" fn before() {
    let previous = SignalsBlocked::new().keep(); // a handler that attaches would wait for its own thread
    GUEST.acquire();
    HOME.acquire();
    MASK.store(previous, Ordering::Relaxed);
}

/// In the parent and in the child.
extern "C" fn after() {
    let blocked = SignalsBlocked::from_previous(MASK.load(Ordering::Relaxed));
    // SAFETY: taken by `before`, on this thread.
    unsafe {
        HOME.release();
        GUEST.release();
    }
    drop(blocked);
}

/// The forking thread's signal mask, between [`before`] and [`after`]: under the locks.
static MASK: AtomicU64 = AtomicU64::new(0);

/// Has the home libc's `fork` call the two: glibc's name for `pthread_atfork` in static programs, else POSIX's. A
/// program that is linked with neither does not fork through its libc.
pub(crate) fn prepare() {
    let (glibc, posix) = (optional::register_atfork(), optional::pthread_atfork());
    let function = if glibc != 0 { glibc } else { posix };
    if function != 0 {
        // SAFETY: pthread_atfork(3); glibc's has a fourth argument, null for the program.
        unsafe {
            let register: extern "C" fn(extern "C" fn(), extern "C" fn(), extern "C" fn(), usize) -> i32 =
                core::mem::transmute(function);
            register(before, after, after, 0);
        }
    }
}
