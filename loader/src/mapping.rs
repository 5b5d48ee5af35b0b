//! Memory of the loader's own.

use rustix::mm::{self, MapFlags, ProtFlags};

/// Pages at an address of the kernel's choice; given back when dropped, unless kept.
pub(crate) struct Mapping {
    pub(crate) start: usize,
    pub(crate) len: usize,
}

impl Mapping {
    /// Zeroed pages with room for `len` bytes.
    #[inline(never)]
    pub(crate) fn new(len: usize, protection: ProtFlags) -> rustix::io::Result<Self> {
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: a new mapping at an address of the kernel's choice.
        let start = unsafe { mm::mmap_anonymous(core::ptr::null_mut(), len, protection, flags) }?;
        Ok(Self { start: start as usize, len })
    }

    /// Lets it stay for the life of the process; where it is.
    pub(crate) fn keep(self) -> usize {
        let start = self.start;
        core::mem::forget(self);
        start
    }
}

impl Drop for Mapping {
    #[inline(never)]
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, and nothing outlives this value that lies in it: who needs that calls `keep`.
        let _ = unsafe { mm::munmap(self.start as *mut _, self.len) };
    }
}
