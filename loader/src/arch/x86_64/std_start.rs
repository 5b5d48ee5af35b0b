//! x86-64 Linux: start of std programs without a libc of their own.
//!
//! Sources: System V Application Binary Interface, AMD64 Architecture Processor Supplement, §3.4 (process initialisation)
//! and §4.4 (relocation).

use core::arch::naked_asm;

use object::elf;

/// The relocation that copies a library's variable into the program.
pub(crate) const COPY: elf::RelocationType = elf::R_X86_64_COPY;
/// The relocation that stores what the function at its addend returns.
pub(crate) const IRELATIVE: elf::RelocationType = elf::R_X86_64_IRELATIVE;

/// `_start` of a std program without a libc of its own: brings up the host's on the initial stack itself.
#[doc(hidden)]
#[macro_export]
macro_rules! __std_start {
    ($main:path) => {
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            ::core::arch::naked_asm!(
                "xor ebp, ebp",            // outermost frame (ABI §3.4.1)
                "mov rbx, rsp",            // the initial stack, in a register that calls keep
                ".weak __ehdr_start",      // absent is allowed
                ".hidden __ehdr_start",    // this program's own
                "lea rdi, [rip + __ehdr_start]", // its header, where it is loaded
                ".weak _DYNAMIC",          // absent where nothing is to be relocated
                ".hidden _DYNAMIC",        // this program's own
                "lea rsi, [rip + _DYNAMIC]", // its dynamic section
                "and rsp, -16",            // alignment for the calls
                "call {relocate}",         // from here on compiled code works
                "mov rdi, rbx",            // the initial stack
                "lea rsi, [rip + {main}]", // the program's main
                "call {begin}",            // never returns
                "ud2",                     // so it cannot be
                main = sym $main,
                relocate = sym $crate::relocate,
                begin = sym $crate::std_start::begin,
            )
        }

        /// Where the stubs of imports go that the host does not have, the import in rax.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn __import_dynamic_missing() -> ! {
            ::core::arch::naked_asm!(
                "mov rdi, rax",      // the import
                "and rsp, -16",      // alignment for the call
                "call {missing}",    // never returns
                "ud2",               // so it cannot be
                missing = sym $crate::std_start::missing,
            )
        }
    };
}

/// Runs the interpreter at `entry` on this thread from the initial stack `stack`, for good.
///
/// # Safety
/// `stack` is the initial stack of this process, `entry` code that starts from one and never returns; nothing of this thread's stack is used afterwards.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn start_interpreter(stack: *mut usize, entry: usize) -> ! {
    naked_asm!(
        "mov rsp, rdi", // the initial stack
        "xor ebp, ebp", // outermost frame
        "xor edx, edx", // no function to register with atexit (ABI §3.4.1)
        "jmp rsi",      // the interpreter's entry
    )
}

/// A std program's entry point for the interpreter (`AT_ENTRY`).
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn std_entry() {
    naked_asm!(
        "xor ebp, ebp", // outermost frame
        "mov rdi, rsp", // argc and what follows
        "mov rsi, rdx", // rtld_fini, given by the interpreter
        "and rsp, -16", // alignment for the call
        "call {enter}", // never returns
        "ud2",          // so it cannot be
        enter = sym crate::std_start::enter,
    )
}

/// The import that a stub belongs to, if `stub` is one: `lea rax, [rip + import]`, `jmp __import_dynamic_missing`, as the
/// linker's side writes it.
///
/// # Safety
/// `stub` points to code.
pub(crate) unsafe fn import_of_stub(stub: *const u8) -> usize {
    // SAFETY: the caller's; a function has at least these seven bytes, or is followed by others.
    unsafe {
        if stub.cast::<[u8; 3]>().read() != [0x48, 0x8d, 0x05] {
            return 0;
        }
        stub.wrapping_add(7).wrapping_offset(stub.add(3).cast::<i32>().read_unaligned() as isize) as usize
    }
}
