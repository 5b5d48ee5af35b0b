//! What the guest's functions do that look for the calling thread in its control block, which is borrowed.

use core::ffi::{c_int, c_void};
use std::cell::Cell;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use import_dynamic::guest_scope;

use crate::imports::*;
use crate::mutexes;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("self_raises_a_signal", || on_two_threads(raise_signals)),
    ("self_gets_signals_of_others", || on_two_threads(signals_of_others)),
    ("self_aborts", aborts),
    ("self_is_scheduled", || on_two_threads(is_scheduled)),
    ("self_has_a_clock", || on_two_threads(has_a_clock)),
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
    fn pthread_setaffinity_np(thread: usize, size: usize, set: *const libc::cpu_set_t) -> c_int;
    fn pthread_getaffinity_np(thread: usize, size: usize, set: *mut libc::cpu_set_t) -> c_int;
    fn pthread_setschedparam(thread: usize, policy: c_int, parameters: *const libc::sched_param) -> c_int;
    fn pthread_getschedparam(thread: usize, policy: *mut c_int, parameters: *mut libc::sched_param) -> c_int;
    fn pthread_getcpuclockid(thread: usize, clock: *mut c_int) -> c_int;
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
        let status = crate::case("self_victim").env("HOW", how).status();
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

/// What is asked for of `pthread_self()` is this thread's, not that of the one that lends.
fn is_scheduled() {
    let own = pthread_self();
    let size = size_of::<libc::cpu_set_t>();
    // SAFETY: as the manual pages say, on structures of this function's.
    unsafe {
        let [mut all, mut one, mut found]: [libc::cpu_set_t; 3] = std::mem::zeroed();
        assert_eq!(libc::sched_getaffinity(0, size, &mut all), 0);
        let processor = (0..1024).find(|&processor| libc::CPU_ISSET(processor, &all)).expect("a processor");
        libc::CPU_SET(processor, &mut one);
        assert_eq!(pthread_setaffinity_np(own, size, &one), 0);
        assert_eq!(libc::sched_getaffinity(0, size, &mut found), 0);
        assert!(libc::CPU_EQUAL(&one, &found));
        assert_eq!(libc::sched_setaffinity(0, size, &all), 0);
        (&raw mut found).write_bytes(0xff, 1);
        assert_eq!(pthread_getaffinity_np(own, size, &mut found), 0);
        assert!(libc::CPU_EQUAL(&all, &found));

        let mut parameters: libc::sched_param = std::mem::zeroed();
        assert_eq!(pthread_setschedparam(own, libc::SCHED_BATCH, &parameters), 0);
        assert_eq!(libc::syscall(libc::SYS_sched_getscheduler, 0), libc::SCHED_BATCH.into());
        let mut policy = -1;
        assert_eq!(pthread_getschedparam(own, &mut policy, &mut parameters), 0);
        assert_eq!((policy, parameters.sched_priority), (libc::SCHED_BATCH, 0));
        assert_ne!(pthread_setschedparam(own, 99, &parameters), 0);
    }
}

fn has_a_clock() {
    let mut clock = 0;
    // SAFETY: pthread_getcpuclockid(3).
    assert_eq!(unsafe { pthread_getcpuclockid(pthread_self(), &mut clock) }, 0);
    let now = |clock| {
        // SAFETY: clock_gettime(2).
        unsafe {
            let mut time: libc::timespec = std::mem::zeroed();
            assert_eq!(libc::clock_gettime(clock, &mut time), 0);
            Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
        }
    };
    // Two names of one clock.
    let (first, between, last) = (now(clock), now(libc::CLOCK_THREAD_CPUTIME_ID), now(clock));
    assert!(first <= between && between <= last && !last.is_zero(), "{first:?} {between:?} {last:?}");
}
