//! Each import's own code: a few instructions that name it and jump to the code that all imports share. One file per
//! architecture, each with the same macros and functions.

use crate::import::{Code, Import};

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

/// An import's two entry points.
#[derive(Clone, Copy)]
pub struct Stubs {
    /// Binds the import and calls it.
    pub(crate) bind: Code,
    /// Calls the bound import with the guest's thread pointer.
    pub(crate) guest: GuestStub,
}

crate::private::if_guest! {{
    pub(crate) type GuestStub = Code;
    const fn guest_stub(code: *const ()) -> GuestStub {
        Code(code)
    }
    /// What a bound import's call jumps to where the thread pointer is switched.
    pub(crate) fn guest_code(stubs: Stubs, _: *mut ()) -> *mut () {
        stubs.guest.0.cast_mut()
    }
} {
    pub(crate) type GuestStub = ();
    const fn guest_stub(_: *const ()) -> GuestStub {}
    /// Nothing is switched.
    pub(crate) fn guest_code(stubs: Stubs, target: *mut ()) -> *mut () {
        let () = stubs.guest;
        target
    }
}}

impl Stubs {
    /// The stubs of one import.
    #[doc(hidden)]
    pub const fn new(bind: *const (), guest: *const ()) -> Self {
        Self { bind: Code(bind), guest: guest_stub(guest) }
    }
}

/// Binds an import whose first call is under way: what to call.
fn code_for_call(import: &'static Import) -> *const () {
    match import.bind() {
        Ok(code) => code,
        Err(error) => import_dynamic_loader::exit_with(&error),
    }
}
