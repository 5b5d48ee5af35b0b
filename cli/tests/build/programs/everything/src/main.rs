//! One case per argument; the driver knows what each prints on every host.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream, ToSocketAddrs as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::{env, fs, panic, process, thread};

unsafe extern "C" {
    fn c_everything(text: *const c_char, n: c_int, d: f64);
    fn c_differences(n: c_int);
    fn getenv(name: *const c_char) -> *const c_char;
    fn signal(number: c_int, handler: usize) -> usize;
    fn raise(number: c_int) -> c_int;
    fn fork() -> c_int;
    fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn _exit(status: c_int) -> !;
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    fn setenv(name: *const c_char, value: *const c_char, overwrite: c_int) -> c_int;
    fn setlocale(category: c_int, name: *const c_char) -> *const c_char;
    fn mblen(text: *const c_char, len: usize) -> c_int;
    fn printf(format: *const c_char, ...) -> c_int;
    fn fflush(stream: *mut c_void) -> c_int;
    fn sigaltstack(new: *const c_void, old: *mut SignalStack) -> c_int;
}

/// sigaltstack(2)'s.
#[repr(C)]
struct SignalStack {
    stack: *mut c_void,
    flags: c_int,
    size: usize,
}

fn main() {
    match env::args().nth(1).unwrap_or_default().as_str() {
        // SAFETY: as the C function is declared.
        "c" => unsafe { c_everything(c"abc".as_ptr(), 20, 2.5) },
        // SAFETY: likewise.
        "differences" => unsafe { c_differences(5) },
        "threads" => threads(1000),
        "thread-locals" => thread_locals(),
        "panic" => panics(),
        "backtrace" => println!("{}", std::backtrace::Backtrace::force_capture()),
        "files" => files(),
        "names" => println!("{:?}", "localhost:80".to_socket_addrs().unwrap().any(|address| address.ip().is_loopback())),
        "sockets" => sockets(),
        "command" => command(),
        "itself" => println!("itself"),
        "signals" => signals(),
        "fork" => forks(),
        "environment" => environment(),
        "locale" => locale(),
        "mixed" => mixed(),
        "buffered" => buffered(),
        "big-stack" => big_stack(),
        "overflow" => println!("{}", deep(10_000_000)),
        "overflow-in-thread" => println!("{}", thread::spawn(overflow_in_thread).join().unwrap()),
        "dlopen" => opens(),
        other => panic!("no case {other:?}"),
    }
}

fn threads(count: usize) {
    let barrier = Arc::new(Barrier::new(count));
    let all: Vec<_> = (0..count)
        .map(|number| {
            let barrier = Arc::clone(&barrier);
            let run = move || {
                barrier.wait();
                number
            };
            thread::Builder::new().stack_size(64 << 10).spawn(run).unwrap()
        })
        .collect();
    println!("{}", all.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>());
}

static DROPPED: AtomicUsize = AtomicUsize::new(0);

struct Counted(Cell<usize>);

impl Drop for Counted {
    fn drop(&mut self) {
        DROPPED.fetch_add(self.0.get(), Ordering::SeqCst);
    }
}

thread_local! {
    static COUNTED: Counted = const { Counted(Cell::new(0)) };
}

fn thread_locals() {
    let all: Vec<_> = (1..=10).map(|number| thread::spawn(move || COUNTED.with(|counted| counted.0.set(number)))).collect();
    all.into_iter().for_each(|thread| thread.join().unwrap());
    println!("dropped {}", DROPPED.load(Ordering::SeqCst));
}

fn panics() {
    let caught = panic::catch_unwind(|| panic!("in the main thread")).is_err();
    let joined = thread::spawn(|| panic!("in another")).join().is_err();
    println!("{caught} {joined}");
}

fn files() {
    let path = env::temp_dir().join(format!("everything-{}", process::id()));
    fs::write(&path, "text").unwrap();
    let metadata = fs::metadata(&path).unwrap();
    println!("{} {} {:?}", fs::read_to_string(&path).unwrap(), metadata.len(), metadata.modified().is_ok());
    fs::remove_file(&path).unwrap();
    println!("{:?} {}", fs::File::open(&path).unwrap_err().kind(), fs::read_dir("/").unwrap().count() > 1);
}

fn sockets() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let client = thread::spawn(move || TcpStream::connect(address).unwrap().write_all(b"over a socket").unwrap());
    let mut text = String::new();
    listener.accept().unwrap().0.read_to_string(&mut text).unwrap();
    client.join().unwrap();
    println!("{text}");
}

fn command() {
    let missing = process::Command::new("/no/such/program").spawn().unwrap_err().kind();
    // Not current_exe, and no input from nothing: there may be no /proc and no /dev/null.
    let mut itself = process::Command::new(env::args().next().unwrap());
    let itself = itself.arg("itself").env("X", "y").stdin(process::Stdio::inherit()).output().unwrap();
    println!("{missing:?} {} {}", itself.status, String::from_utf8_lossy(&itself.stdout).lines().next().unwrap());
}

static HITS: AtomicUsize = AtomicUsize::new(0);

extern "C" fn hit(_: c_int) {
    HITS.fetch_add(1, Ordering::SeqCst);
}

fn signals() {
    // SAFETY: SIGUSR1 and a handler that is async-signal-safe.
    unsafe {
        signal(10, hit as *const () as usize);
        (0..10).for_each(|_| _ = raise(10));
    }
    println!("{}", HITS.load(Ordering::SeqCst));
}

fn forks() {
    // SAFETY: one thread; the child ends without running destructors twice.
    unsafe {
        let child = fork();
        if child == 0 {
            _exit(thread::spawn(|| 42).join().unwrap());
        }
        let mut status = 0;
        waitpid(child, &mut status, 0);
        println!("{}", status >> 8);
    }
}

fn environment() {
    // SAFETY: one thread; names are C strings.
    unsafe {
        env::set_var("EVERYTHING", "seen by C");
        println!("{:?}", CStr::from_ptr(getenv(c"EVERYTHING".as_ptr())));
        setenv(c"EVERYTHING".as_ptr(), c"seen by std".as_ptr(), 1);
        println!("{:?}", env::var("EVERYTHING").unwrap());
    }
}

/// Whether the locale that setlocale(3) says is in place is the one that mblen(3) goes by.
fn locale() {
    // SAFETY: one thread; names and texts are C strings.
    unsafe {
        println!("{:?}", CStr::from_ptr(setlocale(6, c"C".as_ptr())));
        let is_there = !setlocale(6, c"C.UTF-8".as_ptr()).is_null();
        let len = mblen(c"\u{e4}".as_ptr(), 2);
        println!("{}", if is_there { len == 2 } else { len != 2 });
    }
}

/// C's buffer and std's, each written out when it is asked for.
fn mixed() {
    let mut stdout = std::io::stdout();
    for line in 0..3 {
        print!("std {line} ");
        stdout.flush().unwrap();
        // SAFETY: printf(3) and fflush(3) of all streams.
        unsafe {
            printf(c"C %d %.1f\n".as_ptr(), line as c_int, 0.5);
            fflush(std::ptr::null_mut());
        }
    }
}

/// C's buffer is written out at exit.
fn buffered() {
    // SAFETY: printf(3).
    unsafe { printf(c"buffered by C".as_ptr()) };
    println!("std");
}

/// Most of 300 MB used.
fn big_stack() {
    let run = || deep(60_000);
    println!("{}", thread::Builder::new().stack_size(300 << 20).spawn(run).unwrap().join().unwrap());
}

fn opens() {
    // SAFETY: dlopen(3) and dlsym(3), and cos(3)'s type.
    unsafe {
        let library = dlopen(c"libm.so.6".as_ptr(), 2);
        let cos: extern "C" fn(f64) -> f64 = std::mem::transmute(dlsym(library, c"cos".as_ptr()));
        println!("{}", cos(0.0));
    }
}

fn overflow_in_thread() -> u64 {
    let mut stack = SignalStack { stack: std::ptr::null_mut(), flags: 0, size: 0 };
    // SAFETY: sigaltstack(2), which writes to `stack` alone.
    unsafe { sigaltstack(std::ptr::null(), &mut stack) };
    println!("stack for signals {}", !stack.stack.is_null());
    deep(10_000_000)
}

#[inline(never)]
fn deep(n: u64) -> u64 {
    let frame = [n; 512];
    std::hint::black_box(&frame);
    if n == 0 { 0 } else { deep(n - 1) + frame[3] }
}

#[cfg(test)]
mod tests {
    #[test]
    fn passes() {}

    #[test]
    #[should_panic(expected = "as it should")]
    fn panics() {
        panic!("as it should");
    }
}
