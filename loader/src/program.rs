//! The start of a program without libc: remembers its initial stack, runs, and exits through the host's libc if it has
//! become a process of it.

use core::ffi::c_int;

use crate::start::{InitialStack, initial_stack, set_initial_stack};

/// Bytes of stack that the program leaves free above its own frames: the interpreter and the host libc's start-up run
/// there, so that the libc finds its main thread's stack where the kernel put it.
pub const RESERVED_STACK: usize = 256 << 10;

/// Goes on after `_start`, on the stack below the reserved part.
///
/// # Safety
/// Behavior is undefined if any of the following conditions are violated:
/// - called once, by `_start`, after `relocate`;
/// - `stack` is the kernel's initial stack pointer, and the `RESERVED_STACK` bytes below it are not used.
pub unsafe extern "C" fn begin(stack: *mut usize, main: extern "C" fn(InitialStack) -> c_int) -> ! {
    // SAFETY: the caller's.
    unsafe { set_initial_stack(stack, RESERVED_STACK) };
    let status = initial_stack().map_or(crate::STATUS, |stack| main(stack));
    crate::exit(status)
}
