//! RISC-V stubs: the import in t3 on its way to be bound, the host's function in t3 on its way into the guest. Branches between
//! functions are direct, by t1 where they are far.

use import_dynamic_loader::Continuation;

use crate::declaration::Code;
use crate::import::Import;

import_dynamic_loader::__if_guest! {{
    pub use import_dynamic_loader::arch::guest_enter_fast as guest_enter;
} {}}

/// What every bind stub jumps to, its import in the scratch register: binds it with all argument registers kept, and
/// jumps on to what is bound.
#[unsafe(naked)]
#[doc(hidden)]
pub unsafe extern "C" fn trampoline() {
    core::arch::naked_asm!(
        "lla t4, {bind}",  // what to call with the import in t3
        "tail {preserve}", // calls it with every argument register kept
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

/// The distance of an import's stubs from those of the one before it: neither assembler nor linker may shorten instructions.
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
                    ".option push",                    // until the last stub:
                    ".option norelax",                 // instructions stay as they are,
                    ".option norvc",                   // of four bytes
                    ".set .Limport_dynamic_offset, 0", // the first import
                    ".rept {count}",                   // for each:
                    // its guest stub, two instructions: the host's function
                    "ld t3, {imports} + .Limport_dynamic_offset + {target}",
                    "tail {enter}",                    // two instructions: swap the thread pointer around it
                    "lla t3, {imports} + .Limport_dynamic_offset", // the bind stub, two instructions: which import
                    "tail {trampoline}",               // two instructions: bind it, then call it
                    ".set .Limport_dynamic_offset, .Limport_dynamic_offset + 64", // the next import
                    ".endr",                           // no code
                    ".option pop",                     // as before
                    count = const $count,
                    imports = sym $imports,
                    target = const $crate::private::TARGET_OFFSET,
                    enter = sym $crate::private::guest_enter,
                    trampoline = sym $crate::private::trampoline,
                )
            } {
                $crate::private::core::arch::naked_asm!(
                    ".option push",                    // until the last stub:
                    ".option norelax",                 // instructions stay as they are,
                    ".option norvc",                   // of four bytes
                    ".set .Limport_dynamic_offset, 0", // the first import
                    ".rept {count}",                   // for each:
                    "lla t3, {imports} + .Limport_dynamic_offset", // the bind stub, two instructions: which import
                    "tail {trampoline}",               // two instructions: bind it, then call it
                    ".set .Limport_dynamic_offset, .Limport_dynamic_offset + 64", // the next import
                    ".endr",                           // no code
                    ".option pop",                     // as before
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
///
/// The fence is needed: a load behind an indirect jump is not ordered after the load that gave the jump its target (RVWMO,
/// "Syntactic Dependencies": a control dependency orders stores alone), and both the guest stub and the host's function load
/// what was stored before the slot.
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
                    // the slot, the import's first word
                    $crate::private::core::concat!("ld {code}, {imports} + 64 * ", $index),
                    "fence r, rw", // acquire
                    code = out(reg) import_dynamic_code,
                    imports = sym $imports,
                    options(nostack, preserves_flags),
                );
            }
            import_dynamic_code
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
                // the slot is the import's first word
                $crate::private::core::concat!("ld t3, {imports} + 64 * ", $index),
                "fence r, rw", // acquire: the guest stub reads what was stored before
                "jr t3",       // through it
                imports = sym $imports,
            )
        }
        variadic as *const ()
    }};
}
