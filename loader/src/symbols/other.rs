//! Symbols where static programs are not served: `dlsym` is asked for each.

use core::ffi::{CStr, c_void};
use core::ptr::NonNull;

use crate::dl::Handle;
use crate::host::Host;

/// There are none.
#[derive(Clone, Copy, Debug)]
pub enum Symbols {}

impl Host {
    /// None.
    #[doc(hidden)]
    pub fn symbols(&self, _: Handle) -> Option<Symbols> {
        None
    }
}

impl Symbols {
    /// Not used.
    pub const fn hash(_: &CStr) -> u32 {
        0
    }

    /// Never called.
    pub fn find(&self, _: &CStr, _: u32) -> Option<NonNull<c_void>> {
        match *self {}
    }
}
