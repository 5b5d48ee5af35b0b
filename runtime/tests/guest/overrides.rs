//! Functions that manage the process as a whole, asked for by name from the host's libc.

use core::ffi::{c_char, c_int, c_void};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::imports::*;
use crate::processes;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("named_sigaction", sigactions),
    ("named_signal", signals),
    ("named_fork", || forks(|| fork())),
    ("named_vfork", || forks(|| vfork())),
    ("named_fork_on_a_thread", || std::thread::spawn(|| forks(|| fork())).join().expect("children that end well")),
    ("named_exit", || exits("exit")),
    ("named_daemon", || daemons("daemon")),
    ("named_victim", victim),
    ("bound_with_all_sigaction", || after_bind_all(sigactions)),
    ("bound_with_all_signal", || after_bind_all(signals)),
    ("bound_with_all_fork", || after_bind_all(|| forks(|| fork()))),
    ("bound_with_all_vfork", || after_bind_all(|| forks(|| vfork()))),
    ("bound_with_all_exit", || exits("bound exit")),
    ("bound_with_all_daemon", || daemons("bound daemon")),
];

/// Runs a case with every import bound before its first call.
fn after_bind_all(case: fn()) {
    bind_all();
    case();
}

#[import_dynamic::import_dynamic("libc")]
unsafe extern "C" {
    fn sigaction(signal: c_int, new: *const libc::sigaction, old: *mut libc::sigaction) -> c_int;
    fn signal(signal: c_int, handler: usize) -> usize;
    safe fn fork() -> c_int;
    safe fn vfork() -> c_int;
    safe fn exit(status: c_int) -> !;
    safe fn daemon(keep_directory: c_int, keep_files: c_int) -> c_int;
    fn puts(text: *const c_char) -> c_int;
    fn __cxa_atexit(function: extern "C" fn(*mut c_void), argument: *mut c_void, library: *mut c_void) -> c_int;
}

#[import_dynamic::import_dynamic(global)]
unsafe extern "C" {
    #[symbol("sigaction")]
    fn sigaction_of_the_scope(signal: c_int, new: *const libc::sigaction, old: *mut libc::sigaction) -> c_int;
}

thread_local! {
    static MARK: Cell<u32> = const { Cell::new(0) };
}
static RIGHT: AtomicUsize = AtomicUsize::new(0);

/// A handler of the program's, which uses its thread-locals.
extern "C" fn handler(_: c_int) {
    if MARK.get() == 42 {
        RIGHT.fetch_add(1, Ordering::Relaxed);
    }
}

/// A signal that finds the thread in the guest's code, and one that finds it in the program's.
fn send_twice(number: c_int) {
    MARK.set(42);
    let before = RIGHT.load(Ordering::Relaxed);
    // SAFETY: kill(2) from the guest's code, raise(3) from home's.
    unsafe {
        assert_eq!(kill(getpid(), number), 0);
        assert_eq!(libc::raise(number), 0);
    }
    assert_eq!(RIGHT.load(Ordering::Relaxed), before + 2);
}

fn sigactions() {
    type Sigaction = unsafe extern "C" fn(c_int, *const libc::sigaction, *mut libc::sigaction) -> c_int;
    let both: [Sigaction; 2] =
        [sigaction::resolve().expect("sigaction"), sigaction_of_the_scope::resolve().expect("the same")];
    for set in both {
        // SAFETY: sigaction(2) with valid structures.
        unsafe {
            let mut new: libc::sigaction = std::mem::zeroed();
            let mut old: libc::sigaction = std::mem::zeroed();
            new.sa_sigaction = handler as *const () as usize;
            new.sa_flags = libc::SA_RESTART;
            assert_eq!(set(libc::SIGUSR1, &new, core::ptr::null_mut()), 0);
            send_twice(libc::SIGUSR1);
            // Home's own function knows it.
            assert_eq!(libc::sigaction(libc::SIGUSR1, core::ptr::null(), &mut old), 0);
            assert_eq!((old.sa_sigaction, old.sa_flags), (new.sa_sigaction, new.sa_flags));
            assert_eq!((set(99, &new, core::ptr::null_mut()), import_dynamic::errno().0), (-1, libc::EINVAL));
            // A thread that calls nothing else of the host's.
            let elsewhere = move || (set(99, core::ptr::null(), core::ptr::null_mut()), import_dynamic::errno().0);
            assert_eq!(std::thread::spawn(elsewhere).join().expect("no panic"), (-1, libc::EINVAL));
            assert_eq!(libc::signal(libc::SIGUSR1, libc::SIG_DFL), new.sa_sigaction);
        }
    }
}

fn signals() {
    // SAFETY: signal(2).
    unsafe {
        assert_eq!(signal(libc::SIGUSR2, handler as *const () as usize), libc::SIG_DFL);
        send_twice(libc::SIGUSR2);
        assert_eq!(signal(libc::SIGUSR2, libc::SIG_DFL), handler as *const () as usize);
    }
}

/// Home's libc must know the child as well: it makes threads, and locks that other threads held must be free.
fn forks(fork: fn() -> c_int) {
    assert_eq!(labs(-1), 1);
    let churn = std::thread::spawn(|| (0..20_000).for_each(|n| drop(std::hint::black_box(vec![n; n % 1000]))));
    for _ in 0..20 {
        processes::check_child(fork());
    }
    churn.join().expect("memory");
}

fn run_victim(how: &str) -> (Option<i32>, Vec<String>) {
    let output = crate::case("named_victim").env("HOW", how).output().expect("run");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines.sort();
    (output.status.code(), lines)
}

fn exits(how: &str) {
    assert_eq!(run_victim(how), (Some(5), ["guest", "handler of guest", "handler of home"].map(str::to_owned).into()));
}

fn daemons(how: &str) {
    assert_eq!(run_victim(how), (Some(0), ["a leader in /", "guest"].map(str::to_owned).into()));
}

#[import_dynamic::callback]
extern "C" fn of_the_guest(_: *mut c_void) {
    println!("handler of guest");
}

extern "C" fn of_home() {
    println!("handler of home");
}

fn victim() {
    let how = std::env::var("HOW").unwrap_or_default();
    let how = how.strip_prefix("bound ").inspect(|_| bind_all()).unwrap_or(&how);
    // SAFETY: puts(3), atexit(3) and what it is in the guest, getsid(2) and getpid(2).
    unsafe {
        match how {
            "exit" => {
                puts(c"guest".as_ptr());
                libc::atexit(of_home);
                __cxa_atexit(of_the_guest, core::ptr::null_mut(), core::ptr::null_mut());
                exit(5);
            }
            "daemon" => {
                assert_eq!(daemon(0, 1), 0);
                puts(c"guest".as_ptr());
                assert!(std::thread::spawn(|| labs(-3)).join().is_ok_and(|value| value == 3));
                let directory = std::env::current_dir().expect("a directory");
                let leader = if libc::getsid(0) == libc::getpid() { "a leader" } else { "no leader" };
                println!("{leader} in {}", directory.display());
            }
            _ => {}
        }
    }
}
