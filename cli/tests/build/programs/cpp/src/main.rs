//! A program with a part in C++.

use std::ffi::c_int;
use std::panic;

unsafe extern "C" {
    fn catches(n: c_int) -> c_int;
    fn threads() -> c_int;
}

fn main() {
    panic::set_hook(Box::new(|_| {}));
    let before = panic::catch_unwind(|| panic!("before")).is_err();
    // SAFETY: the functions as C++ declares them.
    let all = unsafe { (catches(1), catches(0), threads()) };
    println!("{before} {all:?} {}", panic::catch_unwind(|| panic!("after")).is_err());
}
