//! x86-64 Linux, guest mode: swapping the thread pointer around a call.
//!
//! Sources: System V Application Binary Interface, AMD64 Architecture Processor Supplement, §3.2 (registers, stack);
//! ELF Handling For Thread-Local Storage §3.4.6 (variant II); Linux `Documentation/arch/x86/x86_64/fsgs.rst`.

use core::arch::{asm, naked_asm};

use super::linux::number;
use super::preserve_arguments;
use crate::guest::area;

/// Where the kernel puts a signal's return: it has none of its own on x86-64. Debuggers and unwinders know these bytes
/// (glibc `sysdeps/unix/sysv/linux/x86_64/libc_sigaction.c`).
#[unsafe(naked)]
unsafe extern "C" fn signal_restorer() {
    naked_asm!(
        "mov rax, 15", // rt_sigreturn
        "syscall",     // back to the interrupted code
    )
}
pub(crate) const SIGNAL_RESTORER: *const () = signal_restorer as *const ();
/// What rseq(2) is told before addresses that it may go to (glibc `sysdeps/unix/sysv/linux/x86_64/bits/rseq.h`).
pub(crate) const RSEQ_SIGNATURE: usize = 0x5305_3053;
/// Where a signal context (`ucontext_t`) holds the signal mask.
pub(crate) const CONTEXT_MASK: usize = 296;

const ARCH_SET_FS: usize = 0x1002;
/// The guest area ends at the thread pointer (TLS variant II), or begins this many bytes above it (variant I).
pub(crate) const AREA_FROM_THREAD_POINTER: isize = -(area::SIZE as isize);

/// Where this thread's word for its guest thread pointer is, from any home thread pointer.
pub(crate) fn guest_word_offset() -> isize {
    let offset: isize;
    // SAFETY: reads the word's offset from any thread pointer, a constant of the program.
    unsafe {
        asm!(
            "mov {}, qword ptr [rip + __import_dynamic_guest_tp@GOTTPOFF]", // offset of the word from TP
            out(reg) offset,
            options(nostack, pure, readonly)
        );
    }
    offset
}

/// This thread's thread pointer in a process that has a libc: the word at the thread pointer (ELF TLS §3.4.6).
pub(crate) fn own_thread_pointer() -> *mut u8 {
    let value;
    // SAFETY: reads the TCB's first word.
    unsafe { asm!("mov {}, qword ptr fs:[0]", out(reg) value, options(nostack, readonly)) };
    value
}

/// Starts a kernel thread that shares everything, with signals as they are now and no TLS of its own, at `entry`
/// with its stack pointer at `stack`. Returns its thread id or a negative errno.
///
/// # Safety
/// `stack` is the initial stack of a process (ABI §3.4.1) and `entry` code that starts from one and never returns.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn clone_at(flags: usize, stack: *mut usize, entry: usize) -> isize {
    naked_asm!(
        "mov r9, rdx",    // entry, in a register that the kernel keeps
        "xor edx, edx",   // no parent_tid
        "xor r10d, r10d", // no child_tid: the home libc's stays what it is
        "xor r8d, r8d",   // no TLS
        "mov eax, 56",    // clone
        "syscall",        // both threads return from here
        "test eax, eax",  // 0 in the child
        "jz 2f",          // the child goes on below
        "ret",            // the parent has its answer
        "2:",
        "xor ebp, ebp", // outermost frame
        "xor edx, edx", // no function to register with atexit (ABI §3.4.1)
        "jmp r9",       // the interpreter's entry
    )
}

/// clone(2) of a process, with `thread_id` as child_tid: what glibc's fork does.
///
/// # Safety
/// As for fork(2); `thread_id` is 0 or where the thread's control block keeps its id.
pub(crate) unsafe fn clone_like_fork(flags: usize, thread_id: usize) -> isize {
    // SAFETY: the caller's.
    unsafe { super::linux::syscall(number::CLONE, [flags, 0, 0, thread_id, 0, 0]) }
}

/// The addresses of the control block at a thread pointer: upwards of it, in glibc 2304 bytes.
pub(crate) fn control_block(tp: usize) -> (usize, usize) {
    (tp, tp + 2304)
}

/// Calls the guest function in r10 with this thread's guest thread pointer, everything else as the caller has it: the
/// arguments on the stack stay where they are because the return address waits in the guest area meanwhile.
///
/// # Safety
/// Entered by a jump from a function's first instruction, in guest mode, with the home thread pointer in place.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn guest_enter_fast() {
    naked_asm!(
        ".cfi_startproc",      // unwind information of this function
        ".cfi_undefined rip", // unwinding ends here: two C libraries, two unwinders
        "mov r11, qword ptr [rip + __import_dynamic_guest_tp@GOTTPOFF]", // offset of this thread's word
        "mov r11, qword ptr fs:[r11]", // guest thread pointer
        "test r11, r11",               // attached?
        "jz {attach}",                 // not yet
        "pop qword ptr [r11 + {return_address}]", // the caller's return address, kept beside the guest's TCB
        "wrfsbase r11",                // guest thread pointer in
        "call r10",                    // the function, with the caller's stack arguments in place
        "mov rcx, qword ptr fs:[{home}]", // home thread pointer
        "push qword ptr fs:[{return_address}]", // the caller's return address
        "wrfsbase rcx",                // home thread pointer in
        "ret",                         // to the caller
        ".cfi_endproc",        // end of it
        attach = sym attach_and_enter,
        return_address = const AREA_FROM_THREAD_POINTER + area::RETURN_ADDRESS as isize,
        home = const AREA_FROM_THREAD_POINTER + area::HOME as isize,
    )
}

/// [`guest_enter_fast`] for kernels without `wrfsbase`: the same by `arch_prctl`.
///
/// # Safety
/// As there.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn guest_enter_syscall() {
    naked_asm!(
        ".cfi_startproc",      // unwind information of this function
        ".cfi_undefined rip", // unwinding ends here
        "mov r11, qword ptr [rip + __import_dynamic_guest_tp@GOTTPOFF]", // offset of this thread's word
        "mov r11, qword ptr fs:[r11]", // guest thread pointer
        "test r11, r11",               // attached?
        "jz {attach}",                 // not yet
        "pop qword ptr [r11 + {return_address}]", // the caller's return address
        "push rax",                    // number of vector registers
        "push rdi",                    // argument 1
        "push rsi",                    // argument 2
        "push rcx",                    // argument 4: clobbered by the kernel
        "mov edi, {set_fs}",           // ARCH_SET_FS
        "mov rsi, r11",                // guest thread pointer
        "mov eax, {arch_prctl}",       // arch_prctl
        "syscall",                     // guest thread pointer in
        "pop rcx",                     // argument 4
        "pop rsi",                     // argument 2
        "pop rdi",                     // argument 1
        "pop rax",                     // number of vector registers
        "call r10",                    // the function
        "mov rsi, qword ptr fs:[{home}]", // home thread pointer
        "push qword ptr fs:[{return_address}]", // the caller's return address
        "push rax",                    // the result
        "mov edi, {set_fs}",           // ARCH_SET_FS
        "mov eax, {arch_prctl}",       // arch_prctl
        "syscall",                     // home thread pointer in; rdx, the second result, is kept
        "pop rax",                     // the result
        "ret",                         // to the caller
        ".cfi_endproc",        // end of it
        attach = sym attach_and_enter,
        return_address = const AREA_FROM_THREAD_POINTER + area::RETURN_ADDRESS as isize,
        home = const AREA_FROM_THREAD_POINTER + area::HOME as isize,
        set_fs = const ARCH_SET_FS,
        arch_prctl = const number::ARCH_PRCTL,
    )
}

/// First call of a thread: gives it a guest TCB with every argument kept, then enters.
#[unsafe(naked)]
unsafe extern "C" fn attach_and_enter() {
    naked_asm!(
        "mov r11, r10",            // the function that is to be called
        "lea r10, [rip + {attach}]", // attaches this thread, returns the way in and that function
        "jmp {preserve}",          // arguments kept
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
        "mov r10, r8",                 // the function
        "xor eax, eax",                // no vector arguments, should it be variadic
        "jmp qword ptr [rip + {enter}]", // the way in that this kernel allows
        enter = sym crate::guest::ENTER,
    )
}

/// Calls `target` with the thread pointer `tp`, and puts this thread's own back.
///
/// # Safety
/// As for `target`; `tp` is a guest thread pointer that no other thread uses meanwhile.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn call_on(tp: *mut u8, target: usize, a: usize, b: usize, c: usize, d: usize) -> usize {
    naked_asm!(
        ".cfi_startproc",      // unwind information of this function
        ".cfi_undefined rip", // unwinding ends here
        "push rbx",           // callee-saved
        "push r12",           // callee-saved
        "push r13",           // callee-saved; the stack is aligned now
        "mov rbx, qword ptr fs:[0]", // this thread's own TP: the word at TP (ELF TLS §3.4.6)
        "mov r12, rsi",       // target
        "mov r10, rdx",       // argument 1
        "mov r13, rcx",       // argument 2
        "mov rsi, rdi",       // tp
        "call {set}",         // the given thread pointer in; keeps r8-r10
        "mov rdi, r10",       // argument 1
        "mov rsi, r13",       // argument 2
        "mov rdx, r8",        // argument 3
        "mov rcx, r9",        // argument 4
        "xor eax, eax",       // no vector arguments
        "call r12",           // the function
        "mov r12, rax",       // its result
        "mov rsi, rbx",       // this thread's own TP
        "call {set}",         // back
        "mov rax, r12",       // the result
        "pop r13",            // callee-saved
        "pop r12",            // callee-saved
        "pop rbx",            // callee-saved
        "ret",                // done
        ".cfi_endproc",        // end of it
        set = sym set_thread_pointer,
    )
}

/// Puts `tp` in place as this thread's thread pointer.
///
/// # Safety
/// It is one that this thread may run with, and the caller computes no address of a thread-local across this.
#[inline(always)]
pub(crate) unsafe fn switch_to(tp: *mut u8) {
    // SAFETY: the caller's. Memory operations are not moved across it.
    unsafe {
        asm!(
            "call {set}", // thread pointer in
            set = sym set_thread_pointer,
            in("rsi") tp,
            out("rax") _, out("rcx") _, out("rdi") _, out("r11") _,
        );
    }
}

/// Sets the thread pointer to rsi; clobbers rax, rcx, rdi and r11 only.
#[unsafe(naked)]
unsafe extern "C" fn set_thread_pointer() {
    naked_asm!(
        "lea rax, [rip + {fast}]",              // the way in for kernels with wrfsbase
        "cmp rax, qword ptr [rip + {enter}]",   // is it the one in use?
        "jne 2f",                               // no
        "wrfsbase rsi",                         // thread pointer in
        "ret",                                  // done
        "2:",
        "mov edi, {set_fs}",                    // ARCH_SET_FS
        "mov eax, {arch_prctl}",                // arch_prctl
        "syscall",                              // thread pointer in
        "ret",                                  // done
        fast = sym guest_enter_fast,
        enter = sym crate::guest::ENTER,
        set_fs = const ARCH_SET_FS,
        arch_prctl = const number::ARCH_PRCTL,
    )
}

/// The instruction that goes on in a function with the arguments as they are.
#[cfg_attr(not(target_feature = "crt-static"), allow(unused_macros, reason = "`interpose` alone uses it"))]
macro_rules! go_on_in {
    () => {
        "jmp {}"
    };
}
#[cfg_attr(not(target_feature = "crt-static"), allow(unused_imports, reason = "as above"))]
pub(crate) use go_on_in;
