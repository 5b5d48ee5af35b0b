//! AArch64 stubs: the import in x9 on its way to be bound, the host's function in x9 on its way into the guest. Branches
//! between functions are direct; linkers that put veneers there change x16 and x17 only.

use import_dynamic_loader::Continuation;

use crate::declaration::Code;
use crate::import::Import;

pub use crate::__address as address;

import_dynamic_loader::__if_guest! {{
    pub use import_dynamic_loader::arch::guest_enter_fast as guest_enter;
} {}}

/// The instructions that load the address of the operand `$symbol`, and `$offset` bytes on, into a register, as the object
/// format writes them.
#[cfg(not(target_vendor = "apple"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __address {
    ($register:literal, $symbol:literal $(, $($offset:literal),+)?) => {
        $crate::private::core::concat!(
            "adrp ", $register, ", {", $symbol, "}" $(, " + (", $($offset),+, ")")?,
            "\nadd ", $register, ", ", $register, ", :lo12:{", $symbol, "}" $(, " + (", $($offset),+, ")")?,
        )
    };
}

/// The instructions that load the address of the operand `$symbol`, and `$offset` bytes on, into a register, as the object
/// format writes them.
#[cfg(target_vendor = "apple")]
#[doc(hidden)]
#[macro_export]
macro_rules! __address {
    ($register:literal, $symbol:literal $(, $($offset:literal),+)?) => {
        $crate::private::core::concat!(
            "adrp ", $register, ", {", $symbol, "}@PAGE" $(, " + (", $($offset),+, ")")?,
            "\nadd ", $register, ", ", $register, ", {", $symbol, "}@PAGEOFF" $(, " + (", $($offset),+, ")")?,
        )
    };
}

/// What every bind stub jumps to, its import in the scratch register: binds it with all argument registers kept, and
/// jumps on to what is bound.
#[unsafe(naked)]
#[doc(hidden)]
pub unsafe extern "C" fn trampoline() {
    core::arch::naked_asm!(
        crate::__address!("x10", "bind"), // what to call with the import in x9
        "b {preserve}",                   // calls it with every argument register kept
        bind = sym bind_for_call,
        preserve = sym import_dynamic_loader::arch::preserve_arguments,
    )
}

/// Binds an import whose first call is under way.
extern "C" fn bind_for_call(import: &'static Import) -> Continuation {
    Continuation { code: super::code_for_call(import), with: core::ptr::null() }
}

/// Where the bind stub is: behind the guest stub of four instructions.
const BIND_STUB: usize = crate::private::if_guest!({ 4 * 4 } { 0 });

/// The distance of an import's stubs from those of the one before it.
pub(crate) const STRIDE: usize = BIND_STUB + 4 * 4;

/// What a slot holds until its import is bound.
pub(crate) const fn unbound(stubs: Code) -> *mut () {
    stubs.0.wrapping_byte_add(BIND_STUB).cast_mut()
}

/// What a call jumps to, from what the slot holds: never null where imports have stubs.
#[inline(always)]
pub(crate) fn bound(_: &'static Import, code: *const ()) -> *const () {
    code
}

/// The stubs of the imports that the table `$imports` has, one's behind the other's: an expression for a constant.
#[doc(hidden)]
#[macro_export]
macro_rules! __stubs {
    ($imports:ident, $count:literal) => {{
        #[unsafe(naked)]
        unsafe extern "C" fn stubs() {
            $crate::private::if_guest! {{
                $crate::private::core::arch::naked_asm!(
                    ".set .Limport_dynamic_offset, 0", // the first import
                    ".rept {count}",                  // for each:
                    "bti c",                          // its guest stub: landing pad
                    // page of the word with the host's function
                    "adrp x9, {imports} + .Limport_dynamic_offset + {target}",
                    // the host's function
                    "ldr x9, [x9, #:lo12:{imports} + .Limport_dynamic_offset + {target}]",
                    "b {enter}",                      // swap the thread pointer around it
                    "bti c",                          // the bind stub: landing pad
                    $crate::private::address!("x9", "imports", ".Limport_dynamic_offset"), // which import
                    "b {trampoline}",                 // bind it, then call it
                    ".set .Limport_dynamic_offset, .Limport_dynamic_offset + 64", // the next import
                    ".endr",                          // no code
                    count = const $count,
                    imports = sym $imports,
                    target = const $crate::private::TARGET_OFFSET,
                    enter = sym $crate::private::guest_enter,
                    trampoline = sym $crate::private::trampoline,
                )
            } {
                $crate::private::core::arch::naked_asm!(
                    ".set .Limport_dynamic_offset, 0", // the first import
                    ".rept {count}",                  // for each:
                    "bti c",                          // the bind stub: landing pad
                    $crate::private::address!("x9", "imports", ".Limport_dynamic_offset"), // which import
                    "b {trampoline}",                 // bind it, then call it
                    ".set .Limport_dynamic_offset, .Limport_dynamic_offset + 64", // the next import
                    ".endr",                          // no code
                    count = const $count,
                    imports = sym $imports,
                    trampoline = sym $crate::private::trampoline,
                )
            }}
        }
        stubs as *const ()
    }};
}

/// An associated function that tells what a call of `$imports[$index]` jumps to. By hand: for ELF, compilers take a static
/// that other crates' code refers to for one that another library could replace, and would look up its address in the
/// global offset table first.
#[cfg(not(target_vendor = "apple"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __target {
    ($imports:ident[$index:literal]) => {
        #[inline(always)]
        fn target() -> *const () {
            let import_dynamic_code: *const (); // not `code`, which may be a constant where this is expanded
            // SAFETY: reads the import's first word, the slot, with acquire, as `Slot::code` does.
            unsafe {
                $crate::private::core::arch::asm!(
                    $crate::private::address!("{code}", "imports", "64 * ", $index), // the import
                    "ldar {code}, [{code}]",                                       // the slot, its first word
                    code = out(reg) import_dynamic_code,
                    imports = sym $imports,
                    options(nostack, preserves_flags),
                );
            }
            import_dynamic_code
        }
    };
}

/// An associated function that tells what a call of `$imports[$index]` jumps to.
#[cfg(target_vendor = "apple")]
#[doc(hidden)]
#[macro_export]
macro_rules! __target {
    ($imports:ident[$index:literal]) => {
        #[inline(always)]
        fn target() -> *const () {
            $crate::private::Import::target(&$imports[$index])
        }
    };
}

/// What `__target!` has defined for the import with the companion type `$companion`: an address.
#[doc(hidden)]
#[macro_export]
macro_rules! __target_of {
    ($companion:ident) => {
        $companion::target()
    };
}

/// A function that jumps through the slot of `$imports[$index]`: what a variadic declaration needs, which Rust cannot define.
/// With `$symbol`, it is the C symbol of that name in a static program.
#[doc(hidden)]
#[macro_export]
macro_rules! __variadic {
    ($imports:ident[$index:literal] $(, $symbol:literal)?) => {{
        #[unsafe(naked)]
        $(#[cfg_attr(all(target_os = "linux", target_feature = "crt-static"), unsafe(export_name = $symbol))])?
        unsafe extern "C" fn variadic() {
            $crate::private::core::arch::naked_asm!(
                "bti c",                                                      // landing pad
                $crate::private::address!("x16", "imports", "64 * ", $index), // the slot is the import's first word
                "ldar x16, [x16]", // acquire: the guest stub reads what was stored before
                "br x16",          // by x16, which `bti c` lets in
                imports = sym $imports,
            )
        }
        variadic as *const ()
    }};
}
