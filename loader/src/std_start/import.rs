//! An import of a std program, as `cargo import-dynamic`'s linker lays it out.

use core::ffi::{CStr, c_char};
use core::sync::atomic::{AtomicUsize, Ordering};

/// An imported function or variable. The layout is `cli/src/build/object.rs`'s.
#[repr(C)]
pub struct Import {
    /// Its names, NUL-terminated, one after another, and an empty one. Only variables have several.
    names: *const c_char,
    /// A function's stub, or a variable's copy.
    place: usize,
    /// Of a weak function: the address that the linker gave to its symbol, if that is fixed; else 0 or `place`.
    canonical: usize,
    /// What the interpreter has found; then what the function is bound to.
    slot: AtomicUsize,
    /// Bytes of a variable.
    size: u32,
    /// Flags in the lowest byte, the letter of glibc's library in the next.
    flags: u32,
}

const DATA: u32 = 1;
const WEAK: u32 = 2;
const SEVERAL_VERSIONS: u32 = 4;
const NOT_EVERYWHERE: u32 = 8;
const ALSO_STRONG: u32 = 16;

// SAFETY: never written but for `slot`.
unsafe impl Sync for Import {}

/// All imports of this program.
pub(super) fn all() -> &'static [Import] {
    crate::registry::section!(Import, "import_dynamic_std")
}

impl Import {
    /// Its name, the first one of a variable.
    pub(crate) fn name(&self) -> &'static CStr {
        // SAFETY: NUL-terminated, in the program.
        unsafe { CStr::from_ptr(self.names) }
    }

    pub(crate) fn names(&self) -> Names {
        Names(self.names)
    }

    pub(crate) fn is_data(&self) -> bool {
        self.flags & DATA != 0
    }

    /// Whether somebody puts up with its absence: it is null then.
    pub(crate) fn is_weak(&self) -> bool {
        self.flags & WEAK != 0
    }

    /// Whether all that refer to it do.
    pub(crate) fn is_only_weak(&self) -> bool {
        self.flags & (WEAK | ALSO_STRONG) == WEAK
    }

    /// Whether some glibc has it in several versions: a relocation without a version then gets the oldest.
    pub(crate) fn has_several_versions(&self) -> bool {
        self.flags & SEVERAL_VERSIONS != 0
    }

    /// Whether some musl has it not.
    pub(crate) fn is_not_everywhere(&self) -> bool {
        self.flags & NOT_EVERYWHERE != 0
    }

    /// The letter of the library that it is in where glibc is several.
    pub(crate) fn library(&self) -> u8 {
        (self.flags >> 8) as u8
    }

    pub(crate) fn size(&self) -> u32 {
        self.size
    }

    /// The stub or copy.
    pub(crate) fn address(&self) -> usize {
        self.place
    }

    pub(crate) fn canonical(&self) -> usize {
        self.canonical
    }

    /// Where `canonical` itself is.
    pub(crate) fn canonical_address(&self) -> usize {
        &raw const self.canonical as usize
    }

    pub(crate) fn slot_address(&self) -> usize {
        self.slot.as_ptr() as usize
    }

    pub(crate) fn slot(&self) -> usize {
        self.slot.load(Ordering::Relaxed)
    }

    pub(crate) fn set_slot(&self, value: usize) {
        self.slot.store(value, Ordering::Relaxed);
    }
}

/// The names of an import.
#[derive(Clone)]
pub(crate) struct Names(*const c_char);

impl Iterator for Names {
    type Item = &'static CStr;

    fn next(&mut self) -> Option<&'static CStr> {
        // SAFETY: a list of strings in the program that ends with an empty one.
        let name = unsafe { CStr::from_ptr(self.0) };
        if name.is_empty() {
            return None;
        }
        self.0 = self.0.wrapping_add(name.count_bytes() + 1);
        Some(name)
    }
}
