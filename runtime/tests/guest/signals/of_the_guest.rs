//! Handlers that code of the guest's has installed.

use core::ffi::c_int;
use std::sync::atomic::Ordering;

use super::*;

/// A library that installs a handler which uses its own thread-locals and errno.
const LIBRARY: &str = r"
#include <errno.h>
#include <signal.h>
static __thread int marker, count;
static volatile int wrong;
static void handler(int number, siginfo_t *info, void *context) {
    (void)number; (void)info; (void)context;
    if (marker != 42) wrong++;
    count++;
    errno = 5;
}
static struct sigaction before;
static void chained(int number, siginfo_t *info, void *context) {
    handler(number, info, context);
    before.sa_sigaction(number, info, context);
}
void handlers_enter(void) { marker = 42; }
int handlers_count(void) { return wrong ? -1 : count; }
int handlers_install(int number) {
    struct sigaction action = { 0 };
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    return sigaction(number, &action, 0);
}
int handlers_chain(int number) {
    struct sigaction action = { 0 };
    action.sa_sigaction = chained;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    return sigaction(number, &action, &before);
}
int handlers_restore(int number) { return sigaction(number, &before, 0); }
";

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
