//! AArch64 Linux: thread pointer, system calls, and entering the interpreter.
//!
//! Sources: Procedure Call Standard for the Arm 64-bit Architecture (AAPCS64), §6.1 (registers) and §6.2.2 (stack); ELF
//! for the Arm 64-bit Architecture (AAELF64), §5.7 (relocations) and "Thread Local Storage" (variant I); System V ABI for
//! the Arm 64-bit Architecture (SYSVABI64), "Process Initialization"; Linux `Documentation/arch/arm64/`.

use core::arch::{asm, naked_asm};

use object::elf;

use crate::strings::Strings;

pub(crate) const MACHINE: elf::Machine = elf::EM_AARCH64;
/// The relocation that stores a symbol's address in a slot.
pub(crate) const GLOB_DAT: elf::RelocationType = elf::R_AARCH64_GLOB_DAT;
/// The relocation that adds the load bias.
pub(crate) const RELATIVE: elf::RelocationType = elf::R_AARCH64_RELATIVE;
/// Where interpreters are, in the order tried: glibc's before musl's.
pub(crate) const INTERPRETERS: Strings<'static> = Strings::new(concat!(
    "/lib/ld-linux-aarch64.so.1\0",
    "/lib64/ld-linux-aarch64.so.1\0",
    "/usr/lib/ld-linux-aarch64.so.1\0",
    "/usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1\0",
    "/lib/ld-musl-aarch64.so.1\0",
    "/usr/lib/ld-musl-aarch64.so.1\0",
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
                concat!(".weak ", $symbol),                         // absent is allowed
                concat!("adrp {0}, :got:", $symbol),                // page of the word
                concat!("ldr {0}, [{0}, :got_lo12:", $symbol, "]"), // the address, or 0
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
                "bti c",                                                        // landing pad
                concat!("adrp x0, :got:__import_dynamic_", $symbol),            // page of the word
                concat!("ldr x0, [x0, :got_lo12:__import_dynamic_", $symbol, "]"), // the address, or 0
                "ret",                                                          // that is all
            )
        }
    )*};
}
#[cfg(any(guest, native))]
pub(crate) use optional_symbols;

/// A system call with up to six arguments; the result is negative errno on failure.
///
/// # Safety
/// As for the system call.
pub(crate) unsafe fn syscall(number: usize, args: [usize; 6]) -> isize {
    let result;
    // SAFETY: the kernel's convention: number in x8, arguments as named, nothing else clobbered.
    unsafe {
        asm!(
            "svc #0", // enter the kernel
            in("x8") number,
            inlateout("x0") args[0] => result,
            in("x1") args[1], in("x2") args[2], in("x3") args[3], in("x4") args[4], in("x5") args[5],
            options(nostack)
        );
    }
    result
}

/// This thread's thread pointer.
pub(crate) fn own_thread_pointer() -> *mut u8 {
    let value;
    // SAFETY: only reads the register. Not `nomem`: between two switches the value differs.
    unsafe { asm!("mrs {}, tpidr_el0", out(reg) value, options(nostack, readonly, preserves_flags)) };
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
        "bti c",                       // landing pad
        "stp x29, x30, [sp, #-160]!",  // callee-saved, and the way back
        "mov x29, sp",                 // for unwinders
        "stp x19, x20, [sp, #16]",     // callee-saved
        "stp x21, x22, [sp, #32]",     // callee-saved
        "stp x23, x24, [sp, #48]",     // callee-saved
        "stp x25, x26, [sp, #64]",     // callee-saved
        "stp x27, x28, [sp, #80]",     // callee-saved
        "stp d8, d9, [sp, #96]",       // callee-saved
        "stp d10, d11, [sp, #112]",    // callee-saved
        "stp d12, d13, [sp, #128]",    // callee-saved
        "stp d14, d15, [sp, #144]",    // callee-saved
        "adrp x9, {saved}",            // page of the saved context
        "mov x10, sp",                 // where to come back
        "str x10, [x9, :lo12:{saved}]", // remember it
        "mov sp, x0",                  // the initial stack
        "mov x16, x1",                 // the interpreter's entry
        "mov x0, xzr",                 // no function to register with atexit
        "mov x29, xzr",                // outermost frame
        "mov x30, xzr",                // returns nowhere
        "br x16",                      // go
        saved = sym ADOPTER_STACK,
    )
}

/// Goes back to [`adopt`]'s caller with the result in x0.
#[unsafe(naked)]
unsafe extern "C" fn return_from_adopt() {
    naked_asm!(
        "adrp x9, {saved}",            // page of the saved context
        "ldr x10, [x9, :lo12:{saved}]", // where to come back
        "mov sp, x10",                 // the adopter's stack
        "ldp d14, d15, [sp, #144]",    // callee-saved
        "ldp d12, d13, [sp, #128]",    // callee-saved
        "ldp d10, d11, [sp, #112]",    // callee-saved
        "ldp d8, d9, [sp, #96]",       // callee-saved
        "ldp x27, x28, [sp, #80]",     // callee-saved
        "ldp x25, x26, [sp, #64]",     // callee-saved
        "ldp x23, x24, [sp, #48]",     // callee-saved
        "ldp x21, x22, [sp, #32]",     // callee-saved
        "ldp x19, x20, [sp, #16]",     // callee-saved
        "ldp x29, x30, [sp], #160",    // callee-saved, and the way back
        "ret",                         // to the call that started it
        saved = sym ADOPTER_STACK,
    )
}

/// `main` as the host's libc sees it in adopted mode: returns from [`adopt`], leaving libc's frames where they are.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn adopted_main() {
    naked_asm!(
        "bti c",        // landing pad
        "mov x0, #1",   // adopt returns: libc is up
        "b {back}",     // to its caller
        back = sym return_from_adopt,
    )
}

/// Where the interpreter jumps when it found no `__libc_start_main`: [`adopt`] returns 0.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn adopted_without_libc() {
    naked_asm!(
        "bti c",        // landing pad
        "mov x0, xzr",  // adopt returns: no libc
        "b {back}",     // to its caller
        back = sym return_from_adopt,
    )
}

/// The program image's entry point (`AT_ENTRY`): hands over to the host's `__libc_start_main`, as glibc's
/// `sysdeps/aarch64/start.S` does.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn image_entry() {
    naked_asm!(
        "bti jc",                                // landing pad: musl's interpreter jumps here by any register
        "mov x29, xzr",                          // outermost frame
        "mov x30, xzr",                          // returns nowhere
        "mov x5, x0",                            // rtld_fini, given by the interpreter
        "adrp x9, {entry}",                      // page of what there is to do
        "add x9, x9, :lo12:{entry}",             // its address
        "ldr x16, [x9, #{start_main}]",          // the slot of __libc_start_main
        "ldr x16, [x16]",                        // bound by the interpreter, or 0
        "cbz x16, 2f",                           // there is no libc
        "ldr x0, [x9, #{main}]",                 // main
        "ldr x1, [sp]",                          // argc
        "add x2, sp, #8",                        // argv
        "mov x3, xzr",                           // init: the image's own, by the interpreter
        "mov x4, xzr",                           // fini: likewise
        "mov x6, sp",                            // stack_end
        "blr x16",                               // never returns
        "brk #1",                                // so it cannot be
        "2:",
        "ldr x16, [x9, #{without_libc}]",        // who hears of it
        "br x16",                                // report it
        entry = sym crate::image::ENTRY,
        start_main = const core::mem::offset_of!(crate::image::Entry, start_main),
        main = const core::mem::offset_of!(crate::image::Entry, main),
        without_libc = const core::mem::offset_of!(crate::image::Entry, without_libc),
    )
}

/// `_start` of a program without libc: leaves `reserved` bytes of stack to the interpreter, and goes on in Rust.
#[doc(hidden)]
#[macro_export]
macro_rules! __start {
    ($main:path) => {
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            ::core::arch::naked_asm!(
                "bti c",                     // landing pad
                "mov x29, xzr",              // outermost frame
                "mov x30, xzr",              // returns nowhere
                "mov x19, sp",               // the initial stack, in a register that calls keep
                ".weak __ehdr_start",        // absent is allowed
                ".hidden __ehdr_start",      // this program's own
                "adrp x0, __ehdr_start",     // page of its header
                "add x0, x0, :lo12:__ehdr_start", // where it is loaded
                ".weak _DYNAMIC",            // absent where nothing is to be relocated
                ".hidden _DYNAMIC",          // this program's own
                "2:",
                "adrp x1, _DYNAMIC",         // page of its dynamic section
                "add x1, x1, :lo12:_DYNAMIC", // its address; where it is absent, this page's (AAELF64, "Weak references")
                "adrp x9, 2b",               // this page's
                "cmp x1, x9",                // is it absent?
                "csel x1, xzr, x1, eq",      // 0 then
                "sub x9, sp, #{reserved}",   // the interpreter's frames go between
                "and sp, x9, #-16",          // alignment for the calls
                "bl {relocate}",             // from here on compiled code works
                "mov x0, x19",               // the initial stack
                "adrp x1, {main}",           // page of the program's main
                "add x1, x1, :lo12:{main}",  // its address
                "bl {begin}",                // never returns
                "brk #1",                    // so it cannot be
                main = sym $main,
                reserved = const $crate::RESERVED_STACK,
                relocate = sym $crate::relocate,
                begin = sym $crate::begin,
            )
        }
    };
}
