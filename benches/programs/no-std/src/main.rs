//! `bench-no-std CONTENDER`: measures what a call costs in a program without std and libc.
//!
//! Reads a count (eight bytes), makes as many calls, and writes the nanoseconds that they took; until its input ends.

#![no_std]
#![no_main]

use core::ffi::{c_int, c_long, c_void};
use core::hint::black_box;
use core::mem::transmute;

use import_dynamic::{Arguments, import_dynamic};
use libc::timespec;

import_dynamic::main!(main);

#[import_dynamic("libc")]
unsafe extern "C" {
    safe fn labs(n: c_long) -> c_long;
    fn read(file: c_int, bytes: *mut c_void, count: usize) -> isize;
    fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
    fn clock_gettime(clock: c_int, time: *mut timespec) -> c_int;
}

fn main(arguments: Arguments) -> i32 {
    let calls = match arguments.args().nth(1).map(|name| name.to_bytes()) {
        Some(b"import") => import,
        Some(b"pointer") => {
            let Ok(labs) = labs::resolve() else { return 1 };
            // SAFETY: no other thread, and no call of `pointer` yet.
            unsafe { *black_box(&raw mut POINTER) = labs as *const () };
            pointer
        }
        _ => {
            import_dynamic::print_error(&"usage: bench-no-std import|pointer");
            return 2;
        }
    };
    serve(calls);
    0
}

fn serve(calls: fn(u64)) {
    calls(1); // binds
    let mut number = 0u64;
    let bytes = (&raw mut number).cast();
    // SAFETY: read(2) and write(2) of the number's eight bytes.
    while unsafe { read(0, bytes, 8) } == 8 {
        let start = nanoseconds();
        calls(number);
        number = nanoseconds() - start;
        // SAFETY: as above.
        unsafe { write(1, bytes, 8) };
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
