//! `bench-thousand HOW`: binds a thousand imports of `libthousand.so` and writes the nanoseconds that it took (eight bytes).
//!
//! - `all`: by `bind_all`;
//! - `each`: by the first call of each;
//! - `look-up`: not at all: a thousand times dlsym, by hand;
//! - `nothing`: not at all.

#[cfg(not(feature = "plain"))]
use core::ffi::c_int;
use core::ffi::c_long;
#[cfg(not(feature = "plain"))]
use std::io::Write;
use std::process::ExitCode;

include!(concat!(env!("OUT_DIR"), "/functions.rs"));

/// As many as `build.rs` writes.
#[cfg(not(feature = "plain"))]
const COUNT: usize = 1000;

#[cfg(not(feature = "plain"))]
#[import_dynamic::import_dynamic("libdl")]
unsafe extern "C" {
    fn dlopen(name: *const libc::c_char, flags: c_int) -> *mut libc::c_void;
    fn dlsym(library: *mut libc::c_void, name: *const libc::c_char) -> *mut libc::c_void;
}

#[cfg(not(feature = "plain"))]
fn main() -> ExitCode {
    if dlopen::resolve().and(dlsym::resolve()).is_err() {
        return ExitCode::FAILURE;
    }
    // SAFETY: dlopen(3). Opening the library is not what is measured.
    let library = unsafe { dlopen(c"libthousand.so".as_ptr(), libc::RTLD_NOW) };
    if library.is_null() {
        eprintln!("bench-thousand: LD_LIBRARY_PATH leads to no libthousand.so");
        return ExitCode::FAILURE;
    }
    let names: Vec<_> = (0..COUNT).map(|index| std::ffi::CString::new(format!("thousand_{index:03}"))).collect();
    let start = nanoseconds();
    let done = match std::env::args().nth(1).as_deref() {
        Some("all") => import_dynamic::bind_all().is_ok(),
        Some("each") => {
            // SAFETY: the library's functions do nothing.
            unsafe { call_each() };
            true
        }
        // SAFETY: dlsym(3).
        Some("look-up") => names.iter().flatten().all(|name| !unsafe { dlsym(library, name.as_ptr()) }.is_null()),
        Some("nothing") => true,
        _ => false,
    };
    let elapsed = nanoseconds() - start;
    if done && std::io::stdout().write_all(&elapsed.to_ne_bytes()).is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What this thread has run so far: the time that other programs take of a busy machine is not in it.
#[cfg(not(feature = "plain"))]
fn nanoseconds() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: clock_gettime(2) with a place for the time.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Only ever compiled, and linked if there is such a library.
#[cfg(feature = "plain")]
fn main() -> ExitCode {
    // SAFETY: the library's functions do nothing.
    unsafe { call_each() };
    ExitCode::SUCCESS
}
