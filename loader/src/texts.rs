//! Strings in pages of their own, without an allocator: what errors tell is large, and rarely needed.

use core::ptr::NonNull;

use crate::strings::{Strings, copy};
use crate::sys;

/// Strings in order; none until the first is pushed.
pub struct Texts(Option<NonNull<Pages>>);

/// Fresh pages are a value of it: zeros.
struct Pages {
    used: usize,
    is_cut: bool,
    bytes: [u8; ROOM],
}

const ROOM: usize = 8192 - 16;

impl Texts {
    /// None.
    pub const NONE: Self = Self(None);

    /// Appends a string without NULs. What there is no memory for is left out, and all that follows it.
    #[inline(never)]
    pub fn push(&mut self, text: &[u8]) {
        if self.0.is_none() {
            self.0 = sys::allocate_pages(size_of::<Pages>()).map(NonNull::cast);
        }
        let Some(pages) = &mut self.0 else { return };
        // SAFETY: pages of zeros or a value written here, ours until `drop`, and borrowed mutably.
        let pages = unsafe { pages.as_mut() };
        let room = pages.bytes.get_mut(pages.used..).unwrap_or_default();
        if pages.is_cut || text.len() >= room.len() {
            pages.is_cut = true;
            return;
        }
        copy(room, text);
        pages.used += text.len() + 1; // the NUL is there
    }

    fn pages(&self) -> Option<&Pages> {
        // SAFETY: as in `push`, and borrowed.
        self.0.as_ref().map(|pages| unsafe { pages.as_ref() })
    }

    /// The strings, in order.
    pub fn iter(&self) -> Strings<'_> {
        Strings::all(self.pages().and_then(|pages| pages.bytes.get(..pages.used)).unwrap_or_default())
    }

    /// Whether some were left out.
    pub fn are_cut(&self) -> bool {
        self.pages().is_none_or(|pages| pages.is_cut)
    }
}

impl Drop for Texts {
    #[inline(never)]
    fn drop(&mut self) {
        if let Some(pages) = self.0 {
            // SAFETY: got by `push` with this size, and nobody else has them.
            unsafe { sys::free_pages(pages.cast(), size_of::<Pages>()) };
        }
    }
}

// SAFETY: owns its strings, as a box does.
unsafe impl Send for Texts {}
// SAFETY: a shared reference only reads.
unsafe impl Sync for Texts {}
