//! Many calls with one switch.

use core::marker::PhantomData;

use import_dynamic_loader::LinkMode;

use crate::error::ImportError;
use crate::import::Import;
use crate::private::{callback_enter, callback_leave};
use crate::{HostError, host};

/// That the thread is inside [`guest_scope`]: what a declaration's `in_scope` asks for. It cannot leave the closure, nor
/// go to another thread.
#[derive(Debug)]
pub struct GuestScope<'scope>(PhantomData<*mut &'scope mut ()>);

/// Runs `code` with the host's thread pointer in place, so that the calls in it need not switch: for hot loops.
///
/// In guest mode a call of an import swaps the thread pointer twice, some 10 ns. Inside the scope the functions that a
/// declaration's `in_scope` gives are called directly, in 1 to 2 ns. In the other link modes there is nothing to switch,
/// and nothing is.
///
/// ```ignore
/// let sum = unsafe {
///     guest_scope(|scope| {
///         let labs = labs::in_scope(scope)?;
///         Ok((0..1000).map(|n| labs(-n)).sum())
///     })?
/// };
/// ```
///
/// # Errors
/// When there is no host, or it cannot make a control block for this thread.
///
/// # Safety
/// Behavior is undefined if any of the following conditions are violated by `code`, which runs where the program's own
/// thread-locals are not in place:
/// - it uses no thread-local of the program, and nothing that does: no allocation, no standard output, no lock of std's,
///   no `errno` of the program's own libc;
/// - it calls imports only by what `in_scope` gave, and no declaration's function itself;
/// - it does not panic.
///
/// Functions that the host calls back are not concerned: [`callback`](crate::callback) puts the right one in place.
pub unsafe fn guest_scope<R>(code: impl FnOnce(&GuestScope<'_>) -> R) -> Result<R, HostError> {
    let scope = GuestScope(PhantomData);
    if host()?.link_mode() != LinkMode::Guest {
        return Ok(code(&scope));
    }
    run(|| code(&scope))
}

import_dynamic_loader::__if_guest! {{
    fn run<R>(code: impl FnOnce() -> R) -> Result<R, HostError> {
        struct Call<F, R> {
            code: Option<F>,
            result: Option<R>,
        }
        unsafe extern "C" fn call<F: FnOnce() -> R, R>(data: *mut u8) {
            // SAFETY: `data` is the call below.
            let call = unsafe { &mut *data.cast::<Call<F, R>>() };
            call.result = call.code.take().map(|code| code());
        }
        fn start<F: FnOnce() -> R, R>(data: &mut Call<F, R>) -> Result<(), HostError> {
            // SAFETY: guest mode, and not in guest code, where `guest_scope` is not called; the code is as its caller
            // promised.
            unsafe { import_dynamic_loader::guest::scope::run(call::<F, R>, core::ptr::from_mut(data).cast()) }
        }
        let mut data = Call { code: Some(code), result: None };
        start(&mut data)?;
        data.result.ok_or(HostError::Unsupported)
    }
} {
    fn run<R>(code: impl FnOnce() -> R) -> Result<R, HostError> {
        Ok(code())
    }
}}

impl Import {
    /// What is called inside a scope: the host's function itself.
    ///
    /// # Errors
    /// When it cannot be bound.
    #[doc(hidden)]
    #[inline]
    pub fn in_scope(&'static self, _: &GuestScope<'_>) -> Result<*const (), ImportError> {
        if !self.is_bound() {
            self.bind_at_home()?;
        }
        Ok(self.bare_target())
    }

    #[cold]
    #[inline(never)]
    fn bind_at_home(&'static self) -> Result<(), ImportError> {
        // SAFETY: what runs at home is a function of its own, never inlined.
        unsafe {
            let token = callback_enter();
            let bound = bind(self);
            callback_leave(token);
            bound
        }
    }
}

#[inline(never)]
fn bind(import: &'static Import) -> Result<(), ImportError> {
    import.bind().map(drop)
}
