//! One folder per architecture, each with the same functions.

#[cfg(all(target_arch = "aarch64", target_pointer_width = "64"))]
mod aarch64;
#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), target_pointer_width = "64")))]
mod other;
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]
mod x86_64;

#[cfg(all(target_arch = "aarch64", target_pointer_width = "64"))]
pub use aarch64::*;
#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), target_pointer_width = "64")))]
pub use other::*;
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]
pub use x86_64::*;

/// What code entered by [`preserve_arguments`] goes on with.
#[repr(C)]
pub struct Continuation {
    /// Where to jump.
    pub code: *const (),
    /// What the scratch register (r10, x9) holds there.
    pub with: *const (),
}
