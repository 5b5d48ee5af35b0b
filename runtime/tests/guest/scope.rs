//! Calls inside a scope.

use core::ffi::{c_int, c_long, c_void};
use std::cell::Cell;
use std::hint::black_box;
use std::time::Instant;

use import_dynamic::guest_scope;

use crate::imports::*;

pub(crate) const CASES: &[(&str, fn())] = &[("scope_calls", calls), ("scope_with_callbacks", with_callbacks)];

fn calls() {
    const CALLS: c_long = 2_000_000;
    let labs_bound = labs::resolve().expect("labs");
    let start = Instant::now();
    let mut sum = 0;
    for n in 0..CALLS {
        sum += labs(black_box(-n));
    }
    let outside = start.elapsed();
    let start = Instant::now();
    // SAFETY: arithmetic and a call of the host's.
    let inside_sum = unsafe {
        guest_scope(|scope| {
            let labs_inside = scope.direct(labs_bound);
            let mut sum = 0;
            let mut n = 0;
            while n < CALLS {
                sum += labs_inside(black_box(-n));
                n += 1;
            }
            sum
        })
    };
    let inside = start.elapsed();
    assert_eq!(inside_sum.expect("a scope"), sum);
    println!("{:?} a call outside, {:?} inside", outside / CALLS as u32, inside / CALLS as u32);
}

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

#[import_dynamic::callback]
extern "C" fn compare(a: *const c_void, b: *const c_void) -> c_int {
    COUNT.set(COUNT.get() + labs(-1) as usize);
    // SAFETY: qsort passes pointers to two of the numbers.
    unsafe { (*a.cast::<u32>()).cmp(&*b.cast::<u32>()) as c_int }
}

fn with_callbacks() {
    let host = import_dynamic::host().expect("a host");
    let address = host.dlsym(import_dynamic::Handle::GLOBAL, c"qsort").expect("qsort");
    let mut numbers = [3u32, 1, 2];
    // SAFETY: qsort(3) of three numbers.
    unsafe {
        let qsort: extern "C" fn(*mut c_void, usize, usize, Compare) = std::mem::transmute(address);
        guest_scope(|_| qsort((&raw mut numbers).cast(), 3, 4, compare)).expect("a scope");
    }
    assert_eq!(numbers, [1, 2, 3]);
    assert!(COUNT.get() >= 2);
}
