//! Memory of the loader's own.

use crate::error::Errno;
use crate::sys::file;

/// Pages at an address of the kernel's choice; given back when dropped, unless kept.
pub(crate) struct Mapping {
    pub(crate) start: usize,
    pub(crate) len: usize,
}

impl Mapping {
    /// Zeroed pages with room for `len` bytes.
    pub(crate) fn new(len: usize, protection: usize) -> Result<Self, Errno> {
        // SAFETY: new pages at an address of the kernel's choice.
        let start = unsafe { file::map(0, len, protection, None, 0) }?;
        Ok(Self { start, len })
    }

    /// Lets it stay for the life of the process.
    pub(crate) fn keep(self) {
        core::mem::forget(self);
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, and nothing outlives this value that lies in it: who needs that calls `keep`.
        unsafe { file::unmap(self.start, self.len) };
    }
}
