//! x86-64 Linux: thread pointer, system calls, and entering the interpreter and the guest.
//!
//! Sources: System V Application Binary Interface, AMD64 Architecture Processor Supplement, §3.2 (registers, stack) and
//! §3.4 (process initialisation); ELF Handling For Thread-Local Storage §3.4.6 (variant II); Linux
//! `Documentation/arch/x86/x86_64/fsgs.rst`.

use core::arch::{asm, naked_asm};

use object::elf;

use crate::strings::Strings;

pub(crate) const MACHINE: elf::Machine = elf::EM_X86_64;
/// The relocation that stores a symbol's address in a slot.
pub(crate) const GLOB_DAT: elf::RelocationType = elf::R_X86_64_GLOB_DAT;
/// The relocation that adds the load bias.
pub(crate) const RELATIVE: elf::RelocationType = elf::R_X86_64_RELATIVE;
/// Where interpreters are, in the order tried: glibc's before musl's.
pub(crate) const INTERPRETERS: Strings<'static> = Strings::new(concat!(
    "/lib64/ld-linux-x86-64.so.2\0",
    "/usr/lib64/ld-linux-x86-64.so.2\0",
    "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2\0",
    "/lib/ld-musl-x86_64.so.1\0",
    "/usr/lib/ld-musl-x86_64.so.1\0",
));
/// Where `struct stat` has what is asked of it (`<asm/stat.h>`).
pub(crate) mod stat {
    /// Its size in words.
    pub(crate) const WORDS: usize = 18;
    /// The mode: its word, and its lowest bit there.
    pub(crate) const MODE: (usize, u32) = (3, 0);
    /// The word of the file's size.
    pub(crate) const SIZE: usize = 6;
}
/// System call numbers.
pub(crate) mod number {
    #[cfg(guest)]
    pub(crate) const RT_SIGACTION: usize = 13;
    #[cfg(guest)]
    pub(crate) const GETPID: usize = 39;
    #[cfg(guest)]
    pub(crate) const CLONE: usize = 56;
    #[cfg(guest)]
    pub(crate) const CHDIR: usize = 80;
    #[cfg(guest)]
    pub(crate) const SETSID: usize = 112;
    #[cfg(guest)]
    pub(crate) const DUP3: usize = 292;
    #[cfg(guest)]
    pub(crate) const RSEQ: usize = 334;
    #[cfg(guest)]
    pub(crate) const SCHED_SETAFFINITY: usize = 203;
    #[cfg(guest)]
    pub(crate) const SCHED_GETAFFINITY: usize = 204;
    #[cfg(guest)]
    pub(crate) const SCHED_SETSCHEDULER: usize = 144;
    #[cfg(guest)]
    pub(crate) const SCHED_GETSCHEDULER: usize = 145;
    #[cfg(guest)]
    pub(crate) const SCHED_GETPARAM: usize = 143;
    #[cfg(guest)]
    pub(crate) const EXIT: usize = 60;
    #[cfg(guest)]
    pub(crate) const SETUID: usize = 105;
    #[cfg(guest)]
    pub(crate) const SETGID: usize = 106;
    #[cfg(guest)]
    pub(crate) const SETREUID: usize = 113;
    #[cfg(guest)]
    pub(crate) const SETREGID: usize = 114;
    #[cfg(guest)]
    pub(crate) const SETGROUPS: usize = 116;
    #[cfg(guest)]
    pub(crate) const SETRESUID: usize = 117;
    #[cfg(guest)]
    pub(crate) const SETRESGID: usize = 119;
    #[cfg(guest)]
    pub(crate) const KILL: usize = 62;
    #[cfg(guest)]
    pub(crate) const TGKILL: usize = 234;
    #[cfg(any(guest, native))]
    pub(crate) const FUTEX: usize = 202;
    #[cfg(any(guest, native))]
    pub(crate) const GETTID: usize = 186;
    #[cfg(guest)]
    pub(crate) const UNSHARE: usize = 272;
    #[cfg(guest)]
    pub(crate) const PRCTL: usize = 157;
    #[cfg(guest)]
    pub(crate) const SET_TID_ADDRESS: usize = 218;
    #[cfg(guest)]
    pub(crate) const SET_ROBUST_LIST: usize = 273;
    #[cfg(guest)]
    pub(crate) const GET_ROBUST_LIST: usize = 274;
    #[cfg(guest)]
    pub(crate) const RT_SIGQUEUEINFO: usize = 129;
    #[cfg(guest)]
    pub(crate) const RT_SIGPROCMASK: usize = 14;
    pub(crate) const ARCH_PRCTL: usize = 158;
    #[cfg(guest)]
    pub(crate) const BRK: usize = 12;
    pub(crate) const CLOCK_GETTIME: usize = 228;
    pub(crate) const OPENAT: usize = 257;
    pub(crate) const FSTAT: usize = 5;
    pub(crate) const PREAD64: usize = 17;
    pub(crate) const CLOSE: usize = 3;
    pub(crate) const MMAP: usize = 9;
    pub(crate) const MUNMAP: usize = 11;
    pub(crate) const WRITE: usize = 1;
    pub(crate) const EXIT_GROUP: usize = 231;
}

const ARCH_GET_FS: usize = 0x1003;
/// `AT_HWCAP2` bit: the kernel lets programs use `rdfsbase` and `wrfsbase`.
const HWCAP2_FSGSBASE: usize = 1 << 1;

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
                concat!(".weak ", $symbol),                                  // absent is allowed
                concat!("mov {}, qword ptr [rip + ", $symbol, "@GOTPCREL]"), // the address, or 0
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
                concat!("mov rax, qword ptr [rip + __import_dynamic_", $symbol, "@GOTPCREL]"), // the address, or 0
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
    // SAFETY: the kernel's convention: number in rax, arguments as named, rcx and r11 clobbered.
    unsafe {
        asm!(
            "syscall", // enter the kernel
            inlateout("rax") number => result,
            in("rdi") args[0], in("rsi") args[1], in("rdx") args[2],
            in("r10") args[3], in("r8") args[4], in("r9") args[5],
            lateout("rcx") _, lateout("r11") _,
            options(nostack)
        );
    }
    result
}

/// Whether the kernel lets this process swap its thread pointer without a system call.
pub(crate) fn has_fast_switch(hwcap2: usize) -> bool {
    hwcap2 & HWCAP2_FSGSBASE != 0
}

/// This thread's thread pointer, 0 in a process that has no C library; if need be, only whether it is 0.
pub(crate) fn thread_pointer(hwcap2: usize) -> usize {
    let mut value: usize = 0;
    if has_fast_switch(hwcap2) {
        // SAFETY: the kernel has enabled the instruction, which only reads FS base.
        unsafe { asm!("rdfsbase {}", out(reg) value, options(nomem, nostack, preserves_flags)) };
    } else {
        // SAFETY: ARCH_GET_FS writes one word to the address given.
        let result = unsafe { syscall(number::ARCH_PRCTL, [ARCH_GET_FS, &raw mut value as usize, 0, 0, 0, 0]) };
        // A filter may keep it from telling. There is a C library then, unless the program's entry point is `main!`'s.
        if cfg!(guest) && result < 0 && crate::start::reserved() == 0 {
            return usize::MAX;
        }
    }
    value
}

/// The context that [`adopt`] was called in: where [`adopted_main`] goes back to.
static mut ADOPTER_STACK: usize = 0;

/// Runs the interpreter at `entry` on this thread from the initial stack `stack`; returns 1 when the host's libc has
/// called [`adopted_main`], 0 when the interpreter found none.
///
/// # Safety
/// `stack` is the initial stack of a process (ABI §3.4.1), `entry` the interpreter's, and the memory below `stack` is free for as long as the process lives.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn adopt(stack: *mut usize, entry: usize) -> usize {
    naked_asm!(
        "push rbp", // callee-saved
        "push rbx", // callee-saved
        "push r12", // callee-saved
        "push r13", // callee-saved
        "push r14", // callee-saved
        "push r15", // callee-saved
        "mov qword ptr [rip + {saved}], rsp", // where to come back
        "mov rsp, rdi",                       // the initial stack
        "xor ebp, ebp",                       // outermost frame
        "xor edx, edx",                       // no function to register with atexit
        "jmp rsi",                            // the interpreter's entry
        saved = sym ADOPTER_STACK,
    )
}

/// `main` as the host's libc sees it in adopted mode: returns from [`adopt`], leaving libc's frames where they are.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn adopted_main() {
    naked_asm!(
        "mov eax, 1", // adopt returns: libc is up
        "jmp {back}", // as below
        back = sym back_to_adopter,
    )
}

/// Where the interpreter jumps when it found no `__libc_start_main`: [`adopt`] returns 0.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn adopted_without_libc() {
    naked_asm!(
        "xor eax, eax", // adopt returns: no libc
        "jmp {back}", // as below
        back = sym back_to_adopter,
    )
}

/// Returns from [`adopt`], rax its result.
#[unsafe(naked)]
unsafe extern "C" fn back_to_adopter() {
    naked_asm!(
        "mov rsp, qword ptr [rip + {saved}]", // the adopter's stack
        "pop r15", // callee-saved
        "pop r14", // callee-saved
        "pop r13", // callee-saved
        "pop r12", // callee-saved
        "pop rbx", // callee-saved
        "pop rbp", // callee-saved
        "ret",     // to the call that started it
        saved = sym ADOPTER_STACK,
    )
}

/// The program image's entry point (`AT_ENTRY`): hands over to the host's `__libc_start_main`, as glibc's
/// `sysdeps/x86_64/start.S` does.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn image_entry() {
    naked_asm!(
        "xor ebp, ebp",                          // outermost frame
        "mov r9, rdx",                           // rtld_fini, given by the interpreter
        "mov rax, qword ptr [rip + {entry} + {start_main}]", // the slot of __libc_start_main
        "mov rax, qword ptr [rax]",              // bound by the interpreter, or 0
        "test rax, rax",                         // is there a libc?
        "jz 2f",                                 // no
        "mov rdi, qword ptr [rip + {entry} + {main}]", // main
        "mov rsi, qword ptr [rsp]",              // argc
        "lea rdx, [rsp + 8]",                    // argv
        "and rsp, -16",                          // alignment for the call
        "xor ecx, ecx",                          // init: the image's own, by the interpreter
        "xor r8d, r8d",                          // fini: likewise
        "push rax",                              // keeps the alignment
        "push rsp",                              // stack_end
        "call rax",                              // never returns
        "ud2",                                   // so it cannot be
        "2:",
        "jmp qword ptr [rip + {entry} + {without_libc}]", // report it
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
                "xor ebp, ebp",             // outermost frame (ABI §3.4.1)
                "mov rbx, rsp",             // the initial stack, in a register that calls keep
                ".weak __ehdr_start",       // absent is allowed
                ".hidden __ehdr_start",     // this program's own
                "lea rdi, [rip + __ehdr_start]", // its header, where it is loaded
                ".weak _DYNAMIC",           // absent where nothing is to be relocated
                ".hidden _DYNAMIC",         // this program's own
                "lea rsi, [rip + _DYNAMIC]", // its dynamic section
                "sub rsp, {reserved}",      // the interpreter's frames go between
                "and rsp, -16",             // alignment for the calls
                "call {relocate}",          // from here on compiled code works
                "mov rdi, rbx",             // the initial stack
                "lea rsi, [rip + {main}]",  // the program's main
                "call {begin}",             // never returns
                "ud2",                      // so it cannot be
                main = sym $main,
                reserved = const $crate::RESERVED_STACK,
                relocate = sym $crate::relocate,
                begin = sym $crate::begin,
            )
        }
    };
}
