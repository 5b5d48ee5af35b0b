//! All imports that are linked into the program: macro expansions put them into one linker section.

use core::ffi::CStr;

use import_dynamic_loader::Host;

use crate::attempt::Attempts;
use crate::declaration::Flags;
use crate::import::Import;
use crate::resolve::open_required;

/// A library that the program wants open without importing from it.
#[repr(C)]
pub struct Requirement {
    libraries: &'static [&'static CStr],
    flags: Flags,
    /// [`open_required`], named here so that programs without requirements are linked without it.
    open: Open,
}

type Open = fn(&Host, &'static [&'static CStr]) -> Result<(), Attempts>;

impl Requirement {
    /// A library, by alternatives in order.
    #[doc(hidden)]
    pub const fn new(libraries: &'static [&'static CStr], flags: Flags) -> Self {
        Self { libraries, flags, open: open_required }
    }

    /// Opens it.
    ///
    /// # Errors
    /// When the program cannot do without it.
    pub(crate) fn open(&self, host: &Host) -> Result<(), Attempts> {
        (self.open)(host, self.libraries).or_else(|attempts| if self.is_optional() { Ok(()) } else { Err(attempts) })
    }

    /// The library alternatives, in order.
    pub fn libraries(&self) -> &'static [&'static CStr] {
        self.libraries
    }

    /// Whether the program can do without it.
    pub fn is_optional(&self) -> bool {
        self.flags.is_optional()
    }
}

/// A function that libraries find in the program.
pub use import_dynamic_loader::Exported as Export;

/// The imports that are linked into this program.
pub type Imports = core::slice::Iter<'static, Import>;

/// Lists every import that is linked into the program, bound or not.
pub fn imports() -> Imports {
    all().iter()
}

/// The libraries that this program requires.
pub(crate) fn requirements() -> &'static [Requirement] {
    #[cfg(target_vendor = "apple")]
    {
        &[] // a Mach-O section of its own for them is not worth two more symbols: libraries are named by imports there
    }
    #[cfg(not(target_vendor = "apple"))]
    {
        import_dynamic_loader::section!(Requirement, "import_require")
    }
}

#[cfg(not(target_vendor = "apple"))]
fn all() -> &'static [Import] {
    import_dynamic_loader::section!(Import, "import_dynamic")
}

#[cfg(target_vendor = "apple")]
fn all() -> &'static [Import] {
    // SAFETY: the linker's symbols, of which only the addresses are used.
    unsafe extern "C" {
        #[link_name = "\u{1}section$start$__DATA$__import_dyn"]
        static START: u8;
        #[link_name = "\u{1}section$end$__DATA$__import_dyn"]
        static END: u8;
    }
    let (start, end) = (&raw const START, &raw const END);
    // SAFETY: ld64 defines the two symbols around the section, which holds nothing but imports.
    unsafe { core::slice::from_raw_parts(start.cast(), (end as usize - start as usize) / size_of::<Import>()) }
}
