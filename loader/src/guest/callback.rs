//! Code of the program that the guest calls: it runs with the home thread pointer.

use crate::arch;
use crate::guest::area;
use crate::guest::identity;

/// What [`leave`] puts back.
#[derive(Clone, Copy)]
pub struct Token {
    /// The guest thread pointer that was in place; null when there was none.
    thread_pointer: *mut u8,
    /// The return address of the call into the guest: calls inside the callback use the same place.
    return_address: usize,
}

impl Token {
    const NONE: Self = Self { thread_pointer: core::ptr::null_mut(), return_address: 0 };
}

/// Puts this thread's home thread pointer in place, if it is in guest code.
///
/// Whoever calls this must go on in a function of its own that is never inlined: addresses of thread-locals must not be
/// computed before. Ends the process when a thread that the guest made cannot be given a home identity: there is no
/// caller who could be told.
#[inline]
pub fn enter() -> Token {
    if area::key() == 0 { Token::NONE } else { enter_from_guest() }
}

#[inline(never)]
fn enter_from_guest() -> Token {
    // None: called by code of the program itself, with the home thread pointer in place.
    let Some((thread_pointer, area)) = area::current() else { return Token::NONE };
    // SAFETY: this thread's own area, and the home thread pointer that it has borrowed or borrows now.
    unsafe {
        if (*area).home == 0
            && let Err(error) = identity::borrow(thread_pointer, area)
        {
            crate::fatal::exit_with(&format_args!("a callback on a thread of the host: {error}"));
        }
        let token = Token { thread_pointer, return_address: (*area).return_address };
        arch::switch_to((*area).home as *mut u8);
        token
    }
}

/// Puts the guest's thread pointer back.
///
/// # Safety
/// `token` is what [`enter`] gave, on this thread, and tokens are handed back in the opposite order.
#[inline]
pub unsafe fn leave(token: Token) {
    if token.thread_pointer.is_null() {
        return;
    }
    // SAFETY: the caller's: the guest thread pointer that this thread came with.
    unsafe {
        (*arch::area_of(token.thread_pointer)).return_address = token.return_address;
        arch::switch_to(token.thread_pointer);
    }
}

/// Marks the program as one that has callbacks, where it is expanded.
#[doc(hidden)]
#[macro_export]
macro_rules! __mark_callback {
    () => {
        // SAFETY: no instruction; a byte in a section that `identity::is_needed` looks for and that linkers keep.
        unsafe {
            ::core::arch::asm!(
                ".pushsection import_callback,\"aR\",@progbits",
                ".byte 1",
                ".popsection",
                options(nomem, nostack, preserves_flags)
            );
        }
    };
}
pub use __mark_callback as mark;
