//! The checked functions with variable arguments, by those that take a `va_list`: defining a variadic function is not stable
//! Rust, hence by hand (Procedure Call Standard for the Arm 64-bit Architecture (AAPCS64), appendix B, "Variable argument
//! lists").

use core::arch::naked_asm;

use super::checked::{
    VASPRINTF, VDPRINTF, VFPRINTF, VFWPRINTF, VPRINTF, VSNPRINTF, VSPRINTF, VSWPRINTF, VSYSLOG, VWPRINTF,
};

/// A function whose first `$named` arguments are named: saves all argument registers as a `va_list` wants them, moves the
/// arguments as `$move` says, with the list's address in x9, and calls the function at `$target`.
macro_rules! variadic {
    ($name:ident, $named:literal, $target:ident, [$($move:literal),*]) => {
        #[unsafe(naked)]
        pub(super) unsafe extern "C" fn $name() {
            naked_asm!(
                "bti c",                     // landing pad
                "stp x29, x30, [sp, #-240]!", // frame; above it general (64) and vector (128) registers, va_list (32)
                "mov x29, sp",               // frame pointer
                "stp x0, x1, [sp, #16]",     // arguments 1 and 2
                "stp x2, x3, [sp, #32]",     // arguments 3 and 4
                "stp x4, x5, [sp, #48]",     // arguments 5 and 6
                "stp x6, x7, [sp, #64]",     // arguments 7 and 8
                "stp q0, q1, [sp, #80]",     // vector arguments 1 and 2
                "stp q2, q3, [sp, #112]",    // vector arguments 3 and 4
                "stp q4, q5, [sp, #144]",    // vector arguments 5 and 6
                "stp q6, q7, [sp, #176]",    // vector arguments 7 and 8
                "add x10, sp, #240",         // the arguments on the stack
                "str x10, [sp, #208]",       // __stack
                "add x10, sp, #80",          // end of the general registers
                "str x10, [sp, #216]",       // __gr_top
                "add x10, sp, #208",         // end of the vector registers
                "str x10, [sp, #224]",       // __vr_top
                "mov w10, #-(64 - 8 * {named})", // from the end to the first that is not named
                "mov w11, #-128",            // no vector register is named
                "stp w10, w11, [sp, #232]",  // __gr_offs, __vr_offs
                "add x9, sp, #208",          // the list
                $($move,)*                   // the named arguments that the function takes, and the list
                "adrp x16, {target}",        // page of the function's address
                "ldr x16, [x16, :lo12:{target}]", // the function
                "blr x16",                   // call it
                "ldp x29, x30, [sp], #240",  // drop it all
                "ret",                       // its result
                named = const $named,
                target = sym $target,
            )
        }
    };
}

variadic!(printf, 2, VPRINTF, ["mov x0, x1", "mov x1, x9"]); // flag, format
variadic!(fprintf, 3, VFPRINTF, ["mov x1, x2", "mov x2, x9"]); // stream, flag, format
variadic!(sprintf, 4, VSPRINTF, ["mov x1, x3", "mov x2, x9"]); // to, flag, room, format
variadic!(snprintf, 5, VSNPRINTF, ["mov x2, x4", "mov x3, x9"]); // to, size, flag, room, format
variadic!(dprintf, 3, VDPRINTF, ["mov x1, x2", "mov x2, x9"]); // file, flag, format
variadic!(asprintf, 3, VASPRINTF, ["mov x1, x2", "mov x2, x9"]); // to, flag, format
variadic!(syslog, 3, VSYSLOG, ["mov x1, x2", "mov x2, x9"]); // priority, flag, format
variadic!(wprintf, 2, VWPRINTF, ["mov x0, x1", "mov x1, x9"]); // flag, format
variadic!(fwprintf, 3, VFWPRINTF, ["mov x1, x2", "mov x2, x9"]); // stream, flag, format
variadic!(swprintf, 5, VSWPRINTF, ["mov x2, x4", "mov x3, x9"]); // to, size, flag, room, format
