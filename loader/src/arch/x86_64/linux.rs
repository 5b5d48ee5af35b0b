//! x86-64 Linux: thread pointer, system calls, and entering the interpreter and the guest.
//!
//! Sources: System V Application Binary Interface, AMD64 Architecture Processor Supplement, §3.2 (registers, stack) and
//! §3.4 (process initialisation); ELF Handling For Thread-Local Storage §3.4.6 (variant II); Linux
//! `Documentation/arch/x86/x86_64/fsgs.rst`.

use core::arch::{asm, global_asm, naked_asm};
use core::ffi::CStr;

use object::elf;

use super::preserve_arguments;
use crate::guest::area;

pub(crate) const MACHINE: elf::Machine = elf::EM_X86_64;
/// The relocation that stores a symbol's address in a slot.
pub(crate) const GLOB_DAT: elf::RelocationType = elf::R_X86_64_GLOB_DAT;
/// The relocation that adds the load bias.
pub(crate) const RELATIVE: elf::RelocationType = elf::R_X86_64_RELATIVE;
/// The relocation that copies a library's variable into the program.
pub(crate) const COPY: elf::RelocationType = elf::R_X86_64_COPY;
/// The relocation that stores what the function at its addend returns.
pub(crate) const IRELATIVE: elf::RelocationType = elf::R_X86_64_IRELATIVE;
/// Where interpreters are, in the order tried: glibc's before musl's.
pub(crate) const INTERPRETERS: &[&CStr] = &[
    c"/lib64/ld-linux-x86-64.so.2",
    c"/usr/lib64/ld-linux-x86-64.so.2",
    c"/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
    c"/lib/ld-musl-x86_64.so.1",
    c"/usr/lib/ld-musl-x86_64.so.1",
];
/// The guest area ends at the thread pointer (TLS variant II), or begins this many bytes above it (variant I).
const AREA_FROM_THREAD_POINTER: isize = -(area::SIZE as isize);

/// System call numbers that rustix has no stable wrapper for.
pub(crate) mod number {
    pub(crate) const RT_SIGPROCMASK: usize = 14;
    pub(crate) const ARCH_PRCTL: usize = 158;
    pub(crate) const BRK: usize = 12;
    pub(crate) const CLOCK_GETTIME: usize = 228;
    pub(crate) const EXIT_GROUP: usize = 231;
}

const ARCH_SET_FS: usize = 0x1002;
const ARCH_GET_FS: usize = 0x1003;
/// `AT_HWCAP2` bit: the kernel lets programs use `rdfsbase` and `wrfsbase`.
const HWCAP2_FSGSBASE: usize = 1 << 1;

// One word of home TLS: this thread's guest thread pointer, null until it is attached. `#[thread_local]` is not
// stable, hence by hand; initial-exec, which a static link relaxes to local-exec.
global_asm!(
    ".pushsection .tbss.import_dynamic,\"awT\",@nobits",
    ".globl __import_dynamic_guest_tp",
    ".hidden __import_dynamic_guest_tp",
    ".type __import_dynamic_guest_tp,@object",
    ".size __import_dynamic_guest_tp,8",
    ".balign 8",
    "__import_dynamic_guest_tp:",
    ".zero 8",
    ".popsection",
);

/// The address of this thread's word for its guest thread pointer.
///
/// # Safety
/// Behavior is undefined if the home thread pointer is not in place (guest mode, outside guest code).
pub(crate) unsafe fn guest_thread_pointer_word() -> *mut *mut u8 {
    let word;
    // SAFETY: reads this thread's TLS base and the word's offset; the caller has the home thread pointer in place.
    unsafe {
        asm!(
            "mov {0}, qword ptr [rip + __import_dynamic_guest_tp@GOTTPOFF]", // offset of the word from TP
            "add {0}, qword ptr fs:[0]",                                    // TP itself is the word at TP
            out(reg) word,
            options(nostack, readonly)
        );
    }
    word
}

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

/// This thread's thread pointer, 0 in a process that has no C library.
pub(crate) fn thread_pointer(hwcap2: usize) -> usize {
    let mut value: usize = 0;
    if has_fast_switch(hwcap2) {
        // SAFETY: the kernel has enabled the instruction, which only reads FS base.
        unsafe { asm!("rdfsbase {}", out(reg) value, options(nomem, nostack, preserves_flags)) };
    } else {
        // SAFETY: ARCH_GET_FS writes one word to the address given.
        unsafe { syscall(number::ARCH_PRCTL, [ARCH_GET_FS, &raw mut value as usize, 0, 0, 0, 0]) };
    }
    value
}

/// This thread's thread pointer in a process that has a libc: the word at the thread pointer (ELF TLS §3.4.6).
pub(crate) fn own_thread_pointer() -> *mut u8 {
    let value;
    // SAFETY: reads the TCB's first word.
    unsafe { asm!("mov {}, qword ptr fs:[0]", out(reg) value, options(nostack, readonly)) };
    value
}

/// The guest area of the guest thread whose thread pointer is `tp`.
pub(crate) fn area_of(tp: *mut u8) -> *mut area::Area {
    tp.wrapping_offset(AREA_FROM_THREAD_POINTER).cast()
}

/// Starts a kernel thread that shares everything, with signals as they are now and no TLS of its own, at `entry`
/// with its stack pointer at `stack`. Returns its thread id or a negative errno.
///
/// # Safety
/// `stack` is the initial stack of a process (ABI §3.4.1) and `entry` code that starts from one and never returns.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn clone_at(flags: usize, stack: *mut usize, entry: usize) -> isize {
    naked_asm!(
        "mov r9, rdx",   // entry, in a register that the kernel keeps
        "xor edx, edx",  // no parent_tid
        "xor r10d, r10d", // no child_tid: the home libc's stays what it is
        "xor r8d, r8d",  // no TLS
        "mov eax, 56",   // clone
        "syscall",       // both threads return from here
        "test eax, eax", // 0 in the child
        "jz 2f",         // the child goes on below
        "ret",           // the parent has its answer
        "2:",
        "xor ebp, ebp",  // outermost frame
        "xor edx, edx",  // no function to register with atexit (ABI §3.4.1)
        "jmp r9",        // the interpreter's entry
    )
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
        "mov rsp, qword ptr [rip + {saved}]", // the adopter's stack
        "pop r15", // callee-saved
        "pop r14", // callee-saved
        "pop r13", // callee-saved
        "pop r12", // callee-saved
        "pop rbx", // callee-saved
        "pop rbp", // callee-saved
        "ret",     // to the import that started it
        saved = sym ADOPTER_STACK,
    )
}

/// Where the interpreter jumps when it found no `__libc_start_main`: [`adopt`] returns 0.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn adopted_without_libc() {
    naked_asm!(
        "xor eax, eax", // adopt returns: no libc
        "mov rsp, qword ptr [rip + {saved}]", // the adopter's stack
        "pop r15", // callee-saved
        "pop r14", // callee-saved
        "pop r13", // callee-saved
        "pop r12", // callee-saved
        "pop rbx", // callee-saved
        "pop rbp", // callee-saved
        "ret",     // to the import that started it
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
pub(crate) unsafe extern "C" fn call_on(
    tp: *mut u8,
    target: usize,
    a: usize,
    b: usize,
    c: usize,
    d: usize,
) -> usize {
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
                "mov rdi, rsp",             // the initial stack
                "lea rsi, [rip + {main}]",  // the program's main
                "sub rsp, {reserved}",      // the interpreter's frames go between
                "and rsp, -16",             // alignment for the call
                "call {begin}",             // never returns
                "ud2",                      // so it cannot be
                main = sym $main,
                reserved = const $crate::RESERVED_STACK,
                begin = sym $crate::begin,
            )
        }
    };
}

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
                "mov rdi, rsp",            // the initial stack
                "lea rsi, [rip + {main}]", // the program's main
                "and rsp, -16",            // alignment for the call
                "call {begin}",            // never returns
                "ud2",                     // so it cannot be
                main = sym $main,
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
/// As for [`clone_at`]; nothing of this thread's stack is used afterwards.
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
