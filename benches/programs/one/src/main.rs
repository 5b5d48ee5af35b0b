//! A static std program with one import, called on two threads; with the feature `plain` with none. The difference of their sizes
//! is what the runtime and the loader add.

use std::ffi::c_long;

#[cfg(not(feature = "plain"))]
#[import_dynamic::import_dynamic("libc")]
unsafe extern "C" {
    safe fn labs(number: c_long) -> c_long;
}

#[cfg(feature = "plain")]
unsafe extern "C" {
    safe fn labs(number: c_long) -> c_long;
}

fn main() {
    let other = std::thread::spawn(|| labs(-1));
    let sum = labs(-2) + other.join().unwrap_or_default();
    println!("{sum}");
}
