//! A value in pages of its own, without an allocator: what errors tell is large, and rarely needed.

use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

/// Types of which all bytes zero is a value, and that need no destructor.
///
/// # Safety
/// Behavior is undefined if that is not so.
pub unsafe trait Zeroed {}

/// Owns one `T`, which begins as zeros.
pub struct PageBox<T: Zeroed>(NonNull<T>);

impl<T: Zeroed> PageBox<T> {
    /// A new value of zeros; `None` when there is no memory.
    pub fn zeroed() -> Option<Self> {
        // Fresh pages are zeros, and aligned to more than any type wants.
        crate::sys::allocate_pages(size_of::<T>()).map(|memory| Self(memory.cast()))
    }
}

impl<T: Zeroed> Deref for PageBox<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: a value (Zeroed) in pages that live until `drop`.
        unsafe { self.0.as_ref() }
    }
}

impl<T: Zeroed> DerefMut for PageBox<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and borrowed mutably.
        unsafe { self.0.as_mut() }
    }
}

impl<T: Zeroed> Drop for PageBox<T> {
    fn drop(&mut self) {
        // SAFETY: the pages got by `zeroed`, which nobody else has.
        unsafe { crate::sys::free_pages(self.0.cast(), size_of::<T>()) };
    }
}

// SAFETY: owns its value, as a box does.
unsafe impl<T: Zeroed + Send> Send for PageBox<T> {}
// SAFETY: gives out shared references only.
unsafe impl<T: Zeroed + Sync> Sync for PageBox<T> {}
