//! Each import's own code: a few instructions that name it and jump to the code that all imports share. One file per
//! architecture, each with the same macros and functions.

use crate::declaration::Code;
use crate::import::Import;

#[cfg(all(target_arch = "aarch64", target_pointer_width = "64"))]
mod aarch64;
#[cfg(not(all(
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"),
    target_pointer_width = "64"
)))]
mod other;
#[cfg(target_arch = "riscv64")]
mod riscv64;
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]
mod x86_64;

#[cfg(all(target_arch = "aarch64", target_pointer_width = "64"))]
pub use aarch64::*;
#[cfg(not(all(
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"),
    target_pointer_width = "64"
)))]
pub use other::*;
#[cfg(target_arch = "riscv64")]
pub use riscv64::*;
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]
pub use x86_64::*;

crate::private::if_guest! {{
    /// What the slot of a bound import holds where the thread pointer is switched.
    pub(crate) fn guest(stubs: Code, _: *mut ()) -> *mut () {
        stubs.0.cast_mut()
    }
} {
    /// Nothing is switched.
    pub(crate) fn guest(_: Code, target: *mut ()) -> *mut () {
        target
    }
}}

/// Binds an import whose first call is under way: what to call.
fn code_for_call(import: &'static Import) -> *const () {
    match import.bind() {
        Ok(code) => code,
        Err(error) => import_dynamic_loader::exit_with(&error),
    }
}
