//! A value in memory of its own, without an allocator: errors are rare, and large because they tell everything.

use core::ops::Deref;
use core::ptr::NonNull;

/// Owns one `T` in pages of its own.
pub(crate) struct PageBox<T>(NonNull<T>);

impl<T> PageBox<T> {
    /// Moves `value` there; gives it back when there is no memory.
    pub(crate) fn new(value: T) -> Result<Self, T> {
        match import_dynamic_loader::allocate_pages(size_of::<T>()) {
            Some(memory) => {
                let memory = memory.cast::<T>();
                // SAFETY: fresh pages, large enough and aligned to more than any type wants.
                unsafe { memory.write(value) };
                Ok(Self(memory))
            }
            None => Err(value),
        }
    }
}

impl<T> Deref for PageBox<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: written by `new`, alive until `drop`.
        unsafe { self.0.as_ref() }
    }
}

impl<T> Drop for PageBox<T> {
    fn drop(&mut self) {
        // SAFETY: the value written by `new`, in the pages that it got.
        unsafe {
            self.0.drop_in_place();
            import_dynamic_loader::free_pages(self.0.cast(), size_of::<T>());
        }
    }
}

// SAFETY: owns its value, as a box does.
unsafe impl<T: Send> Send for PageBox<T> {}
// SAFETY: gives out shared references only.
unsafe impl<T: Sync> Sync for PageBox<T> {}
