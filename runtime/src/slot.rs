//! An import's two words, and the order in which they are written and read. Everything that binding promises to callers
//! on other threads is here; `tests/model` tries every interleaving of it.

use crate::atomic::{AtomicPtr, Ordering};

/// What a call jumps to, and what it is for.
///
/// `code` is the import's bind stub at first (or null, where there are no stubs). Binding makes it the host's function,
/// or the guest stub, which jumps to `target`; or the program's own function, if the host has none.
///
/// `target` is null, then the host's address and never anything else: the guest stub calls it with the guest's thread
/// pointer.
#[repr(C)]
pub(crate) struct Slot {
    pub(crate) code: AtomicPtr<()>,
    pub(crate) target: AtomicPtr<()>,
}

impl Slot {
    /// What a call jumps to.
    #[inline(always)]
    pub(crate) fn code(&self) -> *const () {
        // Acquire: whoever sees the guest stub here must see `target` there, and everything that dlopen wrote.
        self.code.load(Ordering::Acquire)
    }

    /// The host's address; null until the host's is bound.
    #[inline]
    pub(crate) fn target(&self) -> *mut () {
        // Acquire: what dlopen wrote comes before.
        self.target.load(Ordering::Acquire)
    }

    /// Publishes the host's address, and what a call jumps to then. Threads that race store the same values.
    pub(crate) fn publish(&self, target: *mut (), code: *mut ()) {
        // Release, in this order: the guest stub reads `target`.
        self.target.store(target, Ordering::Release);
        self.code.store(code, Ordering::Release);
    }

    /// Publishes the program's own function, if nothing has been published in place of `unbound`; what a call jumps to
    /// then. A thread that finds the host's in the same moment wins, whichever is first.
    pub(crate) fn publish_fallback(&self, unbound: *mut (), fallback: *mut ()) -> *const () {
        // Acquire where it fails, as in `code`; Release where not, though there is nothing but code behind it.
        let result = self.code.compare_exchange(unbound, fallback, Ordering::AcqRel, Ordering::Acquire);
        result.map_or_else(|published| published, |_| fallback)
    }
}
