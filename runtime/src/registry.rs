//! All imports that are linked into the program: macro expansions put them into one linker section.

use core::ffi::CStr;

use import_dynamic_loader::Host;

use crate::attempt::Attempts;
use crate::declaration::Flags;
use crate::import::Import;
use crate::resolve::open_required;

/// The slice of all statics of type `$type` in the section `$section` of `__DATA`. Where there is none, the linker makes an
/// empty one.
#[cfg(target_vendor = "apple")]
macro_rules! apple_section {
    ($type:ty, $section:literal) => {{
        // SAFETY: the linker's symbols, of which only the addresses are used. Without a size they may be one and the same.
        unsafe extern "C" {
            #[link_name = concat!("\u{1}section$start$__DATA$", $section)]
            static START: [u8; 0];
            #[link_name = concat!("\u{1}section$end$__DATA$", $section)]
            static END: [u8; 0];
        }
        let (start, end) = (&raw const START as *const $type, &raw const END as *const $type);
        if start == end {
            &[][..] // an empty section need not be aligned
        } else {
            // SAFETY: the linker defines the two symbols around the section, which holds nothing but such statics, one
            // after another: their size is a multiple of their alignment, so that the linker adds no padding.
            unsafe {
                core::slice::from_raw_parts::<'static, $type>(
                    start,
                    (end as usize - start as usize) / size_of::<$type>(),
                )
            }
        }
    }};
}

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
        apple_section!(Requirement, "__import_req")
    }
    #[cfg(not(target_vendor = "apple"))]
    {
        import_dynamic_loader::section!(Requirement, "import_require")
    }
}

fn all() -> &'static [Import] {
    #[cfg(target_vendor = "apple")]
    {
        apple_section!(Import, "__import_dyn")
    }
    #[cfg(not(target_vendor = "apple"))]
    {
        import_dynamic_loader::section!(Import, "import_dynamic")
    }
}
