//! The checked functions with variable arguments, by those that take a `va_list`: defining a variadic function is not stable
//! Rust, hence by hand (ABI AMD64 Supplement, §3.5.7 and figure 3.34).

use core::arch::naked_asm;

use super::checked::{
    VASPRINTF, VDPRINTF, VFPRINTF, VFWPRINTF, VPRINTF, VSNPRINTF, VSPRINTF, VSWPRINTF, VSYSLOG, VWPRINTF,
};

/// A function whose first `$named` arguments are named: saves all argument registers as a `va_list` wants them, moves the
/// arguments as `$move` says, with the list's address in r11, and calls the function at `$target`.
macro_rules! variadic {
    ($name:ident, $named:literal, $target:ident, [$($move:literal),*]) => {
        #[unsafe(naked)]
        pub(super) unsafe extern "C" fn $name() {
            naked_asm!(
                "sub rsp, 216",                      // register save area (176), va_list (24), alignment
                "mov qword ptr [rsp], rdi",          // argument 1
                "mov qword ptr [rsp + 8], rsi",      // argument 2
                "mov qword ptr [rsp + 16], rdx",     // argument 3
                "mov qword ptr [rsp + 24], rcx",     // argument 4
                "mov qword ptr [rsp + 32], r8",      // argument 5
                "mov qword ptr [rsp + 40], r9",      // argument 6
                "movaps xmmword ptr [rsp + 48], xmm0",  // vector argument 1
                "movaps xmmword ptr [rsp + 64], xmm1",  // vector argument 2
                "movaps xmmword ptr [rsp + 80], xmm2",  // vector argument 3
                "movaps xmmword ptr [rsp + 96], xmm3",  // vector argument 4
                "movaps xmmword ptr [rsp + 112], xmm4", // vector argument 5
                "movaps xmmword ptr [rsp + 128], xmm5", // vector argument 6
                "movaps xmmword ptr [rsp + 144], xmm6", // vector argument 7
                "movaps xmmword ptr [rsp + 160], xmm7", // vector argument 8
                "mov dword ptr [rsp + 176], 8 * {named}", // gp_offset: past the named ones
                "mov dword ptr [rsp + 180], 48",     // fp_offset
                "lea rax, [rsp + 224]",              // the arguments on the stack, above the return address
                "mov qword ptr [rsp + 184], rax",    // overflow_arg_area
                "mov qword ptr [rsp + 192], rsp",    // reg_save_area
                "lea r11, [rsp + 176]",              // the list
                $($move,)*                           // the named arguments that the function takes, and the list
                "call qword ptr [rip + {target}]",   // the function
                "add rsp, 216",                      // drop it all
                "ret",                               // its result
                named = const $named,
                target = sym $target,
            )
        }
    };
}

variadic!(printf, 2, VPRINTF, ["mov rdi, rsi", "mov rsi, r11"]); // flag, format
variadic!(fprintf, 3, VFPRINTF, ["mov rsi, rdx", "mov rdx, r11"]); // stream, flag, format
variadic!(sprintf, 4, VSPRINTF, ["mov rsi, rcx", "mov rdx, r11"]); // to, flag, room, format
variadic!(snprintf, 5, VSNPRINTF, ["mov rdx, r8", "mov rcx, r11"]); // to, size, flag, room, format
variadic!(dprintf, 3, VDPRINTF, ["mov rsi, rdx", "mov rdx, r11"]); // file, flag, format
variadic!(asprintf, 3, VASPRINTF, ["mov rsi, rdx", "mov rdx, r11"]); // to, flag, format
variadic!(syslog, 3, VSYSLOG, ["mov rsi, rdx", "mov rdx, r11"]); // priority, flag, format
variadic!(wprintf, 2, VWPRINTF, ["mov rdi, rsi", "mov rsi, r11"]); // flag, format
variadic!(fwprintf, 3, VFWPRINTF, ["mov rsi, rdx", "mov rdx, r11"]); // stream, flag, format
variadic!(swprintf, 5, VSWPRINTF, ["mov rdx, r8", "mov rcx, r11"]); // to, size, flag, room, format
