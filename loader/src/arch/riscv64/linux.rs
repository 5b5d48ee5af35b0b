//! RISC-V Linux: thread pointer, system calls, and entering the interpreter.
//!
//! Sources: RISC-V ELF psABI (riscv-elf-psabi-doc), "Integer Register Convention", "Procedure Calling Convention",
//! "Relocations", "Thread Local Storage" (variant I); glibc `sysdeps/riscv/start.S`; Linux `arch/riscv/kernel/process.c`.

use core::arch::{asm, naked_asm};

use object::elf;

use crate::strings::Strings;

pub(crate) const MACHINE: elf::Machine = elf::EM_RISCV;
/// The relocation that stores a symbol's address in a slot: there is none for the global offset table alone.
pub(crate) const GLOB_DAT: elf::RelocationType = elf::R_RISCV_64;
/// The relocation that adds the load bias.
pub(crate) const RELATIVE: elf::RelocationType = elf::R_RISCV_RELATIVE;
/// Where interpreters are, in the order tried: glibc's before musl's.
pub(crate) const INTERPRETERS: Strings<'static> = Strings::new(concat!(
    "/lib/ld-linux-riscv64-lp64d.so.1\0",
    "/usr/lib/ld-linux-riscv64-lp64d.so.1\0",
    "/usr/lib/riscv64-linux-gnu/ld-linux-riscv64-lp64d.so.1\0",
    "/lib/ld-musl-riscv64.so.1\0",
    "/usr/lib/ld-musl-riscv64.so.1\0",
));

/// The address of a symbol of this project or of the linker that may be absent: 0 then. For symbols that other code may
/// refer to as well there is [`optional_symbols`]: link-time optimisation makes one module of all code, and a symbol that
/// is weak anywhere in it is weak everywhere.
#[doc(hidden)]
#[macro_export]
macro_rules! __weak {
    ($symbol:expr) => {{
        let address: usize;
        // SAFETY: loads a word of the global offset table, which the linker fills with the address or 0.
        unsafe {
            ::core::arch::asm!(
                concat!(".weak ", $symbol),   // absent is allowed
                concat!("lga {}, ", $symbol), // the address, or 0, from the global offset table
                out(reg) address,
                options(nostack, pure, readonly)
            );
        }
        address
    }};
}
pub(crate) use __weak as weak;

/// Functions that give the address of a symbol if something else has linked it, else 0: a weak reference of its own
/// name, which pulls nothing into a static link and leaves other references as they are.
#[cfg(any(guest, native))]
macro_rules! optional_symbols {
    ($($function:ident = $symbol:literal;)*) => {$(
        #[unsafe(naked)]
        pub(crate) extern "C" fn $function() -> usize {
            core::arch::naked_asm!(
                concat!(".weakref __import_dynamic_", $symbol, ", ", $symbol), // absent is allowed
                // Not `lga`: LLVM's forgets that the reference is weak.
                "2:",
                concat!("auipc a0, %got_pcrel_hi(__import_dynamic_", $symbol, ")"), // page of the word
                "ld a0, %pcrel_lo(2b)(a0)",                                         // the address, or 0
                "ret",                                                              // that is all
            )
        }
    )*};
}
#[cfg(any(guest, native))]
pub(crate) use optional_symbols;

/// The instructions that load the global pointer, by which linkers shorten access to data in programs at a fixed address.
/// Nothing else changes it for good, but musl's interpreter, which does not keep it.
#[doc(hidden)]
#[macro_export]
macro_rules! __global_pointer {
    () => {
        // Not by way of itself. Absent is allowed: then nothing goes by it.
        ".weak __global_pointer$\n.hidden __global_pointer$\n.option push\n.option norelax\n\
         lla gp, __global_pointer$\n.option pop"
    };
}

/// A system call with up to six arguments; the result is negative errno on failure.
///
/// # Safety
/// As for the system call.
pub(crate) unsafe fn syscall(number: usize, args: [usize; 6]) -> isize {
    let [a, b, c, d, e, f] = args;
    // SAFETY: the caller's.
    unsafe { system_call(a, b, c, d, e, f, number) }
}

/// [`syscall`] with its arguments in registers. A function, since the kernel keeps no vector registers, as functions do
/// not either.
#[unsafe(naked)]
unsafe extern "C" fn system_call(a: usize, b: usize, c: usize, d: usize, e: usize, f: usize, number: usize) -> isize {
    naked_asm!(
        "mv a7, a6", // the number; arguments are where they belong
        "ecall",     // enter the kernel
        "ret",       // with its result
    )
}

/// This thread's thread pointer.
pub(crate) fn own_thread_pointer() -> *mut u8 {
    let value;
    // SAFETY: only reads the register. Not `nomem`: between two switches the value differs.
    unsafe { asm!("mv {}, tp", out(reg) value, options(nostack, readonly, preserves_flags)) };
    value
}

/// The context that [`adopt`] was called in: where [`adopted_main`] goes back to.
static mut ADOPTER_STACK: usize = 0;

/// Runs the interpreter at `entry` on this thread from the initial stack `stack`; returns 1 when the host's libc has
/// called [`adopted_main`], 0 when the interpreter found none.
///
/// # Safety
/// As for [`clone_at`]; and the memory below `stack` is free for as long as the process lives.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn adopt(stack: *mut usize, entry: usize) -> usize {
    naked_asm!(
        ".option push",         // here alone:
        ".option arch, +d",     // the registers are there
        "addi sp, sp, -208",    // a frame
        "sd ra, 200(sp)",       // the way back
        "sd s0, 192(sp)",       // callee-saved
        "sd s1, 184(sp)",       // callee-saved
        "sd s2, 176(sp)",       // callee-saved
        "sd s3, 168(sp)",       // callee-saved
        "sd s4, 160(sp)",       // callee-saved
        "sd s5, 152(sp)",       // callee-saved
        "sd s6, 144(sp)",       // callee-saved
        "sd s7, 136(sp)",       // callee-saved
        "sd s8, 128(sp)",       // callee-saved
        "sd s9, 120(sp)",       // callee-saved
        "sd s10, 112(sp)",      // callee-saved
        "sd s11, 104(sp)",      // callee-saved
        "fsd fs0, 96(sp)",      // callee-saved
        "fsd fs1, 88(sp)",      // callee-saved
        "fsd fs2, 80(sp)",      // callee-saved
        "fsd fs3, 72(sp)",      // callee-saved
        "fsd fs4, 64(sp)",      // callee-saved
        "fsd fs5, 56(sp)",      // callee-saved
        "fsd fs6, 48(sp)",      // callee-saved
        "fsd fs7, 40(sp)",      // callee-saved
        "fsd fs8, 32(sp)",      // callee-saved
        "fsd fs9, 24(sp)",      // callee-saved
        "fsd fs10, 16(sp)",     // callee-saved
        "fsd fs11, 8(sp)",      // callee-saved
        "sd sp, {saved}, t3",   // where to come back
        "mv sp, a0",            // the initial stack
        "mv t3, a1",            // the interpreter's entry
        "mv a0, zero",          // no function to register with atexit
        "mv s0, zero",          // outermost frame
        "mv ra, zero",          // returns nowhere
        "jr t3",                // go
        ".option pop",          // that is all
        saved = sym ADOPTER_STACK,
    )
}

/// Goes back to [`adopt`]'s caller with the result in a0.
#[unsafe(naked)]
unsafe extern "C" fn return_from_adopt() {
    naked_asm!(
        ".option push",         // here alone:
        ".option arch, +d",     // the registers are there
        "ld t3, {saved}",       // where to come back
        "mv sp, t3",            // the adopter's stack
        "fld fs11, 8(sp)",      // callee-saved
        "fld fs10, 16(sp)",     // callee-saved
        "fld fs9, 24(sp)",      // callee-saved
        "fld fs8, 32(sp)",      // callee-saved
        "fld fs7, 40(sp)",      // callee-saved
        "fld fs6, 48(sp)",      // callee-saved
        "fld fs5, 56(sp)",      // callee-saved
        "fld fs4, 64(sp)",      // callee-saved
        "fld fs3, 72(sp)",      // callee-saved
        "fld fs2, 80(sp)",      // callee-saved
        "fld fs1, 88(sp)",      // callee-saved
        "fld fs0, 96(sp)",      // callee-saved
        "ld s11, 104(sp)",      // callee-saved
        "ld s10, 112(sp)",      // callee-saved
        "ld s9, 120(sp)",       // callee-saved
        "ld s8, 128(sp)",       // callee-saved
        "ld s7, 136(sp)",       // callee-saved
        "ld s6, 144(sp)",       // callee-saved
        "ld s5, 152(sp)",       // callee-saved
        "ld s4, 160(sp)",       // callee-saved
        "ld s3, 168(sp)",       // callee-saved
        "ld s2, 176(sp)",       // callee-saved
        "ld s1, 184(sp)",       // callee-saved
        "ld s0, 192(sp)",       // callee-saved
        "ld ra, 200(sp)",       // the way back
        "addi sp, sp, 208",     // drop the frame
        "ret",                  // to the call that started it
        ".option pop",          // that is all
        saved = sym ADOPTER_STACK,
    )
}

/// `main` as the host's libc sees it in adopted mode: returns from [`adopt`], leaving libc's frames where they are.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn adopted_main() {
    naked_asm!(
        "li a0, 1",     // adopt returns: libc is up
        "tail {back}",  // to its caller
        back = sym return_from_adopt,
    )
}

/// Where the interpreter jumps when it found no `__libc_start_main`: [`adopt`] returns 0.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn adopted_without_libc() {
    naked_asm!(
        "li a0, 0",     // adopt returns: no libc
        "tail {back}",  // to its caller
        back = sym return_from_adopt,
    )
}

/// The program image's entry point (`AT_ENTRY`): hands over to the host's `__libc_start_main`, as glibc's
/// `sysdeps/riscv/start.S` does.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn image_entry() {
    naked_asm!(
        crate::__global_pointer!(),              // this program's again: threads begin with their maker's
        "mv s0, zero",                           // outermost frame
        "mv ra, zero",                           // returns nowhere
        "mv a5, a0",                             // rtld_fini, given by the interpreter
        "lla t3, {entry}",                       // what there is to do
        "ld t4, {start_main}(t3)",               // the slot of __libc_start_main
        "ld t4, 0(t4)",                          // bound by the interpreter, or 0
        "beqz t4, 2f",                           // there is no libc
        "ld a0, {main}(t3)",                     // main
        "ld a1, 0(sp)",                          // argc
        "addi a2, sp, 8",                        // argv
        "mv a3, zero",                           // init: the image's own, by the interpreter
        "mv a4, zero",                           // fini: likewise
        "mv a6, sp",                             // stack_end
        "jalr t4",                               // never returns
        "ebreak",                                // so it cannot be
        "2:",
        "ld t4, {without_libc}(t3)",             // who hears of it
        "jr t4",                                 // report it
        entry = sym crate::image::ENTRY,
        start_main = const core::mem::offset_of!(crate::image::Entry, start_main),
        main = const core::mem::offset_of!(crate::image::Entry, main),
        without_libc = const core::mem::offset_of!(crate::image::Entry, without_libc),
    )
}

/// `_start` of a program without libc: leaves `reserved` bytes of stack to the interpreter, and goes on in Rust.
///
/// No thread pointer tells that no libc has run; Linux starts a program with that of the one before in the register.
#[doc(hidden)]
#[macro_export]
macro_rules! __start {
    ($main:path) => {
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            ::core::arch::naked_asm!(
                $crate::__global_pointer!(), // by which code may find data
                "mv s0, zero",               // outermost frame
                "mv ra, zero",               // returns nowhere
                "mv tp, zero",               // no thread pointer yet
                "mv s1, sp",                 // the initial stack, in a register that calls keep
                ".weak __ehdr_start",        // absent is allowed
                ".hidden __ehdr_start",      // this program's own
                "lla a0, __ehdr_start",      // where its header is loaded
                ".weak _DYNAMIC",            // absent where nothing is to be relocated, at a fixed address: 0 then
                ".hidden _DYNAMIC",          // this program's own
                "lla a1, _DYNAMIC",          // its dynamic section
                "li t3, {reserved}",         // the interpreter's frames
                "sub sp, sp, t3",            // go between
                "andi sp, sp, -16",          // alignment for the calls
                "call {relocate}",           // from here on compiled code works
                "mv a0, s1",                 // the initial stack
                "lla a1, {main}",            // the program's main
                "call {begin}",              // never returns
                "ebreak",                    // so it cannot be
                main = sym $main,
                reserved = const $crate::RESERVED_STACK,
                relocate = sym $crate::relocate,
                begin = sym $crate::begin,
            )
        }
    };
}
