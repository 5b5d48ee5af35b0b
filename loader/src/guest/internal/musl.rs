//! What a home musl calls to install handlers, for its own signals too.

use core::ffi::c_int;

use super::{HOME, SIG_IGN, our_handler};
use crate::guest::errno;
use crate::guest::handlers::{self, Action, KernelAction, Side};

/// `__libc_sigaction`.
pub(super) unsafe extern "C" fn libc_sigaction(signal: c_int, new: *const Action, old: *mut Action) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        if HOME.of(signal).is_some() {
            set_internal(signal, new, old);
        } else if let Err(error) = handlers::set(Side::Home, signal, new, old) {
            errno::set(error);
            return -1;
        }
    }
    0
}

/// The kernel gets [`super::dispatch`] for the handler.
unsafe fn set_internal(signal: c_int, new: *const Action, old: *mut Action) {
    let before = handlers::kernel_action(signal);
    // SAFETY: the caller's.
    unsafe {
        if let Some(old) = old.as_mut() {
            before.give(old);
            if before.handler == our_handler() {
                old.handler = HOME.load(signal);
            }
        }
        if let Some(new) = new.as_ref() {
            HOME.store(signal, new.handler);
            let handler = if new.handler > SIG_IGN { our_handler() } else { new.handler };
            handlers::set_kernel_action(signal, &KernelAction::new(handler, new));
        }
    }
}

/// `__get_handler_set`: the signals that may have handlers of the program's.
pub(super) unsafe extern "C" fn get_handler_set(set: *mut u64) {
    let with_handlers = (1..=64).filter(|&signal| handlers::kernel_handler(signal) > SIG_IGN);
    // SAFETY: a sigset_t, of which musl writes as many words as the kernel has.
    unsafe { *set = with_handlers.fold(0, |set, signal| set | 1 << (signal - 1)) };
}
