//! The stack that the guest believes a home thread to have.

use std::mem::MaybeUninit;

use crate::imports::*;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("stack_bounds_of_the_main_thread", main_thread),
    ("stack_bounds_of_threads", threads),
    ("stack_bounds_are_put_back", put_back),
];

/// What the guest says about the calling thread's stack.
fn guest_bounds() -> (usize, usize) {
    let mut attributes = MaybeUninit::<Attributes>::uninit();
    let (mut low, mut size) = (0, 0);
    // SAFETY: as the manual pages say; the attributes are large enough for any libc.
    unsafe {
        assert_eq!(pthread_getattr_np(pthread_self(), attributes.as_mut_ptr()), 0);
        assert_eq!(pthread_attr_getstack(attributes.as_ptr(), &mut low, &mut size), 0);
        pthread_attr_destroy(attributes.as_mut_ptr());
    }
    (low, low + size)
}

/// What the home libc says.
fn home_bounds() -> (usize, usize) {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut low, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: as the manual pages say.
    unsafe {
        assert_eq!(libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()), 0);
        assert_eq!(libc::pthread_attr_getstack(attributes.as_ptr(), &mut low, &mut size), 0);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
    }
    (low as usize, low as usize + size)
}

fn check() {
    let local = 0u8;
    let here = &raw const local as usize;
    let (low, end) = guest_bounds();
    assert!(low <= here && here < end, "{here:#x} is not in {low:#x}..{end:#x}");
    assert_eq!((low, end), home_bounds());
}

fn main_thread() {
    check();
}

fn threads() {
    for size in [128 << 10, 1 << 20, 16 << 20] {
        let threads: Vec<_> =
            (0..4).map(|_| std::thread::Builder::new().stack_size(size).spawn(check).expect("a thread")).collect();
        for thread in threads {
            thread.join().expect("the right bounds");
        }
    }
}

/// Were the guest left with a home thread's bounds, it would free or reuse that memory when the lender ends.
fn put_back() {
    for _ in 0..500 {
        let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(|| {
            check();
            let mut deep = [0u8; 100 << 10];
            std::hint::black_box(&mut deep);
        });
        thread.expect("a thread").join().expect("the right bounds");
    }
    let threads: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn(|| {
                check();
                let mut deep = [7u8; 1 << 20];
                for _ in 0..200 {
                    assert_eq!(labs(-3), 3);
                    std::hint::black_box(&mut deep);
                }
                assert!(deep.iter().all(|&byte| byte == 7));
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("an untouched stack");
    }
}
