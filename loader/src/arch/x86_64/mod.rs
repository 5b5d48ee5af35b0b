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

/// Bytes that the vector registers need in XSAVE's standard format; 0 until known, [`FXSAVE_AREA`] where there is none.
static mut VECTOR_AREA: u32 = 0;
/// SSE, AVX, opmask, ZMM_Hi256, Hi16_ZMM: all that can carry arguments. The last is component 7.
const VECTOR_STATE: u32 = 0xe6;
const FXSAVE_AREA: u32 = 512;

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
        "mov esi, {fxsave}", // the answer where there is none
        "bt ecx, 27",    // XSAVE, enabled by the system?
        "jnc 2f",        // no
        "mov eax, 13",   // leaf 0DH
        "mov ecx, 7",    // the last component that is saved: those after it (AMX: 8 KiB) need no room
        "cpuid",         // eax: its size, 0 if there is none; ebx: where it begins
        "lea esi, [rax + rbx]", // the answer: its end
        "test eax, eax", // is it there?
        "jnz 2f",        // yes
        "mov eax, 13",   // leaf 0DH
        "xor ecx, ecx",  // what all components need that the system has enabled: more than those saved
        "cpuid",         // ebx: bytes
        "mov esi, ebx",  // the answer
        "2:",
        "mov dword ptr [rip + {area}], esi", // remember
        "mov ebx, esi",  // use it
        "3:",
        "sub rsp, rbx",  // room for the vector state
        "and rsp, -64",  // XSAVE's alignment
        "cmp ebx, {fxsave}", // XSAVE?
        "je 5f",         // no
        "lea rdi, [rsp + {fxsave}]", // its header
        "xor eax, eax",  // zeros
        "mov ecx, 8",    // words
        "rep stosq",     // standard format, no component yet
        "mov eax, {state}", // which components, low half
        "xor edx, edx",  // high half
        "xsave [rsp]",   // save them
        "jmp 6f",        // go on
        "5:",
        "fxsave [rsp]",  // all that a machine without has
        "6:",
        "mov rdi, qword ptr [rbp - 80]", // the argument
        "call qword ptr [rbp - 72]",     // the function
        "mov r11, rax",  // where to go on
        "mov r10, rdx",  // and with what
        "cmp ebx, {fxsave}", // XSAVE?
        "je 7f",         // no
        "mov eax, {state}", // which components, low half
        "xor edx, edx",  // high half
        "xrstor [rsp]",  // restore them
        "jmp 8f",        // go on
        "7:",
        "fxrstor [rsp]", // restore all
        "8:",
        "lea rsp, [rbp - 64]", // what was pushed
        "pop rbx",       // callee-saved
        "pop r9",        // argument 6
        "pop r8",        // argument 5
        "pop rcx",       // argument 4
        "pop rdx",       // argument 3
        "pop rsi",       // argument 2
        "pop rdi",       // argument 1
        "pop rax",       // number of vector registers
        "pop rbp",       // the caller's frame
        "jmp r11",       // as if called directly
        area = sym VECTOR_AREA,
        state = const VECTOR_STATE,
        fxsave = const FXSAVE_AREA,
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
