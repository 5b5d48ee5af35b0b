//! `sigaction` and `signal` for both sides: what the host's libraries find in the program image, and what the program's
//! own code is linked with in place of its libc's.

use core::ffi::c_int;

#[cfg(target_feature = "crt-static")]
use crate::arch::interpose;
use crate::error::Errno;
use crate::exported::Exported;
use crate::guest::errno;
use crate::guest::handlers::{Action, Side, set};
use crate::host::host_if_up;

const SA_RESTART: c_int = 0x1000_0000;
const SA_NODEFER: c_int = 0x4000_0000;
const SA_RESETHAND: c_int = 0x8000_0000_u32 as c_int;
const SIG_ERR: usize = usize::MAX;
const EINVAL: Errno = Errno(22);

/// signal(2) with the semantics that both libcs give it: the handler stays, and interrupted calls are restarted.
fn signal(side: Side, number: c_int, handler: usize) -> usize {
    let mut mask = [0; 16];
    mask[0] = 1u64.wrapping_shl(number.wrapping_sub(1) as u32);
    signal_with(side, number, Action { handler, mask, flags: SA_RESTART, restorer: 0 })
}

/// sysv_signal(3): the handler is called once, and nothing is blocked meanwhile.
fn sysv_signal(side: Side, number: c_int, handler: usize) -> usize {
    signal_with(side, number, Action { handler, mask: [0; 16], flags: SA_RESETHAND | SA_NODEFER, restorer: 0 })
}

fn signal_with(side: Side, number: c_int, new: Action) -> usize {
    let mut old = Action { handler: 0, mask: [0; 16], flags: 0, restorer: 0 };
    // SAFETY: valid structures; the handler is the caller's.
    if unsafe { sigaction(side, number, &new, &mut old) } == 0 { old.handler } else { SIG_ERR }
}

/// Signals that a libc keeps for itself, and refuses.
fn is_reserved(side: Side, signal: c_int) -> bool {
    let musl = match side {
        Side::Home => cfg!(target_env = "musl"),
        Side::Guest => host_if_up().is_some_and(|host| host.libc == crate::LibcKind::Musl),
    };
    (32..if musl { 35 } else { 34 }).contains(&signal)
}

/// sigaction(2).
///
/// # Safety
/// As there.
unsafe fn sigaction(side: Side, signal: c_int, new: *const Action, old: *mut Action) -> c_int {
    let result = if is_reserved(side, signal) {
        Err(EINVAL)
    } else {
        // SAFETY: the caller's.
        unsafe { set(side, signal, new, old) }
    };
    result.map_or_else(
        |error| {
            errno::set(error);
            -1
        },
        |()| 0,
    )
}

/// The C functions of one side.
macro_rules! functions {
    ($side:ident: $sigaction:ident, $signal:ident, $sysv_signal:ident) => {
        unsafe extern "C" fn $sigaction(signal: c_int, new: *const Action, old: *mut Action) -> c_int {
            // SAFETY: the caller's.
            unsafe { sigaction(Side::$side, signal, new, old) }
        }
        extern "C" fn $signal(number: c_int, handler: usize) -> usize {
            signal(Side::$side, number, handler)
        }
        extern "C" fn $sysv_signal(number: c_int, handler: usize) -> usize {
            sysv_signal(Side::$side, number, handler)
        }
    };
}
functions!(Guest: guest_sigaction, guest_signal, guest_sysv_signal);
functions!(Home: home_sigaction, home_signal, home_sysv_signal);

/// The names of one side's functions.
const fn names(sigaction: *const (), signal: *const (), sysv_signal: *const ()) -> [Exported; COUNT] {
    [
        Exported { name: c"sigaction", code: sigaction },
        Exported { name: c"__sigaction", code: sigaction },
        Exported { name: c"signal", code: signal },
        Exported { name: c"bsd_signal", code: signal },
        Exported { name: c"ssignal", code: signal },
        Exported { name: c"sysv_signal", code: sysv_signal },
        Exported { name: c"__sysv_signal", code: sysv_signal },
    ]
}

/// How many names there are.
pub(crate) const COUNT: usize = 7;
/// What libraries of the host find.
pub(crate) const OF_THE_GUEST: [Exported; COUNT] =
    names(guest_sigaction as *const (), guest_signal as *const (), guest_sysv_signal as *const ());
/// What the program gets that asks for them by name.
pub(crate) const OF_HOME: [Exported; COUNT] =
    names(home_sigaction as *const (), home_signal as *const (), home_sysv_signal as *const ());

// The symbols that a static program's own code finds before its libc's. They do not need that libc's: they ask the
// kernel. Not in a module of their own, which might be an object of its own that no linker takes.
#[cfg(target_feature = "crt-static")]
interpose!(".globl", "sigaction", home_sigaction);
#[cfg(all(target_feature = "crt-static", not(target_env = "musl")))]
interpose!(".globl", "signal", home_signal);
#[cfg(all(target_feature = "crt-static", target_env = "musl"))]
interpose!(".weak", "signal", home_signal);
#[cfg(all(target_feature = "crt-static", target_env = "musl"))]
interpose!(".weak", "__sigaction", home_sigaction);
