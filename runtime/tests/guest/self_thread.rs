//! What the guest's functions do that look for the calling thread in its control block, which is borrowed.

use core::ffi::{c_int, c_void};
use std::cell::Cell;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::Duration;

use import_dynamic::guest_scope;

use crate::imports::*;
use crate::mutexes;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("self_raises_a_signal", || on_two_threads(raise_signals)),
    ("self_gets_signals_of_others", || on_two_threads(signals_of_others)),
    ("self_aborts", aborts),
    ("self_victim", victim),
];

pub(crate) fn on_two_threads(case: fn()) {
    case();
    std::thread::spawn(case).join().expect("the same on another thread");
}

#[import_dynamic::import_dynamic("libc")]
unsafe extern "C" {
    safe fn raise(signal: c_int) -> c_int;
    safe fn abort() -> !;
}

#[import_dynamic::import_dynamic("libpthread")]
unsafe extern "C" {
    fn pthread_kill(thread: usize, signal: c_int) -> c_int;
}

thread_local! {
    static HANDLED: Cell<usize> = const { Cell::new(0) };
}

extern "C" fn handler(_: c_int) {
    HANDLED.set(HANDLED.get() + 1);
}

fn install() {
    // SAFETY: signal(2).
    unsafe { libc::signal(libc::SIGUSR1, handler as *const () as usize) };
    HANDLED.set(0);
}

/// The signal has come by the time that the function returns, whoever calls it.
fn raise_signals() {
    install();
    assert_eq!(raise(libc::SIGUSR1), 0);
    assert_eq!(HANDLED.get(), 1);
    let raise_inside: extern "C" fn(c_int) -> c_int = guest_function(c"raise");
    let kill_inside: extern "C" fn(usize, c_int) -> c_int = guest_function(c"pthread_kill");
    let own = pthread_self();
    // SAFETY: calls of the host's, as a library makes them.
    let results = unsafe { guest_scope(|_| (raise_inside(libc::SIGUSR1), kill_inside(own, libc::SIGUSR1))) };
    assert_eq!(results.expect("a scope"), (0, 0));
    assert_eq!(HANDLED.get(), 3);
    // SAFETY: pthread_kill(3) of this thread.
    unsafe {
        assert_eq!(pthread_kill(own, libc::SIGUSR1), 0);
        assert_eq!((HANDLED.get(), pthread_kill(own, 99)), (4, libc::EINVAL));
    }
    assert_eq!((raise(99), import_dynamic::errno().0), (-1, libc::EINVAL));
}

#[import_dynamic::callback]
extern "C" fn kill_other(thread: *mut c_void) -> *mut c_void {
    // SAFETY: a thread that waits for this one.
    assert_eq!(unsafe { pthread_kill(thread as usize, libc::SIGUSR1) }, 0);
    core::ptr::null_mut()
}

#[import_dynamic::callback]
extern "C" fn wait_for_signal(_: *mut c_void) -> *mut c_void {
    wait_until(|| HANDLED.get() == 1);
    core::ptr::null_mut()
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    assert!((0..5000).any(|_| {
        std::thread::sleep(Duration::from_millis(1));
        is_so()
    }));
}

/// Threads of both sides send it a signal by the name that it has in the guest.
fn signals_of_others() {
    install();
    let own = pthread_self();
    // SAFETY: a thread that waits for these.
    std::thread::spawn(move || assert_eq!(unsafe { pthread_kill(own, libc::SIGUSR1) }, 0)).join().expect("sent");
    wait_until(|| HANDLED.get() == 1);
    let mut thread = 0;
    // SAFETY: pthread_create(3) and pthread_join(3); a thread of the guest's, sent to and then joined.
    unsafe {
        assert_eq!(pthread_create(&mut thread, core::ptr::null(), kill_other, own as *mut c_void), 0);
        assert_eq!(pthread_join(thread, &mut core::ptr::null_mut()), 0);
        wait_until(|| HANDLED.get() == 2);
        assert_eq!(pthread_create(&mut thread, core::ptr::null(), wait_for_signal, core::ptr::null_mut()), 0);
        assert_eq!(pthread_kill(thread, libc::SIGUSR1), 0); // the guest's own thread
        assert_eq!(pthread_join(thread, &mut core::ptr::null_mut()), 0);
    }
    assert_eq!(HANDLED.get(), 2);
}

fn aborts() {
    for how in ["by name", "inside"] {
        let status = Command::new("/proc/self/exe").args(["--case", "self_victim"]).env("HOW", how).status();
        assert_eq!(status.expect("run").signal(), Some(libc::SIGABRT), "{how}");
    }
}

fn victim() {
    match std::env::var("HOW").as_deref() {
        Ok("by name") => abort(),
        Ok("inside") => {
            let abort: extern "C" fn() = guest_function(c"abort");
            // SAFETY: a call of the host's.
            let _ = unsafe { guest_scope(|_| abort()) };
        }
        Ok(path) => mutexes::lock_and_die(path),
        Err(_) => {}
    }
}
