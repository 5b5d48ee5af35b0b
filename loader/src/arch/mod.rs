//! One folder per architecture, each with the same functions, and what several share.

#[cfg(all(target_arch = "aarch64", target_pointer_width = "64"))]
mod aarch64;
#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), target_pointer_width = "64")))]
mod bytes;
#[cfg(all(loader, not(target_arch = "x86_64")))]
mod generic;
#[cfg(guest)]
mod guest;
#[cfg(target_arch = "riscv64")]
mod riscv64;
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]
mod x86_64;

#[cfg(all(target_arch = "aarch64", target_pointer_width = "64"))]
pub use aarch64::*;
#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), target_pointer_width = "64")))]
pub use bytes::*;
#[cfg(all(loader, not(target_arch = "x86_64")))]
pub(crate) use generic::*;
#[cfg(guest)]
pub(crate) use guest::*;
#[cfg(target_arch = "riscv64")]
pub use riscv64::*;
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]
pub use x86_64::*;

/// What code entered by [`preserve_arguments`] goes on with.
#[repr(C)]
pub struct Continuation {
    /// Where to jump.
    pub code: *const (),
    /// What the scratch register (r10, x9, t3) holds there.
    pub with: *const (),
}
