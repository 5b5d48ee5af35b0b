//! x86-64 stubs: the import in r11 on its way to be bound, the host's function in r10 on its way into the guest.

use import_dynamic_loader::Continuation;

use crate::declaration::Code;
use crate::import::Import;

/// What every bind stub jumps to, its import in the scratch register: binds it with all argument registers kept, and
/// jumps on to what is bound.
#[unsafe(naked)]
#[doc(hidden)]
pub unsafe extern "C" fn trampoline() {
    core::arch::naked_asm!(
        "lea r10, [rip + {bind}]", // what to call with the import in r11
        "jmp {preserve}",          // calls it with every argument register kept
        bind = sym bind_for_call,
        preserve = sym import_dynamic_loader::arch::preserve_arguments,
    )
}

/// Binds an import whose first call is under way.
extern "C" fn bind_for_call(import: &'static Import) -> Continuation {
    Continuation { code: super::code_for_call(import), with: core::ptr::null() }
}

/// Where the bind stub is: behind the guest stub, whose two instructions have no shorter form.
const BIND_STUB: usize = crate::private::if_guest!({ 7 + 6 } { 0 });

/// The distance of an import's stubs from those of the one before it.
pub(crate) const STRIDE: usize = BIND_STUB + 7 + 5;

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
                    // the guest stub: the host's function
                    "mov r10, qword ptr [rip + {imports} + .Limport_dynamic_offset + {target}]",
                    "jmp qword ptr [rip + {enter}]", // swap the thread pointer around it
                    "lea r11, [rip + {imports} + .Limport_dynamic_offset]", // the bind stub: which import
                    "{{disp32}} jmp {trampoline}",   // bind it, then call it; five bytes wherever that is
                    ".set .Limport_dynamic_offset, .Limport_dynamic_offset + 64", // the next import
                    ".endr",                         // no code
                    count = const $count,
                    imports = sym $imports,
                    target = const $crate::private::TARGET_OFFSET,
                    enter = sym $crate::private::ENTER,
                    trampoline = sym $crate::private::trampoline,
                )
            } {
                $crate::private::core::arch::naked_asm!(
                    ".set .Limport_dynamic_offset, 0", // the first import
                    ".rept {count}",                  // for each:
                    "lea r11, [rip + {imports} + .Limport_dynamic_offset]", // the bind stub: which import
                    "{{disp32}} jmp {trampoline}",   // bind it, then call it; five bytes wherever that is
                    ".set .Limport_dynamic_offset, .Limport_dynamic_offset + 64", // the next import
                    ".endr",                         // no code
                    count = const $count,
                    imports = sym $imports,
                    trampoline = sym $crate::private::trampoline,
                )
            }}
        }
        stubs as *const ()
    }};
}

/// An associated function that tells what a call of `$imports[$index]` calls. By hand: compilers take a static that other
/// crates' code refers to for one that another library could replace, and would look up its address in the global offset
/// table first.
#[doc(hidden)]
#[macro_export]
macro_rules! __target {
    ($imports:ident[$index:literal]) => {
        #[inline(always)]
        fn target() -> *const () {
            let import_dynamic_code: *const (); // not `code`, which may be a constant where this is expanded
            // SAFETY: reads the import's first word, the slot, as `Slot::code` does: loads acquire on this architecture.
            unsafe {
                $crate::private::core::arch::asm!(
                    // the slot, the import's first word
                    $crate::private::core::concat!("mov {code}, qword ptr [rip + {imports} + 64 * ", $index, "]"),
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
                $crate::private::core::concat!("jmp qword ptr [rip + {imports} + 64 * ", $index, "]"),
                imports = sym $imports,
            )
        }
        variadic as *const ()
    }};
}
