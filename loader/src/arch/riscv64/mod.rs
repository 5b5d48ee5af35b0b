//! RISC-V, 64 bits with double-precision registers (lp64d): code that C calling conventions cannot express in Rust, whatever
//! the operating system.
//!
//! Sources: RISC-V ELF psABI (riscv-elf-psabi-doc), "Integer Register Convention", "Procedure Calling Convention", "Global
//! pointer relaxation"; RISC-V Unprivileged ISA, "RVWMO" (ordering) and the return-address stack's hints beside JALR.
//!
//! Scratch registers: t3 and t4 carry what must survive a branch between functions here; `tail` takes t1 for itself. t0 is
//! never jumped through, which processors take for a return.

use core::arch::naked_asm;

#[cfg(guest)]
mod guest;
#[cfg(loader)]
mod linux;
#[cfg(guest)]
pub use guest::guest_enter_fast;
#[cfg(guest)]
pub(crate) use guest::*;
#[cfg(loader)]
pub(crate) use linux::*;

/// Calls `t4(t3)` with every argument register kept (psABI: a0-a7, fa0-fa7; variadics use no others), then jumps to the code
/// that it returned in a0, its second result in t3.
///
/// Functions that take vectors in vector registers (the variant calling convention, which Rust cannot declare) are not
/// supported.
///
/// # Safety
/// Entered by a jump from a function's first instructions; t4 holds a function from a pointer to a
/// [`Continuation`](crate::Continuation), t3 its argument.
#[unsafe(naked)]
pub unsafe extern "C" fn preserve_arguments() {
    naked_asm!(
        ".option push",      // here alone:
        ".option arch, +d",  // the registers are there, of which rustc does not tell the assembler of such functions
        "addi sp, sp, -144", // a frame
        "sd ra, 136(sp)",    // the way back of the function that was called
        "sd s0, 128(sp)",    // the caller's frame
        "addi s0, sp, 144",  // for unwinders
        "sd a0, 0(sp)",      // argument 1
        "sd a1, 8(sp)",      // argument 2
        "sd a2, 16(sp)",     // argument 3
        "sd a3, 24(sp)",     // argument 4
        "sd a4, 32(sp)",     // argument 5
        "sd a5, 40(sp)",     // argument 6
        "sd a6, 48(sp)",     // argument 7
        "sd a7, 56(sp)",     // argument 8
        "fsd fa0, 64(sp)",   // floating-point argument 1
        "fsd fa1, 72(sp)",   // floating-point argument 2
        "fsd fa2, 80(sp)",   // floating-point argument 3
        "fsd fa3, 88(sp)",   // floating-point argument 4
        "fsd fa4, 96(sp)",   // floating-point argument 5
        "fsd fa5, 104(sp)",  // floating-point argument 6
        "fsd fa6, 112(sp)",  // floating-point argument 7
        "fsd fa7, 120(sp)",  // floating-point argument 8
        "mv a0, t3",         // the argument
        "jalr t4",           // the function
        "mv t4, a0",         // where to go on
        "mv t3, a1",         // and with what
        "fld fa7, 120(sp)",  // floating-point argument 8
        "fld fa6, 112(sp)",  // floating-point argument 7
        "fld fa5, 104(sp)",  // floating-point argument 6
        "fld fa4, 96(sp)",   // floating-point argument 5
        "fld fa3, 88(sp)",   // floating-point argument 4
        "fld fa2, 80(sp)",   // floating-point argument 3
        "fld fa1, 72(sp)",   // floating-point argument 2
        "fld fa0, 64(sp)",   // floating-point argument 1
        "ld a7, 56(sp)",     // argument 8
        "ld a6, 48(sp)",     // argument 7
        "ld a5, 40(sp)",     // argument 6
        "ld a4, 32(sp)",     // argument 5
        "ld a3, 24(sp)",     // argument 4
        "ld a2, 16(sp)",     // argument 3
        "ld a1, 8(sp)",      // argument 2
        "ld a0, 0(sp)",      // argument 1
        "ld s0, 128(sp)",    // the caller's frame
        "ld ra, 136(sp)",    // the way back
        "addi sp, sp, 144",  // drop the frame
        "jr t4",             // as if called directly
        ".option pop",       // that is all
    )
}
