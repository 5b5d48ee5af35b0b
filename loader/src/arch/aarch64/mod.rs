//! AArch64: code that C calling conventions cannot express in Rust, whatever the operating system.
//!
//! Sources: Procedure Call Standard for the Arm 64-bit Architecture (AAPCS64), §6.1 (registers), §6.2.2 (stack), §6.8
//! (parameter passing); Arm Architecture Reference Manual, D8.4.4 (branch target identification).
//!
//! Scratch registers: x9 and x10 carry what must survive a branch between functions here, since linkers may put veneers
//! there that change x16 and x17; x18 is the platform's and never touched. Every function that may be entered by an
//! indirect branch begins with a landing pad (`bti`, a hint that older processors ignore).

use core::arch::{asm, naked_asm};
use core::ffi::c_void;

#[cfg(guest)]
mod guest;
#[cfg(loader)]
mod linux;
#[cfg(std_start)]
mod std_start;
#[cfg(guest)]
pub use guest::guest_enter_fast;
#[cfg(guest)]
pub(crate) use guest::*;
#[cfg(loader)]
pub(crate) use linux::*;
#[cfg(std_start)]
pub(crate) use std_start::*;

/// Calls `x10(x9)` with every argument register kept (AAPCS64 §6.8.2: x0-x7, x8 for the result's address, q0-q7;
/// variadics use no others), then jumps to the code that it returned in x0, its second result in x9.
///
/// Functions that take SVE vectors or predicates (the variant procedure call standard, which Rust cannot declare) would
/// need z0-z7 and p0-p3 as well, and are not supported: only the low 128 bits of a vector register are kept.
///
/// # Safety
/// Entered by a jump from a function's first instructions; x10 holds a function from a pointer to a
/// [`Continuation`](crate::Continuation), x9 its argument.
#[unsafe(naked)]
pub unsafe extern "C" fn preserve_arguments() {
    naked_asm!(
        "bti c",                      // landing pad
        "stp x29, x30, [sp, #-224]!", // a frame; x30 is the way back of the function that was called
        "mov x29, sp",                // for unwinders
        "stp x0, x1, [sp, #16]",      // arguments 1 and 2
        "stp x2, x3, [sp, #32]",      // arguments 3 and 4
        "stp x4, x5, [sp, #48]",      // arguments 5 and 6
        "stp x6, x7, [sp, #64]",      // arguments 7 and 8
        "str x8, [sp, #80]",          // where a large result goes
        "stp q0, q1, [sp, #96]",      // vector arguments 1 and 2
        "stp q2, q3, [sp, #128]",     // vector arguments 3 and 4
        "stp q4, q5, [sp, #160]",     // vector arguments 5 and 6
        "stp q6, q7, [sp, #192]",     // vector arguments 7 and 8
        "mov x0, x9",                 // the argument
        "blr x10",                    // the function
        "mov x16, x0",                // where to go on
        "mov x9, x1",                 // and with what
        "ldp q6, q7, [sp, #192]",     // vector arguments 7 and 8
        "ldp q4, q5, [sp, #160]",     // vector arguments 5 and 6
        "ldp q2, q3, [sp, #128]",     // vector arguments 3 and 4
        "ldp q0, q1, [sp, #96]",      // vector arguments 1 and 2
        "ldr x8, [sp, #80]",          // where a large result goes
        "ldp x6, x7, [sp, #64]",      // arguments 7 and 8
        "ldp x4, x5, [sp, #48]",      // arguments 5 and 6
        "ldp x2, x3, [sp, #32]",      // arguments 3 and 4
        "ldp x0, x1, [sp, #16]",      // arguments 1 and 2
        "ldp x29, x30, [sp], #224",   // drop the frame
        "br x16",                     // as if called directly; by x16, which `bti c` lets in
    )
}

/// Byte copy that needs no libc and that the compiler cannot turn into a call of itself.
///
/// # Safety
/// As for `memcpy`; `forward` is false only for overlapping ranges with `to > from`.
pub unsafe fn copy_bytes(to: *mut c_void, from: *const c_void, len: usize, forward: bool) {
    // SAFETY: the caller's; no access leaves the ranges. Each block is read before it is written, so that ranges may
    // overlap in the direction given.
    unsafe {
        if forward {
            asm!(
                "2:",
                "subs {left}, {len}, #16",       // a block of 16 left?
                "b.lo 3f",                       // no
                "ldp {a}, {b}, [{from}], #16",   // read it, upwards
                "stp {a}, {b}, [{to}], #16",     // write it
                "mov {len}, {left}",             // done with it
                "b 2b",                          // next
                "3:",
                "cbz {len}, 4f",                 // nothing left
                "ldrb {a:w}, [{from}], #1",      // read a byte
                "strb {a:w}, [{to}], #1",        // write it
                "sub {len}, {len}, #1",          // done with it
                "b 3b",                          // next
                "4:",
                to = inout(reg) to => _, from = inout(reg) from => _, len = inout(reg) len => _,
                left = out(reg) _, a = out(reg) _, b = out(reg) _, options(nostack));
        } else {
            asm!(
                "2:",
                "subs {left}, {len}, #16",       // a block of 16 left?
                "b.lo 3f",                       // no
                "ldp {a}, {b}, [{from}, #-16]!", // read it, downwards
                "stp {a}, {b}, [{to}, #-16]!",   // write it
                "mov {len}, {left}",             // done with it
                "b 2b",                          // next
                "3:",
                "cbz {len}, 4f",                 // nothing left
                "ldrb {a:w}, [{from}, #-1]!",    // read a byte
                "strb {a:w}, [{to}, #-1]!",      // write it
                "sub {len}, {len}, #1",          // done with it
                "b 3b",                          // next
                "4:",
                to = inout(reg) to.byte_add(len) => _, from = inout(reg) from.byte_add(len) => _,
                len = inout(reg) len => _,
                left = out(reg) _, a = out(reg) _, b = out(reg) _, options(nostack));
        }
    }
}

/// Byte fill, likewise.
///
/// # Safety
/// As for `memset`.
pub unsafe fn fill_bytes(to: *mut c_void, byte: u8, len: usize) {
    let word = u64::from(byte).wrapping_mul(0x0101_0101_0101_0101);
    // SAFETY: the caller's; no access leaves the range.
    unsafe {
        asm!(
            "2:",
            "subs {left}, {len}, #16",         // a block of 16 left?
            "b.lo 3f",                         // no
            "stp {word}, {word}, [{to}], #16", // write it
            "mov {len}, {left}",               // done with it
            "b 2b",                            // next
            "3:",
            "cbz {len}, 4f",                   // nothing left
            "strb {word:w}, [{to}], #1",       // write a byte
            "sub {len}, {len}, #1",            // done with it
            "b 3b",                            // next
            "4:",
            to = inout(reg) to => _, len = inout(reg) len => _, left = out(reg) _, word = in(reg) word,
            options(nostack));
    }
}
