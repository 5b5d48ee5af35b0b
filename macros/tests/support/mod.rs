//! A stand-in for the runtime, so that expansions can be compiled and run by this crate alone: `private` as the real
//! one has it, with a host of a few functions in place of libraries.
//!
//! The crate that includes this says `extern crate self as import_dynamic;` and re-exports `private` at its root.

use std::ffi::{CStr, c_char, c_int, c_long};
use std::sync::atomic::{AtomicPtr, Ordering};

pub mod private;

unsafe extern "C" {
    fn labs(n: c_long) -> c_long;
    fn strlen(text: *const c_char) -> usize;
    fn snprintf(buffer: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
    fn close(fd: c_int) -> c_int;
    fn abort() -> !;
}

/// Data that the host has.
pub static ANSWER: AtomicPtr<c_int> = AtomicPtr::new(42 as *mut c_int);

/// What the host has under a name.
fn lookup(symbol: &CStr) -> Option<*const ()> {
    Some(match symbol.to_bytes() {
        b"labs" => labs as *const (),
        b"strlen" => strlen as *const (),
        b"snprintf" => snprintf as *const (),
        b"close" => close as *const (),
        b"abort" => abort as *const (),
        b"answer" => ANSWER.as_ptr() as *const (),
        _ => return None,
    })
}

/// Names what cannot be bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportError(pub &'static CStr);

/// The value of errno.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errno(pub i32);

thread_local! {
    /// The import that this thread bound last.
    static LAST: std::cell::Cell<Option<&'static private::Import>> = const { std::cell::Cell::new(None) };
}

/// The import that `bind` binds.
pub fn declaration(bind: impl FnOnce() -> bool) -> &'static private::Import {
    bind();
    LAST.get().unwrap()
}

/// Binds by name: the first symbol that the host has, then the fallback.
#[inline(never)]
fn bind(slot: &AtomicPtr<()>, declaration: &'static private::Import) -> Result<*const (), ImportError> {
    LAST.set(Some(declaration));
    let found = declaration.symbols.iter().find_map(|symbol| lookup(symbol));
    let found = found.or(declaration.fallback.map(|code| code.0)).ok_or(ImportError(declaration.symbols[0]))?;
    slot.store(found.cast_mut(), Ordering::Release);
    Ok(found)
}
