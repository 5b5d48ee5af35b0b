//! Signal handlers of both sides, wherever a signal finds a thread.

use core::ffi::{c_int, c_void};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::imports::*;

mod of_the_guest;
mod stack_overflow;
pub(crate) mod storm;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("signal_storm", storm::storm),
    ("signal_in_guest_code_sees_home", in_guest_code),
    ("signal_on_an_alternate_stack", on_an_alternate_stack),
    ("signal_handler_is_reported_back", reported_back),
    ("signal_restarts_a_guest_call", restarts),
    ("signal_of_a_stack_overflow", stack_overflow::stack_overflow),
    ("signal_stack_overflow_victim", stack_overflow::overflow_in_guest_code),
    ("signal_handler_of_the_guest", of_the_guest::of_the_guest),
];

const ALL: [u64; 16] = [u64::MAX; 16];
const ENOENT: c_int = 2;
const EBADF: c_int = 9;

thread_local! {
    /// The kernel's id of the thread, as the thread itself knows it.
    static SELF: Cell<i64> = const { Cell::new(0) };
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

static HANDLED: AtomicUsize = AtomicUsize::new(0);
static IN_GUEST: AtomicUsize = AtomicUsize::new(0);
static WRONG: AtomicUsize = AtomicUsize::new(0);

fn gettid() -> i64 {
    // SAFETY: gettid(2).
    unsafe { libc::syscall(libc::SYS_gettid) }
}

fn errno_place() -> *mut c_int {
    // SAFETY: __errno_location(3) of the home libc.
    unsafe { libc::__errno_location() }
}

/// A handler that uses thread-locals, errno of both sides and an import.
extern "C" fn handler(_: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel's structures; this thread's errno.
    unsafe {
        let saved = *errno_place();
        if SELF.get() != gettid() || info.is_null() || context.is_null() {
            WRONG.fetch_add(1, Ordering::Relaxed);
        }
        COUNT.set(COUNT.get() + 1);
        *errno_place() = 1234;
        if labs(-5) != 5 || access(c"/no/such/file".as_ptr(), 0) != -1 || import_dynamic::errno().0 != ENOENT {
            WRONG.fetch_add(1, Ordering::Relaxed);
        }
        if *errno_place() != 1234 {
            WRONG.fetch_add(1, Ordering::Relaxed);
        }
        *errno_place() = saved;
    }
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

fn install(signal: c_int, handler: usize, flags: c_int) -> libc::sigaction {
    // Binding is not async-signal-safe.
    assert!(labs::is_available() && access::is_available());
    // SAFETY: sigaction(2) with valid structures and handlers.
    unsafe {
        let mut new: libc::sigaction = std::mem::zeroed();
        let mut old: libc::sigaction = std::mem::zeroed();
        new.sa_sigaction = handler;
        new.sa_flags = flags;
        assert_eq!(libc::sigaction(signal, &new, &mut old), 0);
        old
    }
}

fn query(signal: c_int) -> libc::sigaction {
    // SAFETY: sigaction(2) that changes nothing.
    unsafe {
        let mut old: libc::sigaction = std::mem::zeroed();
        assert_eq!(libc::sigaction(signal, std::ptr::null(), &mut old), 0);
        old
    }
}

/// Blocks or unblocks all signals of the calling thread.
fn mask(how: c_int) {
    // SAFETY: pthread_sigmask(3).
    unsafe { libc::pthread_sigmask(how, ALL.as_ptr().cast(), std::ptr::null_mut()) };
}

/// A signal to this process from guest code: this thread is the only one that can take it, and takes it there.
fn send(signal: c_int) {
    // SAFETY: kill(2).
    assert_eq!(unsafe { kill(getpid(), signal) }, 0);
}

/// The thread is in a guest's call when the signal comes, certainly.
fn in_guest_code() {
    SELF.set(gettid());
    install(libc::SIGUSR1, handler as *const () as usize, libc::SA_SIGINFO | libc::SA_NODEFER);
    send(libc::SIGUSR1);
    assert_eq!(COUNT.get(), 1);
    // SAFETY: pthread_self(3).
    let main = unsafe { libc::pthread_self() } as usize;
    let sender = std::thread::spawn(move || {
        for round in 0..50 {
            std::thread::sleep(Duration::from_millis(2));
            // SAFETY: the main thread lives.
            unsafe { libc::pthread_kill(main as libc::pthread_t, libc::SIGUSR1) };
            // Two that come while one is pending would be one.
            while HANDLED.load(Ordering::Relaxed) < round + 2 {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    });
    let start = Instant::now();
    while !sender.is_finished() && start.elapsed() < Duration::from_secs(20) {
        usleep(1_000_000); // interrupted, mostly
    }
    sender.join().expect("all sent");
    assert_eq!(WRONG.load(Ordering::Relaxed), 0);
    assert_eq!((HANDLED.load(Ordering::Relaxed), COUNT.get()), (51, 51));
}

extern "C" fn on_the_stack(_: c_int, _: *mut libc::siginfo_t, _: *mut c_void) {
    let local = 0u8;
    let here = &raw const local as usize;
    // SAFETY: sigaltstack(2) that changes nothing.
    let inside = unsafe {
        let mut stack: libc::stack_t = std::mem::zeroed();
        libc::sigaltstack(std::ptr::null(), &mut stack);
        (stack.ss_sp as usize..stack.ss_sp as usize + stack.ss_size).contains(&here)
    };
    COUNT.set(COUNT.get() + 1);
    if inside && labs(-2) == 2 {
        IN_GUEST.fetch_add(1, Ordering::Relaxed);
    }
}

fn on_an_alternate_stack() {
    // std has given the main thread an alternate stack.
    install(libc::SIGUSR2, on_the_stack as *const () as usize, libc::SA_SIGINFO | libc::SA_ONSTACK);
    for _ in 0..10 {
        send(libc::SIGUSR2);
    }
    assert_eq!((COUNT.get(), IN_GUEST.load(Ordering::Relaxed)), (10, 10));
}

fn reported_back() {
    let handler = handler as *const () as usize;
    for up in [false, true] {
        if up {
            assert_eq!(labs(-1), 1);
        }
        let flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_NODEFER;
        install(libc::SIGUSR1, handler, flags);
        let now = query(libc::SIGUSR1);
        assert_eq!((now.sa_sigaction, now.sa_flags), (handler, flags));
        let old = install(libc::SIGUSR1, libc::SIG_IGN, 0);
        assert_eq!((old.sa_sigaction, old.sa_flags), (handler, flags));
        assert_eq!(query(libc::SIGUSR1).sa_sigaction, libc::SIG_IGN);
        // SAFETY: signal(2).
        unsafe {
            assert_eq!(libc::signal(libc::SIGUSR1, handler), libc::SIG_IGN);
            assert_eq!(libc::signal(libc::SIGUSR1, libc::SIG_DFL), handler);
            assert_eq!(libc::signal(libc::SIGKILL, handler), libc::SIG_ERR);
            assert_eq!(*errno_place(), libc::EINVAL);
            assert_eq!(libc::signal(65, handler), libc::SIG_ERR);
        }
    }
}

/// SA_RESTART is the kernel's to keep: a read of the guest's goes on after the handler.
fn restarts() {
    SELF.set(gettid());
    install(libc::SIGUSR1, handler as *const () as usize, libc::SA_SIGINFO | libc::SA_RESTART);
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    // SAFETY: pthread_self(3).
    let main = unsafe { libc::pthread_self() } as usize;
    let sender = std::thread::spawn(move || {
        for _ in 0..10 {
            std::thread::sleep(Duration::from_millis(5));
            // SAFETY: the main thread lives.
            unsafe { libc::pthread_kill(main as libc::pthread_t, libc::SIGUSR1) };
        }
        std::thread::sleep(Duration::from_millis(20));
        std::io::Write::write_all(&mut writer, b"x").expect("written");
    });
    let mut byte = 0u8;
    let descriptor = std::os::fd::AsRawFd::as_raw_fd(&reader);
    // SAFETY: read(2) of one byte.
    assert_eq!(unsafe { read(descriptor, (&raw mut byte).cast(), 1) }, 1);
    sender.join().expect("all sent");
    // Signals that come while one is pending are one.
    assert!(HANDLED.load(Ordering::Relaxed) >= 1);
    assert_eq!(WRONG.load(Ordering::Relaxed), 0);
}
