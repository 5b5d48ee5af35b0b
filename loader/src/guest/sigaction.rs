//! `sigaction` and `signal` for both sides: what the host's libraries find in the program image, and what the program's
//! own code is linked with in place of its libc's.

use core::ffi::{CStr, c_int};

use crate::export::Exported;
use crate::guest::handlers::{Action, Side, set};
use crate::host::host_if_up;
use crate::slots;

const SA_RESTART: c_int = 0x1000_0000;
const SIG_ERR: usize = usize::MAX;

/// signal(2) with the semantics that both libcs give it: the handler stays, and interrupted calls are restarted.
fn signal_of(side: Side, signal: c_int, handler: usize) -> Result<usize, crate::Errno> {
    let mut mask = [0; 16];
    mask[0] = 1u64.wrapping_shl(signal.wrapping_sub(1) as u32);
    let new = Action { handler, mask, flags: SA_RESTART, restorer: 0 };
    let mut old = Action { handler: 0, mask: [0; 16], flags: 0, restorer: 0 };
    // SAFETY: valid structures; the handler is the caller's.
    unsafe { set(side, signal, &new, &mut old) }.map(|()| old.handler)
}

/// Signals that a libc keeps for itself, and refuses.
fn is_reserved(signal: c_int, musl: bool) -> bool {
    (32..if musl { 35 } else { 34 }).contains(&signal)
}

/// Stores an error where C callers of a side look for it.
pub(crate) fn set_errno(errno_location: usize, errno: crate::Errno) {
    if errno_location != 0 {
        // SAFETY: __errno_location(3) of the libc whose thread pointer is in place.
        unsafe {
            let location: extern "C" fn() -> *mut c_int = core::mem::transmute(errno_location);
            *location() = errno.0;
        }
    }
}

/// Called with the guest's thread pointer in place: by libraries of the host.
unsafe extern "C" fn guest_sigaction(signal: c_int, new: *const Action, old: *mut Action) -> c_int {
    let musl = host_if_up().is_some_and(|host| host.libc == crate::LibcKind::Musl);
    let result = if is_reserved(signal, musl) {
        Err(crate::Errno(22))
    } else {
        // SAFETY: the caller's.
        unsafe { set(Side::Guest, signal, new, old) }
    };
    result.map_or_else(guest_error, |()| 0)
}

extern "C" fn guest_signal(signal: c_int, handler: usize) -> usize {
    signal_of(Side::Guest, signal, handler).unwrap_or_else(|error| {
        guest_error(error);
        SIG_ERR
    })
}

fn guest_error(error: crate::Errno) -> c_int {
    set_errno(host_if_up().map_or(0, |host| host.slots.get(slots::ERRNO_LOCATION)), error);
    -1
}

const fn exported(name: &'static CStr, code: *const ()) -> Exported {
    Exported { name, code }
}

/// What the image exports in guest mode, beside the program's own exports.
pub(crate) static EXPORTS: [Exported; 5] = [
    exported(c"sigaction", guest_sigaction as *const ()),
    exported(c"__sigaction", guest_sigaction as *const ()),
    exported(c"signal", guest_signal as *const ()),
    exported(c"bsd_signal", guest_signal as *const ()),
    exported(c"ssignal", guest_signal as *const ()),
];

/// The symbols that a static program's own code finds before its libc's. They do not need that libc's: they ask the
/// kernel.
#[cfg(target_feature = "crt-static")]
mod home {
    use super::*;
    use crate::{arch, optional};

    arch::interpose!(".globl", "sigaction", sigaction);
    #[cfg(not(target_env = "musl"))]
    arch::interpose!(".globl", "signal", signal);
    #[cfg(target_env = "musl")]
    arch::interpose!(".weak", "signal", signal);

    fn home_error(error: crate::Errno) -> c_int {
        set_errno(optional::errno_location(), error);
        -1
    }

    /// sigaction(2).
    ///
    /// # Safety
    /// As there.
    unsafe extern "C" fn sigaction(signal: c_int, new: *const Action, old: *mut Action) -> c_int {
        let result = if is_reserved(signal, cfg!(target_env = "musl")) {
            Err(crate::Errno(22))
        } else {
            // SAFETY: the caller's.
            unsafe { set(Side::Home, signal, new, old) }
        };
        result.map_or_else(home_error, |()| 0)
    }

    /// signal(2).
    extern "C" fn signal(number: c_int, handler: usize) -> usize {
        signal_of(Side::Home, number, handler).unwrap_or_else(|error| {
            home_error(error);
            SIG_ERR
        })
    }
}
