//! Calls of imports, whose instructions the test compares.

use core::ffi::{c_long, c_longlong};

/// Calls two imports; what comes after keeps it from being a jump.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn call_site(n: c_long) -> c_longlong {
    call_cost::llabs(call_cost::labs(n) as c_longlong) + 1
}

fn main() {
    assert_eq!(call_site(-41), 42);
}
