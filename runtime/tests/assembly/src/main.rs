//! Calls of imports, whose instructions the test compares.

use core::ffi::c_long;

/// Calls two imports; what comes after keeps it from being a jump.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn call_site(n: c_long) -> c_long {
    call_cost::llabs(call_cost::labs(n)) + 1
}

fn main() {
    assert_eq!(call_site(-41), 42);
}
