//! Many calls with one switch.

use core::marker::PhantomData;

use import_dynamic_loader::LinkMode;

use crate::registry::imports;
use crate::{HostError, host};

/// That the thread is inside [`guest_scope`]: what [`direct`](Self::direct) is called on. It cannot leave the closure, nor
/// go to another thread.
#[derive(Debug)]
pub struct GuestScope<'scope>(PhantomData<*mut &'scope mut ()>);

/// Runs `code` with the host's thread pointer in place, so that the calls in it need not switch: for hot loops.
///
/// In guest mode a call of an import swaps the thread pointer twice, some 10 ns. Inside the scope the functions that
/// [`GuestScope::direct`] gives are called directly, in 1 to 2 ns. In the other link modes there is nothing to switch,
/// and nothing is.
///
/// ```
/// use core::ffi::c_long;
/// use import_dynamic::{ImportError, guest_scope, import_dynamic};
///
/// #[import_dynamic("libc")]
/// unsafe extern "C" {
///     safe fn labs(n: c_long) -> c_long;
/// }
///
/// let labs = labs::resolve()?;
/// // SAFETY: the loop calls `labs` only, by what `direct` gives, and adds.
/// let sum = unsafe {
///     guest_scope(|scope| {
///         let labs = scope.direct(labs);
///         (0..1000).map(|n| labs(-n)).sum::<c_long>()
///     })
/// };
/// assert!(matches!(sum, Ok(499_500)));
/// # Ok::<(), ImportError>(())
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
/// - it calls imports only by what [`GuestScope::direct`] gave, and no declaration's function itself;
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

impl GuestScope<'_> {
    /// What is called inside the scope for a function that `resolve` gave before it: the host's function itself.
    ///
    /// Looks through the program's imports: once before a loop, not in it.
    ///
    /// # Safety
    /// Behavior is undefined if `F` is not a function pointer.
    pub unsafe fn direct<F: Copy>(&self, function: F) -> F {
        const { assert!(size_of::<F>() == size_of::<*const ()>(), "a function pointer") };
        // SAFETY: the caller's.
        let code: *const () = unsafe { core::mem::transmute_copy(&function) };
        match imports().find(|import| import.is_bound() && import.code() == code) {
            // SAFETY: a pointer to a function of the same type.
            Some(import) => unsafe { core::mem::transmute_copy(&import.bare_target()) },
            None => function,
        }
    }
}
