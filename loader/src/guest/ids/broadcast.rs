//! The home libc's way of having all its threads make a system call. Its own `setuid` and kin are not linked: this crate's
//! are found in their place.

use super::Change;
use crate::error::Errno;

/// On every thread that the home libc made. The caller is one of them, with its own control block in place.
#[cfg(not(target_env = "musl"))]
pub(super) fn at_home(change: Change) -> Result<(), Errno> {
    use core::ffi::c_int;

    use crate::guest::errno;
    use crate::optional;

    /// glibc's `struct xid_command` (`nptl/descr.h`), with room for more.
    #[repr(C)]
    struct Command {
        number: c_int,
        arguments: [usize; 3],
        state: [c_int; 8],
    }
    let broadcast = optional::nptl_setxid();
    if broadcast == 0 {
        return change.here(); // a program that makes no threads
    }
    let mut command = Command { number: change.number as c_int, arguments: change.arguments, state: [0; 8] };
    // SAFETY: glibc's own function, as its `setuid` calls it (`sysdeps/nptl/setxid.h`).
    let result = unsafe {
        let broadcast: extern "C" fn(*mut Command) -> c_int = core::mem::transmute(broadcast);
        broadcast(&mut command)
    };
    if result == 0 { Ok(()) } else { Err(errno::home()) }
}

/// On every thread that the home libc made. The caller is one of them, with its own control block in place.
#[cfg(all(target_env = "musl", target_feature = "crt-static"))]
pub(super) fn at_home(change: Change) -> Result<(), Errno> {
    use core::ffi::c_void;

    // SAFETY: musl's own (`src/thread/synccall.c`): runs a function on one thread after the other, the caller last.
    unsafe extern "C" {
        fn __synccall(function: extern "C" fn(*mut c_void), argument: *mut c_void);
    }
    struct Call {
        change: Change,
        /// What the first thread was told, which came to be that of all.
        result: Option<Result<(), Errno>>,
    }
    extern "C" fn on_each(call: *mut c_void) {
        // SAFETY: the call below; one thread at a time.
        let call = unsafe { &mut *call.cast::<Call>() };
        if matches!(call.result, Some(Err(_))) {
            return;
        }
        let result = call.change.here();
        if result.is_err() && call.result.is_some() {
            // As musl does when some threads have changed (`src/unistd/setxid.c`), but with a word.
            crate::fatal::exit_with(&"some threads could not change their ids");
        }
        call.result = Some(result);
    }
    let mut call = Call { change, result: None };
    // SAFETY: the function uses nothing of the thread's.
    unsafe { __synccall(on_each, (&raw mut call).cast()) };
    call.result.unwrap_or(Ok(()))
}

/// Never called: a dynamic program is no home, and musl's libc.so has no symbol for what its `setuid` does.
#[cfg(all(target_env = "musl", not(target_feature = "crt-static")))]
pub(super) fn at_home(change: Change) -> Result<(), Errno> {
    change.here()
}
