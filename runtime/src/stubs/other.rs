//! Architectures without stubs of their own: a slot is null until the import is bound, and every call tests it.

use crate::import::{Code, Import};

/// What a slot holds until its import is bound.
pub(crate) const fn unbound(_: Code) -> *mut () {
    core::ptr::null_mut()
}

/// What a call jumps to, from what the slot holds.
#[inline]
pub(crate) fn bound(import: &'static Import, code: *const ()) -> *const () {
    if code.is_null() { super::code_for_call(import) } else { code }
}

/// What stands for a variadic import, which only assembly could define: ends the process with a message.
#[doc(hidden)]
pub extern "C" fn variadic_unsupported() -> ! {
    import_dynamic_loader::exit_with(
        &"variadic imports cannot be called by name on this architecture: call what their resolve() returns",
    )
}

/// The stubs of an import: none.
#[doc(hidden)]
#[macro_export]
macro_rules! __stubs {
    ($import:ident) => {
        $crate::private::core::ptr::null()
    };
}

/// What a call of `$import` jumps to.
#[doc(hidden)]
#[macro_export]
macro_rules! __target {
    ($import:ident) => {
        $crate::private::Import::target(&$import)
    };
}

/// A function for a variadic import; static programs, in which it would have a symbol, are not served here.
#[doc(hidden)]
#[macro_export]
macro_rules! __variadic {
    ($import:ident $(, $symbol:literal)?) => {
        $crate::private::variadic_unsupported as *const ()
    };
}
