//! The end of the stack, in guest code.

use super::*;

/// std's own report, which looks at a thread-local, when the stack ends in guest code.
pub(super) fn stack_overflow() {
    let output = crate::case("signal_stack_overflow_victim").env("OVERFLOW", "1").output().expect("run");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("has overflowed its stack"), "{:?} {text}", output.status);
}

#[import_dynamic::callback]
extern "C" fn overflow(a: *const c_void, _: *const c_void) -> c_int {
    let mut pair = [2u32, 1];
    // SAFETY: two numbers.
    unsafe { qsort(pair.as_mut_ptr().cast(), 2, 4, overflow) };
    // SAFETY: one of the numbers.
    unsafe { *a.cast() }
}

pub(super) fn overflow_in_guest_code() {
    if std::env::var_os("OVERFLOW").is_none() {
        return;
    }
    let run = || {
        let local = 0u32;
        overflow((&raw const local).cast(), std::ptr::null());
    };
    if cfg!(target_env = "musl") {
        let _ = std::thread::spawn(run).join(); // std has no report for the main thread there
    } else {
        run();
    }
}
