//! What a program offers to the host's libraries.

use core::ffi::CStr;

/// A function that the host's libraries find in this program by name (Go's `cgo_export_dynamic`).
///
/// Statics of this type in the linker section `import_export` are what the program exports.
#[repr(C)]
pub struct Exported {
    /// Its C name.
    pub name: &'static CStr,
    /// Its code.
    pub code: *const (),
}

// SAFETY: a name and a code address, never written.
unsafe impl Sync for Exported {}
