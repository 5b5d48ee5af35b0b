//! AArch64 Linux: start of std programs without a libc of their own.
//!
//! Sources: System V ABI for the Arm 64-bit Architecture (SYSVABI64), "Process Initialization"; ELF for the Arm 64-bit
//! Architecture (AAELF64), §5.7 (relocations).

use core::arch::naked_asm;

use object::elf;

/// The relocation that copies a library's variable into the program.
pub(crate) const COPY: elf::RelocationType = elf::R_AARCH64_COPY;
/// The relocation that stores what the function at its addend returns.
pub(crate) const IRELATIVE: elf::RelocationType = elf::R_AARCH64_IRELATIVE;

/// `_start` of a std program without a libc of its own: brings up the host's on the initial stack itself.
#[doc(hidden)]
#[macro_export]
macro_rules! __std_start {
    ($main:path) => {
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            ::core::arch::naked_asm!(
                "bti c",                    // landing pad
                "mov x29, xzr",             // outermost frame
                "mov x30, xzr",             // returns nowhere
                "mov x19, sp",              // the initial stack, in a register that calls keep
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
                "bl {relocate}",            // from here on compiled code works
                "mov x0, x19",              // the initial stack
                "adrp x1, {main}",          // page of the program's main
                "add x1, x1, :lo12:{main}", // its address
                "bl {begin}",               // never returns
                "brk #1",                   // so it cannot be
                main = sym $main,
                relocate = sym $crate::relocate,
                begin = sym $crate::std_start::begin,
            )
        }

        /// Where the stubs of imports go that the host does not have, the import in x16.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn __import_dynamic_missing() -> ! {
            ::core::arch::naked_asm!(
                "bti jc",       // landing pad
                "mov x0, x16",  // the import
                "bl {missing}", // never returns
                "brk #1",       // so it cannot be
                missing = sym $crate::std_start::missing,
            )
        }
    };
}

/// Runs the interpreter at `entry` on this thread from the initial stack `stack`, for good.
///
/// # Safety
/// `stack` is the initial stack of this process, `entry` code that starts from one and never returns; nothing of this
/// thread's stack is used afterwards.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn start_interpreter(stack: *mut usize, entry: usize) -> ! {
    naked_asm!(
        "bti c",        // landing pad
        "mov sp, x0",   // the initial stack
        "mov x16, x1",  // the interpreter's entry
        "mov x0, xzr",  // no function to register with atexit
        "mov x29, xzr", // outermost frame
        "mov x30, xzr", // returns nowhere
        "br x16",       // go
    )
}

/// A std program's entry point for the interpreter (`AT_ENTRY`).
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn std_entry() {
    naked_asm!(
        "bti jc",       // landing pad
        "mov x29, xzr", // outermost frame
        "mov x30, xzr", // returns nowhere
        "mov x1, x0",   // rtld_fini, given by the interpreter
        "mov x0, sp",   // argc and what follows
        "bl {enter}",   // never returns
        "brk #1",       // so it cannot be
        enter = sym crate::std_start::enter,
    )
}

/// The import that a stub belongs to, if `stub` is one: `adrp x16, import`, `add x16, x16, :lo12:import`, or what linkers make
/// of it where it is near enough, `nop`, `adr x16, import`; then a branch, as the linker's side writes it.
///
/// # Safety
/// `stub` points to code.
pub(crate) unsafe fn import_of_stub(stub: *const u8) -> usize {
    const NOP: u32 = 0xd503_201f;
    // SAFETY: the caller's; instructions are aligned words, and a function of one is followed by others.
    let [first, second] = unsafe { stub.cast::<[u32; 2]>().read() };
    // The 21-bit distance of adr and adrp (Arm ARM, C6.2.11).
    let distance = |code: u32| (((code >> 5 & 0x7_ffff) << 2 | (code >> 29 & 3)) as i32) << 11 >> 11;
    if first & 0x9f00_001f == 0x9000_0010 && second & 0xffc0_03ff == 0x9100_0210 {
        let page = (stub as usize & !0xfff).wrapping_add_signed(distance(first) as isize * 4096);
        page + (second >> 10 & 0xfff) as usize
    } else if first == NOP && second & 0x9f00_001f == 0x1000_0010 {
        (stub as usize + 4).wrapping_add_signed(distance(second) as isize)
    } else {
        0
    }
}
