//! x86-64: code that C calling conventions cannot express in Rust, whatever the operating system.
//!
//! Sources: System V Application Binary Interface, AMD64 Architecture Processor Supplement, §3.2 (registers, stack) and
//! §3.5.7 (variadics); Intel SDM vol. 1 ch. 13 (XSAVE).

use core::arch::{asm, naked_asm};
use core::ffi::c_void;

#[cfg(guest)]
mod guest;
#[cfg(loader)]
mod linux;
#[cfg(std_start)]
mod std_start;
#[cfg(guest)]
pub(crate) use guest::*;
#[cfg(loader)]
pub(crate) use linux::*;
#[cfg(std_start)]
pub(crate) use std_start::*;

/// Bytes that the vector registers need in XSAVE's standard format; 0 until known, 1 where there is no XSAVE.
static mut VECTOR_AREA: u32 = 0;
/// SSE, AVX, opmask, ZMM_Hi256, Hi16_ZMM: all that can carry arguments.
const VECTOR_STATE: u32 = 0xe6;

/// Calls `r10(r11)` with every argument register kept (ABI §3.2.3 and §3.5.7: rax for variadics, the vector registers
/// at the width that the machine has), then jumps to the code that it returned in rax, its second result in r10.
///
/// # Safety
/// Entered by a jump from a function's first instruction; r10 holds a function from a pointer to a
/// [`Continuation`](crate::Continuation), r11 its argument.
#[unsafe(naked)]
pub unsafe extern "C" fn preserve_arguments() {
    naked_asm!(
        "push rbp",     // a frame, for alignment and for unwinders
        "mov rbp, rsp", // anchor of everything below
        "push rax",     // number of vector registers of a variadic call, at rbp-8
        "push rdi",     // argument 1, rbp-16
        "push rsi",     // argument 2, rbp-24
        "push rdx",     // argument 3, rbp-32
        "push rcx",     // argument 4, rbp-40
        "push r8",      // argument 5, rbp-48
        "push r9",      // argument 6, rbp-56
        "push rbx",     // callee-saved, used here, rbp-64
        "push r10",     // the function to call, rbp-72
        "push r11",     // its argument, rbp-80
        "mov ebx, dword ptr [rip + {area}]", // size of the vector area
        "test ebx, ebx", // known?
        "jnz 3f",        // yes
        // Once per process (racing threads find the same): the area's size, from CPUID leaf 0DH.
        "mov eax, 1",    // leaf 1: features
        "xor ecx, ecx",  // no subleaf
        "cpuid",         // ecx bit 27: OSXSAVE
        "mov esi, 1",    // the answer where there is none
        "bt ecx, 27",    // XSAVE, enabled by the system?
        "jnc 2f",        // no
        "mov esi, 576",  // legacy region and header
        "mov edi, {state}", // components not looked at yet
        "and edi, -4",   // x87 and SSE are in the legacy region
        "4:",
        "bsf r8d, edi",  // next component
        "jz 2f",         // none left
        "btr edi, r8d",  // mark it seen
        "mov eax, 13",   // leaf 0DH
        "mov ecx, r8d",  // its component
        "cpuid",         // eax: size, ebx: offset (0, 0 where the machine has it not)
        "add eax, ebx",  // its end
        "cmp eax, esi",  // beyond what is known?
        "cmova esi, eax", // then that is the size
        "jmp 4b",        // next
        "2:",
        "mov dword ptr [rip + {area}], esi", // remember
        "mov ebx, esi",  // use it
        "3:",
        "cmp ebx, 1",    // XSAVE?
        "je 5f",         // no: SSE registers by hand
        "sub rsp, rbx",  // room for the vector state
        "and rsp, -64",  // XSAVE's alignment
        "xor eax, eax",  // zero
        "mov qword ptr [rsp + 512], rax", // XSTATE_BV
        "mov qword ptr [rsp + 520], rax", // XCOMP_BV: standard format
        "mov qword ptr [rsp + 528], rax", // reserved, must be 0
        "mov qword ptr [rsp + 536], rax", // reserved, must be 0
        "mov qword ptr [rsp + 544], rax", // reserved, must be 0
        "mov qword ptr [rsp + 552], rax", // reserved, must be 0
        "mov qword ptr [rsp + 560], rax", // reserved, must be 0
        "mov qword ptr [rsp + 568], rax", // reserved, must be 0
        "mov eax, {state}", // which components, low half
        "xor edx, edx",  // high half
        "xsave [rsp]",   // save them
        "mov rdi, qword ptr [rbp - 80]", // the argument
        "call qword ptr [rbp - 72]",     // the function
        "mov r11, rax",  // where to go on
        "mov r10, rdx",  // and with what
        "mov eax, {state}", // which components, low half
        "xor edx, edx",  // high half
        "xrstor [rsp]",  // restore them
        "jmp 6f",        // the rest
        "5:",
        "sub rsp, 128",  // xmm0-7
        "and rsp, -16",  // alignment
        "movaps xmmword ptr [rsp], xmm0",       // vector argument 1
        "movaps xmmword ptr [rsp + 16], xmm1",  // vector argument 2
        "movaps xmmword ptr [rsp + 32], xmm2",  // vector argument 3
        "movaps xmmword ptr [rsp + 48], xmm3",  // vector argument 4
        "movaps xmmword ptr [rsp + 64], xmm4",  // vector argument 5
        "movaps xmmword ptr [rsp + 80], xmm5",  // vector argument 6
        "movaps xmmword ptr [rsp + 96], xmm6",  // vector argument 7
        "movaps xmmword ptr [rsp + 112], xmm7", // vector argument 8
        "mov rdi, qword ptr [rbp - 80]", // the argument
        "call qword ptr [rbp - 72]",     // the function
        "mov r11, rax",  // where to go on
        "mov r10, rdx",  // and with what
        "movaps xmm0, xmmword ptr [rsp]",       // vector argument 1
        "movaps xmm1, xmmword ptr [rsp + 16]",  // vector argument 2
        "movaps xmm2, xmmword ptr [rsp + 32]",  // vector argument 3
        "movaps xmm3, xmmword ptr [rsp + 48]",  // vector argument 4
        "movaps xmm4, xmmword ptr [rsp + 64]",  // vector argument 5
        "movaps xmm5, xmmword ptr [rsp + 80]",  // vector argument 6
        "movaps xmm6, xmmword ptr [rsp + 96]",  // vector argument 7
        "movaps xmm7, xmmword ptr [rsp + 112]", // vector argument 8
        "6:",
        "mov rbx, qword ptr [rbp - 64]", // callee-saved
        "mov r9, qword ptr [rbp - 56]",  // argument 6
        "mov r8, qword ptr [rbp - 48]",  // argument 5
        "mov rcx, qword ptr [rbp - 40]", // argument 4
        "mov rdx, qword ptr [rbp - 32]", // argument 3
        "mov rsi, qword ptr [rbp - 24]", // argument 2
        "mov rdi, qword ptr [rbp - 16]", // argument 1
        "mov rax, qword ptr [rbp - 8]",  // number of vector registers
        "mov rsp, rbp",  // drop the frame
        "pop rbp",       // the caller's
        "jmp r11",       // as if called directly
        area = sym VECTOR_AREA,
        state = const VECTOR_STATE,
    )
}

/// Byte copy that needs no libc and that the compiler cannot turn into a call of itself.
///
/// # Safety
/// As for `memcpy`; `forward` is false only for overlapping ranges with `to > from`.
pub unsafe fn copy_bytes(to: *mut c_void, from: *const c_void, len: usize, forward: bool) {
    // SAFETY: the caller's; the direction flag is clear again at the end.
    unsafe {
        if forward {
            asm!("rep movsb", // copies rcx bytes upwards
                inout("rdi") to => _, inout("rsi") from => _, inout("rcx") len => _, options(nostack));
        } else {
            asm!(
                "std",       // downwards
                "rep movsb", // copies rcx bytes
                "cld",       // as the ABI wants it
                inout("rdi") to.byte_add(len).byte_sub(1) => _, inout("rsi") from.byte_add(len).byte_sub(1) => _,
                inout("rcx") len => _, options(nostack));
        }
    }
}

/// Byte fill, likewise.
///
/// # Safety
/// As for `memset`.
pub unsafe fn fill_bytes(to: *mut c_void, byte: u8, len: usize) {
    // SAFETY: the caller's.
    unsafe {
        asm!("rep stosb", // writes al to rcx bytes
            inout("rdi") to => _, inout("rcx") len => _, in("al") byte, options(nostack));
    }
}
