//! A program with an allocator of its own, which the host's libraries use, too.

use std::ffi::{c_char, c_int, c_void};
use std::thread;

unsafe extern "C" {
    fn is_own(place: *mut c_void) -> c_int;
    fn frees() -> usize;
    fn strdup(text: *const c_char) -> *mut c_void;
    fn free(place: *mut c_void);
}

fn main() {
    // SAFETY: a C string; memory of the allocator that `free` belongs to.
    let (of_libc, freed) = unsafe {
        let copy = strdup(c"text".as_ptr());
        let (own, before) = (is_own(copy), frees());
        free(copy);
        (own, frees() - before)
    };
    let boxed = Box::into_raw(Box::new(1)).cast();
    // SAFETY: only its address is looked at.
    let of_std = unsafe { is_own(boxed) };
    let all: Vec<_> = (0..20).map(|number| thread::spawn(move || vec![number; 1000].iter().sum::<usize>())).collect();
    let sum: usize = all.into_iter().map(|thread| thread.join().unwrap()).sum();
    println!("{of_libc} {freed} {of_std} {sum}");
}
