//! AArch64 Linux, guest mode: swapping the thread pointer around a call.
//!
//! Sources: Procedure Call Standard for the Arm 64-bit Architecture (AAPCS64), §6.1 (registers) and §6.2.2 (stack); ELF
//! for the Arm 64-bit Architecture (AAELF64), "Thread Local Storage" (variant I).

use core::arch::{asm, naked_asm};

use super::preserve_arguments;
use crate::guest::area;

/// What rseq(2) is told before addresses that it may go to (glibc `sysdeps/unix/sysv/linux/aarch64/bits/rseq.h`).
pub(crate) const RSEQ_SIGNATURE: usize = 0xd428_bc00;
/// The guest area begins this many bytes above the thread pointer: after the two words of the TCB (TLS variant I), on a
/// multiple of its own alignment.
pub(crate) const AREA_FROM_THREAD_POINTER: isize = 16;
const _: () = assert!(area::RETURN_ADDRESS == area::HOME + 8);

/// Where this thread's word for its guest thread pointer is, from any home thread pointer.
pub(crate) fn guest_word_offset() -> isize {
    let offset: isize;
    // SAFETY: reads the word's offset from any thread pointer, a constant of the program.
    unsafe {
        asm!(
            "adrp {0}, :gottprel:__import_dynamic_guest_tp",            // page of the word's offset
            "ldr {0}, [{0}, :gottprel_lo12:__import_dynamic_guest_tp]", // offset of the word from TP
            out(reg) offset,
            options(nostack, pure, readonly)
        );
    }
    offset
}

/// Puts `tp` in place as this thread's thread pointer.
///
/// # Safety
/// It is one that this thread may run with, and the caller computes no address of a thread-local across this.
#[inline(always)]
pub(crate) unsafe fn switch_to(tp: *mut u8) {
    // SAFETY: the caller's. Memory operations are not moved across it.
    unsafe { asm!("msr tpidr_el0, {}", in(reg) tp, options(nostack, preserves_flags)) };
}

/// Starts a kernel thread that shares everything, with signals as they are now and no TLS of its own, at `entry`
/// with its stack pointer at `stack`. Returns its thread id or a negative errno.
///
/// # Safety
/// `stack` is the initial stack of a process and `entry` code that starts from one and never returns.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn clone_at(flags: usize, stack: *mut usize, entry: usize) -> isize {
    naked_asm!(
        "bti c",        // landing pad
        "mov x16, x2",  // entry, in a register that the kernel keeps
        "mov x2, xzr",  // no parent_tid
        "mov x3, xzr",  // no TLS
        "mov x4, xzr",  // no child_tid: the home libc's stays what it is
        "mov x8, #220", // clone
        "svc #0",       // both threads return from here
        "cbz x0, 2f",   // 0 in the child, which goes on below
        "ret",          // the parent has its answer
        "2:",
        "mov x29, xzr", // outermost frame
        "mov x30, xzr", // returns nowhere; x0 is 0: no function to register with atexit
        "br x16",       // the interpreter's entry
    )
}

/// Calls the guest function in x9 with this thread's guest thread pointer, everything else as the caller has it: the
/// arguments on the stack stay where they are because the return address waits in the guest area meanwhile. x0, x1 and
/// v0-v3 come back as the function left them (AAPCS64 §6.9).
///
/// # Safety
/// Entered by a jump from a function's first instructions, in guest mode, with the home thread pointer in place.
#[unsafe(naked)]
pub unsafe extern "C" fn guest_enter_fast() {
    naked_asm!(
        ".cfi_startproc",     // unwind information of this function
        ".cfi_undefined x30", // unwinding ends here: two C libraries, two unwinders
        "bti c",              // landing pad
        "adrp x16, :gottprel:__import_dynamic_guest_tp",              // page of the word's offset
        "ldr x16, [x16, :gottprel_lo12:__import_dynamic_guest_tp]",   // offset of this thread's word
        "mrs x17, tpidr_el0",                  // home thread pointer
        "ldr x16, [x17, x16]",                 // guest thread pointer
        "cbz x16, 2f",                         // not attached yet
        "str x30, [x16, #{return_address}]",   // the caller's return address, kept beside the guest's TCB
        "msr tpidr_el0, x16",                  // guest thread pointer in
        "blr x9",                              // the function, with the caller's stack arguments in place
        "mrs x16, tpidr_el0",                  // guest thread pointer
        "ldp x17, x30, [x16, #{home}]",        // home thread pointer, the caller's return address
        "msr tpidr_el0, x17",                  // home thread pointer in
        "ret",                                 // to the caller
        "2:",
        "b {attach}",                          // first call of this thread
        ".cfi_endproc",       // end of it
        attach = sym attach_and_enter,
        return_address = const AREA_FROM_THREAD_POINTER + area::RETURN_ADDRESS as isize,
        home = const AREA_FROM_THREAD_POINTER + area::HOME as isize,
    )
}
/// The same: there is no other way.
pub(crate) use self::guest_enter_fast as guest_enter_syscall;

/// First call of a thread: gives it a guest TCB with every argument kept, then enters.
#[unsafe(naked)]
unsafe extern "C" fn attach_and_enter() {
    naked_asm!(
        "adrp x10, {attach}",           // attaches this thread, ...
        "add x10, x10, :lo12:{attach}", // ... returns the way in and the function to be called, which is in x9
        "b {preserve}",                 // arguments kept
        attach = sym crate::guest::attach::attach_for_call,
        preserve = sym preserve_arguments,
    )
}

/// Calls the guest function `target` with this thread's guest thread pointer.
///
/// # Safety
/// As for `target`; guest mode, with the home thread pointer in place.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn enter(a: usize, b: usize, c: usize, d: usize, target: usize) -> usize {
    naked_asm!(
        "bti c",      // landing pad
        "mov x9, x4", // the function
        "b {enter}",  // the way in
        enter = sym guest_enter_fast,
    )
}

/// Calls `target` with the thread pointer `tp`, and puts this thread's own back.
///
/// # Safety
/// As for `target`; `tp` is a guest thread pointer that no other thread uses meanwhile.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn call_on(tp: *mut u8, target: usize, a: usize, b: usize, c: usize, d: usize) -> usize {
    naked_asm!(
        ".cfi_startproc",            // unwind information of this function
        ".cfi_undefined x30",        // unwinding ends here
        "bti c",                     // landing pad
        "stp x29, x30, [sp, #-32]!", // a frame
        "mov x29, sp",               // for unwinders
        "str x19, [sp, #16]",        // callee-saved
        "mrs x19, tpidr_el0",        // this thread's own TP
        "mov x16, x1",               // target
        "msr tpidr_el0, x0",         // the given thread pointer in
        "mov x0, x2",                // argument 1
        "mov x1, x3",                // argument 2
        "mov x2, x4",                // argument 3
        "mov x3, x5",                // argument 4
        "blr x16",                   // the function
        "msr tpidr_el0, x19",        // this thread's own TP back
        "ldr x19, [sp, #16]",        // callee-saved
        "ldp x29, x30, [sp], #32",   // drop the frame
        "ret",                       // done
        ".cfi_endproc",              // end of it
    )
}

/// The instructions that go on in a function with the arguments as they are, behind a landing pad.
#[cfg_attr(not(target_feature = "crt-static"), allow(unused_macros, reason = "`interpose` alone uses it"))]
macro_rules! go_on_in {
    () => {
        "bti c\nb {}"
    };
}
#[cfg_attr(not(target_feature = "crt-static"), allow(unused_imports, reason = "as above"))]
pub(crate) use go_on_in;
