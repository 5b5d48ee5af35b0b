//! `bench-no-std CONTENDER [THREADS]`: measures what a call costs in a program without std and libc.
//!
//! Reads a count (eight bytes), makes as many calls, and writes the nanoseconds that they took; until its input ends.

#![no_std]
#![no_main]

use core::ffi::{c_char, c_int, c_long, c_void};
use core::hint::black_box;
use core::mem::transmute;

use import_dynamic::{Arguments, import_dynamic};
use libc::{pthread_t, timespec};

import_dynamic::main!(main);

#[import_dynamic("libc")]
unsafe extern "C" {
    safe fn labs(n: c_long) -> c_long;
    fn read(file: c_int, bytes: *mut c_void, count: usize) -> isize;
    fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
    fn clock_gettime(clock: c_int, time: *mut timespec) -> c_int;
    safe fn atoi(text: *const c_char) -> c_int;
}

#[import_dynamic("libpthread")]
unsafe extern "C" {
    fn pthread_create(thread: *mut pthread_t, attributes: *const c_void, start: Start, argument: *mut c_void) -> c_int;
    fn pthread_join(thread: pthread_t, result: *mut *mut c_void) -> c_int;
}

type Start = extern "C" fn(*mut c_void) -> *mut c_void;

const MOST_THREADS: usize = 64;

fn main(arguments: Arguments) -> i32 {
    let mut words = arguments.args().skip(1);
    let calls = match words.next().map(|name| name.to_bytes()) {
        Some(b"nothing") => return 0,
        // Makes one call, and ends.
        Some(b"start") => {
            import(1);
            return 0;
        }
        Some(b"import") => import,
        Some(b"pointer") => {
            let Ok(labs) = labs::resolve() else { return 1 };
            // SAFETY: no other thread, and no call of `pointer` yet.
            unsafe { *black_box(&raw mut POINTER) = labs as *const () };
            pointer
        }
        _ => {
            import_dynamic::print_error(&"usage: bench-no-std start|import|pointer [THREADS]");
            return 2;
        }
    };
    calls(1); // binds
    let threads = words.next().map_or(1, |number| atoi(number.as_ptr()) as usize);
    serve(calls, threads.clamp(1, MOST_THREADS));
    0
}

fn serve(calls: fn(u64), threads: usize) {
    let mut number = 0u64;
    let bytes = (&raw mut number).cast();
    // SAFETY: read(2) and write(2) of the number's eight bytes.
    while unsafe { read(0, bytes, 8) } == 8 {
        let work = Work { calls, count: number };
        number = if threads == 1 { work.run() } else { work.run_on(threads) };
        // SAFETY: as above.
        unsafe { write(1, bytes, 8) };
    }
}

/// Calls to make.
struct Work {
    calls: fn(u64),
    count: u64,
}

impl Work {
    /// Makes them; the nanoseconds that they took.
    fn run(&self) -> u64 {
        let start = nanoseconds();
        (self.calls)(self.count);
        nanoseconds() - start
    }

    /// Makes them on each of so many threads at once; what one took on average.
    fn run_on(&self, threads: usize) -> u64 {
        extern "C" fn start(work: *mut c_void) -> *mut c_void {
            // SAFETY: `run_on` waits for the thread's end.
            unsafe { &*work.cast::<Work>() }.run() as *mut c_void
        }
        let mut started = [0; MOST_THREADS];
        let argument = core::ptr::from_ref(self).cast_mut().cast();
        for thread in &mut started[..threads] {
            // SAFETY: pthread_create(3) with no attributes.
            unsafe { pthread_create(thread, core::ptr::null(), start, argument) };
        }
        let times = started[..threads].iter().map(|&thread| {
            let mut time = core::ptr::null_mut();
            // SAFETY: pthread_join(3) of a thread that was made above.
            unsafe { pthread_join(thread, &mut time) };
            time as u64
        });
        times.sum::<u64>() / threads as u64
    }
}

/// The loop that makes `$count` calls.
macro_rules! calls {
    ($count:ident, |$n:ident| $call:expr) => {{
        let mut sum: c_long = 0;
        for $n in 0..$count as c_long {
            sum = sum.wrapping_add($call);
        }
        black_box(sum);
    }};
}

#[inline(never)]
fn import(count: u64) {
    calls!(count, |n| labs(n));
}

/// Not atomic, so that the compiler loads it within the call: `call *mem`.
static mut POINTER: *const () = core::ptr::null();

#[inline(never)]
fn pointer(count: u64) {
    // SAFETY: stored by `main` before: labs(3).
    calls!(count, |n| unsafe { transmute::<*const (), unsafe extern "C" fn(c_long) -> c_long>(POINTER)(n) });
}

/// What this thread has run so far: the time that other programs take of a busy machine is not in it.
fn nanoseconds() -> u64 {
    let mut time = timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: clock_gettime(2) with a place for the time.
    unsafe { clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
