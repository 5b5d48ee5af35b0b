//! Handlers that code of the guest's has installed.

use core::ffi::c_int;
use std::sync::atomic::Ordering;

use super::*;

/// A library that installs a handler which uses its own thread-locals and errno.
const LIBRARY: &str = include_str!("handlers.c");

#[import_dynamic::import_dynamic(global)]
unsafe extern "C" {
    safe fn handlers_enter();
    safe fn handlers_count() -> c_int;
    safe fn handlers_install(signal: c_int) -> c_int;
    safe fn handlers_chain(signal: c_int) -> c_int;
    safe fn handlers_restore(signal: c_int) -> c_int;
}

/// Handlers of the guest's, which run while home code does, and one that calls home's.
pub(super) fn of_the_guest() {
    if !crate::library::build("handlers", LIBRARY) {
        return;
    }
    handlers_enter();
    assert_eq!(handlers_install(libc::SIGUSR1), 0);
    // SAFETY: raise(3) at home: the handler runs while the home thread pointer is in place.
    unsafe {
        *errno_place() = 99;
        for _ in 0..10 {
            assert_eq!(libc::raise(libc::SIGUSR1), 0);
        }
        assert_eq!(*errno_place(), 99);
        send(libc::SIGUSR1);
    }
    assert_eq!(handlers_count(), 11);
    // The guest's handler calls home's, found when it was installed.
    SELF.set(gettid());
    install(libc::SIGUSR2, handler as *const () as usize, libc::SA_SIGINFO);
    assert_eq!(handlers_chain(libc::SIGUSR2), 0);
    // SAFETY: raise(3).
    unsafe {
        libc::raise(libc::SIGUSR2);
        send(libc::SIGUSR2);
    }
    assert_eq!((handlers_count(), HANDLED.load(Ordering::Relaxed), WRONG.load(Ordering::Relaxed)), (13, 2, 0));
    assert_eq!(handlers_restore(libc::SIGUSR2), 0);
    assert_eq!(query(libc::SIGUSR2).sa_sigaction, handler as *const () as usize);
    // SAFETY: raise(3).
    unsafe { libc::raise(libc::SIGUSR2) };
    assert_eq!((handlers_count(), HANDLED.load(Ordering::Relaxed)), (13, 3));
}
