//! Architectures without stubs of their own: a slot is null until the import is bound, and every call tests it.

use crate::declaration::Code;
use crate::import::Import;

/// The distance of an import's stubs from those of the one before it: there are none.
pub(crate) const STRIDE: usize = 0;

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

/// The stubs of imports: none.
#[doc(hidden)]
#[macro_export]
macro_rules! __stubs {
    ($imports:ident, $count:literal) => {
        $crate::private::core::ptr::null()
    };
}

/// An associated function that tells what a call of `$imports[$index]` jumps to.
#[doc(hidden)]
#[macro_export]
macro_rules! __target {
    ($imports:ident[$index:literal]) => {
        #[inline(always)]
        fn target() -> *const () {
            $crate::private::Import::target(&$imports[$index])
        }
    };
}

/// What `__target!` has defined for the import with the companion type `$companion`: an address.
#[doc(hidden)]
#[macro_export]
macro_rules! __target_of {
    ($companion:ident) => {
        $companion::target()
    };
}

/// A function for a variadic import; static programs, in which it would have a symbol, are not served here.
#[doc(hidden)]
#[macro_export]
macro_rules! __variadic {
    ($imports:ident[$index:literal] $(, $symbol:literal)?) => {
        $crate::private::variadic_unsupported as *const ()
    };
}
