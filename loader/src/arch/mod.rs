//! One folder per architecture, each with the same functions.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub use aarch64::*;
#[cfg(target_arch = "x86_64")]
pub use x86_64::*;

/// What code entered from an import's first call goes on with.
#[repr(C)]
pub struct Continuation {
    /// Where to jump.
    pub code: *const (),
    /// What the scratch register (r10, x17) holds there.
    pub with: *const (),
}
