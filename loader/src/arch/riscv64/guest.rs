//! RISC-V Linux, guest mode: swapping the thread pointer around a call.
//!
//! Sources: RISC-V ELF psABI (riscv-elf-psabi-doc), "Integer Register Convention", "Procedure Calling Convention" and
//! "Thread Local Storage" (variant I); glibc `sysdeps/riscv/nptl/tls.h`, musl `arch/riscv64/pthread_arch.h`.

use core::arch::{asm, naked_asm};

use super::preserve_arguments;
use crate::guest::area;

/// What rseq(2) is told before addresses that it may go to (glibc `sysdeps/unix/sysv/linux/riscv/bits/rseq.h`).
pub(crate) const RSEQ_SIGNATURE: usize = 0xf140_1073;
/// The guest area begins at the thread pointer: control blocks lie below it (TLS variant I).
pub(crate) const AREA_FROM_THREAD_POINTER: isize = 0;

/// Where this thread's word for its guest thread pointer is, from any home thread pointer.
pub(crate) fn guest_word_offset() -> isize {
    let offset: isize;
    // SAFETY: reads the word's offset from any thread pointer, a constant of the program.
    unsafe {
        asm!(
            "la.tls.ie {}, __import_dynamic_guest_tp", // offset of the word from TP, from the global offset table
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
    unsafe { asm!("mv tp, {}", in(reg) tp, options(nostack, preserves_flags)) };
}

/// Starts a kernel thread that shares everything, with signals as they are now and no TLS of its own, at `entry`
/// with its stack pointer at `stack`. Returns its thread id or a negative errno.
///
/// # Safety
/// `stack` is the initial stack of a process and `entry` code that starts from one and never returns.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn clone_at(flags: usize, stack: *mut usize, entry: usize) -> isize {
    naked_asm!(
        "mv t3, a2",   // entry, in a register that the kernel keeps
        "mv a2, zero", // no parent_tid
        "mv a3, zero", // no TLS
        "mv a4, zero", // no child_tid: the home libc's stays what it is
        "li a7, 220",  // clone
        "ecall",       // both threads return from here
        "beqz a0, 2f", // 0 in the child, which goes on below
        "ret",         // the parent has its answer
        "2:",
        "mv s0, zero", // outermost frame
        "mv ra, zero", // returns nowhere; a0 is 0: no function to register with atexit
        "jr t3",       // the interpreter's entry
    )
}

/// Calls the guest function in t3 with this thread's guest thread pointer, everything else as the caller has it: the
/// arguments on the stack stay where they are because the return address waits in the guest area meanwhile. Results stay
/// in a0, a1, fa0 and fa1, which nothing here uses.
///
/// # Safety
/// Entered by a jump from a function's first instructions, in guest mode, with the home thread pointer in place.
#[unsafe(naked)]
pub unsafe extern "C" fn guest_enter_fast() {
    naked_asm!(
        ".cfi_startproc",    // unwind information of this function
        ".cfi_undefined ra", // unwinding ends here: two C libraries, two unwinders
        "la.tls.ie t4, __import_dynamic_guest_tp", // offset of this thread's word
        "add t4, t4, tp",              // this thread's word
        "ld t4, 0(t4)",                // guest thread pointer
        "beqz t4, 2f",                 // not attached yet
        "sd ra, {return_address}(t4)", // the caller's return address, kept beside the guest's TCB
        "mv tp, t4",                   // guest thread pointer in
        "jalr t3",                     // the function, with the caller's stack arguments in place
        "ld ra, {return_address}(tp)", // the caller's return address
        "ld tp, {home}(tp)",           // home thread pointer in
        "ret",                         // to the caller
        "2:",
        "tail {attach}",               // first call of this thread
        ".cfi_endproc",      // end of it
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
        "lla t4, {attach}", // attaches this thread, returns the way in and the function to be called, which is in t3
        "tail {preserve}",  // arguments kept
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
        "mv t3, a4",     // the function
        "tail {enter}",  // the way in
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
        ".cfi_startproc",    // unwind information of this function
        ".cfi_undefined ra", // unwinding ends here
        "addi sp, sp, -32",  // a frame
        "sd ra, 24(sp)",     // the way back
        "sd s0, 16(sp)",     // the caller's frame
        "sd s1, 8(sp)",      // callee-saved
        "addi s0, sp, 32",   // for unwinders
        "mv s1, tp",         // this thread's own TP
        "mv t3, a1",         // target
        "mv tp, a0",         // the given thread pointer in
        "mv a0, a2",         // argument 1
        "mv a1, a3",         // argument 2
        "mv a2, a4",         // argument 3
        "mv a3, a5",         // argument 4
        "jalr t3",           // the function
        "mv tp, s1",         // this thread's own TP back
        "ld s1, 8(sp)",      // callee-saved
        "ld s0, 16(sp)",     // the caller's frame
        "ld ra, 24(sp)",     // the way back
        "addi sp, sp, 32",   // drop the frame
        "ret",               // done
        ".cfi_endproc",      // end of it
    )
}

/// The instructions that go on in a function with the arguments as they are.
#[cfg_attr(not(target_feature = "crt-static"), allow(unused_macros, reason = "`interpose` alone uses it"))]
macro_rules! go_on_in {
    () => {
        "tail {}"
    };
}
#[cfg_attr(not(target_feature = "crt-static"), allow(unused_imports, reason = "as above"))]
pub(crate) use go_on_in;
