//! Imported variables.

use core::marker::PhantomData;

use crate::error::ImportError;
use crate::import::Import;

/// A variable of the host, found at first use.
///
/// It is the library's own variable, never a copy of it.
pub struct Data<T> {
    import: &'static Import,
    kind: PhantomData<*mut T>,
}

// SAFETY: holds a reference to an import only; what is read or written through it is the caller's promise.
unsafe impl<T> Sync for Data<T> {}
// SAFETY: as above.
unsafe impl<T> Send for Data<T> {}

impl<T> Data<T> {
    /// The variable that `import` names.
    #[doc(hidden)]
    pub const fn new(import: &'static Import) -> Self {
        Self { import, kind: PhantomData }
    }

    /// The variable's address.
    ///
    /// # Errors
    /// When the import cannot be bound.
    pub fn resolve(&self) -> Result<*mut T, ImportError> {
        self.import.address().map(<*mut ()>::cast)
    }

    /// Whether the host has it.
    pub fn is_available(&self) -> bool {
        self.resolve().is_ok()
    }

    /// The variable's address; ends the process with a message when the host does not have it.
    pub fn as_ptr(&self) -> *mut T {
        match self.resolve() {
            Ok(address) => address,
            Err(error) => import_dynamic_loader::exit_with(&error),
        }
    }

    /// Reads the variable.
    ///
    /// # Safety
    /// Behavior is undefined if any of the following conditions are violated:
    /// - the variable is a valid `T`;
    /// - nobody writes it meanwhile.
    pub unsafe fn read(&self) -> T
    where
        T: Copy,
    {
        // SAFETY: the caller's.
        unsafe { self.as_ptr().read() }
    }

    /// Writes the variable.
    ///
    /// # Safety
    /// Behavior is undefined if any of the following conditions are violated:
    /// - the variable is a `T` that may be written;
    /// - nobody reads or writes it meanwhile.
    pub unsafe fn write(&self, value: T) {
        // SAFETY: the caller's.
        unsafe { self.as_ptr().write(value) }
    }
}
