//! Children of a process with two libcs, and its end.

use core::ffi::{c_char, c_int, c_void};
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::case;
use crate::imports::*;

mod locks;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("fork_and_imports_in_the_child", fork_and_imports),
    ("fork_from_another_thread", || std::thread::spawn(fork_and_imports).join().expect("children that end well")),
    ("fork_from_a_child", fork_deeply),
    ("fork_while_threads_attach", fork_while_threads_attach),
    ("fork_by_a_library_while_threads_attach", fork_by_a_library),
    ("fork_by_a_thread_that_never_called", locks::fork_by_a_thread_that_never_called),
    ("fork_and_a_command_with_pre_exec", command_with_pre_exec),
    ("exit_flushes_streams", exit_flushes),
    ("exit_runs_handlers_of_the_guest", exit_runs_handlers),
    ("exit_flushes_std", exit_flushes_std),
    ("exit_with_a_thread_inside_an_import", exit_with_a_busy_thread),
    ("exit_victim", exit_victim),
];

/// What a child process does with imports, and with threads unless it is to have none; it never returns.
fn child(depth: usize, is_alone: bool) -> ! {
    let status = std::panic::catch_unwind(|| {
        use_imports();
        if !is_alone {
            let before = threads();
            run_threads(4);
            // A home musl forks alone: no thread of the guest may be in the middle of its end then.
            assert!(crate::threads::settle(before));
        }
        if depth > 0 {
            fork(depth - 1, is_alone);
        }
    });
    // SAFETY: _exit(2).
    unsafe { libc::_exit(if status.is_ok() { 7 } else { 1 }) }
}

extern "C" fn imports_in_a_thread(_: *mut c_void) -> *mut c_void {
    use_imports();
    core::ptr::null_mut()
}

/// Threads of the home libc's. Not std's: its locks may be held by threads that a child does not have.
fn run_threads(count: usize) {
    let threads: Vec<_> = (0..count)
        .map(|_| {
            let mut thread = 0 as libc::pthread_t;
            let (attributes, argument) = (core::ptr::null(), core::ptr::null_mut());
            // SAFETY: pthread_create(3).
            assert_eq!(unsafe { libc::pthread_create(&mut thread, attributes, imports_in_a_thread, argument) }, 0);
            thread
        })
        .collect();
    for thread in threads {
        // SAFETY: pthread_join(3).
        assert_eq!(unsafe { libc::pthread_join(thread, core::ptr::null_mut()) }, 0);
    }
}

fn use_imports() {
    assert_eq!(labs(-4), 4);
    for size in [1, 100, 10_000, 1_000_000] {
        // SAFETY: memory of the guest's.
        unsafe { free(malloc(size)) };
    }
    assert_eq!(getpid() as u32, std::process::id());
    // SAFETY: close(2) of no descriptor.
    assert_eq!(unsafe { close(-1) }, -1);
    assert_eq!(import_dynamic::errno().0, libc::EBADF);
}

/// Forks; waits for the child, which must end well in time.
fn fork(depth: usize, is_alone: bool) {
    // SAFETY: fork(2): the child uses what this test is about, and ends by _exit.
    let process = unsafe { libc::fork() };
    if process == 0 {
        child(depth, is_alone);
    }
    wait_for(process);
}

/// Goes on after a fork: what the child does, or waiting for the child.
pub(crate) fn check_child(process: c_int) {
    if process == 0 {
        child(0, false);
    }
    wait_for(process);
}

fn wait_for(process: c_int) {
    assert!(process > 0);
    let start = Instant::now();
    let mut status = 0;
    // SAFETY: waitpid(2) of the child; kill(2) of it.
    unsafe {
        while libc::waitpid(process, &mut status, libc::WNOHANG) == 0 {
            std::thread::sleep(Duration::from_millis(1));
            if start.elapsed() > Duration::from_secs(10) {
                libc::kill(process, libc::SIGKILL);
            }
        }
    }
    assert_eq!(status, 7 << 8, "wait status {status:#x}");
}

fn fork_and_imports() {
    use_imports();
    for _ in 0..10 {
        fork(0, false);
        use_imports();
    }
}

fn fork_deeply() {
    use_imports();
    fork(6, false);
}

/// Threads come and go in the parent, so that some are making control blocks whenever it forks.
fn fork_while_threads_attach() {
    // musl forks alone: the guest's locks are as they were, and the child keeps away from those of its threads.
    while_threads_attach(|| fork(0, cfg!(target_env = "musl")));
}

/// As a library of the host forks, and then the program's code runs in the child.
fn fork_by_a_library() {
    let fork: extern "C" fn() -> c_int = guest_function(c"fork");
    while_threads_attach(|| {
        // SAFETY: a call of the host's.
        let process = unsafe { import_dynamic::guest_scope(|_| fork()) }.expect("a scope");
        if process == 0 {
            child(0, cfg!(target_env = "musl"));
        }
        wait_for(process);
    });
}

fn while_threads_attach(fork: impl Fn()) {
    if crate::is_emulated("QEMU's own threads do not survive this, with any program") {
        return;
    }
    use_imports();
    static STOP: AtomicBool = AtomicBool::new(false);
    let churn: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(|| {
                while !STOP.load(Ordering::Relaxed) {
                    let thread = std::thread::spawn(|| assert_eq!(labs(-4), 4));
                    thread.join().expect("attached");
                }
            })
        })
        .collect();
    for _ in 0..100 {
        fork();
    }
    STOP.store(true, Ordering::Relaxed);
    for thread in churn {
        thread.join().expect("no failure");
    }
}

fn command_with_pre_exec() {
    use_imports();
    let run = || {
        let mut command = case("exit_victim");
        command.env("HOW", "print").stdout(Stdio::piped());
        // SAFETY: the child calls imports, which is what this is about.
        unsafe {
            command.pre_exec(|| {
                use_imports();
                Ok(())
            })
        };
        let output = command.output().expect("a child");
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stdout), "through the guest\n");
    };
    run();
    std::thread::spawn(run).join().expect("from another thread");
}

#[import_dynamic::import_dynamic("libc")]
unsafe extern "C" {
    fn printf(format: *const c_char, ...) -> c_int;
    fn __cxa_atexit(function: extern "C" fn(*mut c_void), argument: *mut c_void, library: *mut c_void) -> c_int;
    safe fn getchar() -> c_int;
}

#[import_dynamic::callback]
extern "C" fn of_the_guests_exit(_: *mut c_void) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "atexit");
    // SAFETY: printf(3).
    unsafe { printf(c"printed by it\n".as_ptr()) };
}

/// A program whose end the other cases look at.
fn exit_victim() {
    let Some(how) = std::env::var_os("HOW") else { return };
    // Buffered, since the output is a pipe.
    // SAFETY: printf(3).
    unsafe { printf(c"through the guest\n".as_ptr()) };
    match how.to_str() {
        Some("exit") => std::process::exit(3),
        Some("guest exit") => {
            // SAFETY: what atexit(3) calls, with a callback.
            unsafe { __cxa_atexit(of_the_guests_exit, core::ptr::null_mut(), core::ptr::null_mut()) };
            import_dynamic::exit(4);
        }
        Some("unfinished line") => {
            print!("no end of line");
            import_dynamic::exit(6);
        }
        Some("busy") => {
            std::thread::spawn(|| getchar());
            std::thread::sleep(Duration::from_millis(300)); // now it waits with stdin's lock held
        }
        _ => {}
    }
}

fn end(how: &str) -> (Output, Duration) {
    let start = Instant::now();
    let mut command = case("exit_victim");
    command.env("HOW", how).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("a child");
    let input = child.stdin.take(); // open until the child has ended
    let mut text = Vec::new();
    child.stdout.take().expect("a pipe").read_to_end(&mut text).expect("read");
    let status = child.wait().expect("ended");
    drop(input);
    (Output { status, stdout: text, stderr: Vec::new() }, start.elapsed())
}

fn exit_flushes() {
    for (how, status) in [("return", 0), ("exit", 3)] {
        let (output, _) = end(how);
        assert_eq!((output.status.code(), &output.stdout[..]), (Some(status), &b"through the guest\n"[..]));
    }
}

fn exit_runs_handlers() {
    let (output, _) = end("guest exit");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(4));
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort();
    assert_eq!(lines, ["atexit", "printed by it", "through the guest"]);
}

/// std's own standard output is flushed as well.
fn exit_flushes_std() {
    let (output, _) = end("unfinished line");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(6));
    assert!(["no end of linethrough the guest\n", "through the guest\nno end of line"].contains(&&*text), "{text}");
}

fn exit_with_a_busy_thread() {
    let (output, time) = end("busy");
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(0), &b"through the guest\n"[..]));
    assert!(time < Duration::from_secs(5), "{time:?}");
}
