//! x86-64 stubs: the import in r11 on its way to be bound, the host's function in r10 on its way into the guest.

use import_dynamic_loader::Continuation;

use crate::import::{Code, Import};

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

/// What a slot holds until its import is bound.
pub(crate) const fn unbound(stubs: Code) -> *mut () {
    stubs.0.wrapping_byte_add(BIND_STUB).cast_mut()
}

/// What a call jumps to, from what the slot holds: never null where imports have stubs.
#[inline(always)]
pub(crate) fn bound(_: &'static Import, code: *const ()) -> *const () {
    code
}

/// The stubs of the import that the static `$import` is: an expression for a constant.
#[doc(hidden)]
#[macro_export]
macro_rules! __stubs {
    ($import:ident) => {{
        #[unsafe(naked)]
        unsafe extern "C" fn stubs() {
            $crate::private::if_guest! {{
                $crate::private::core::arch::naked_asm!(
                    "mov r10, qword ptr [rip + {import} + {target}]", // the guest stub: the host's function
                    "jmp qword ptr [rip + {enter}]",                  // swap the thread pointer around it
                    "lea r11, [rip + {import}]", // the bind stub: which import
                    "jmp {trampoline}",         // bind it, then call it
                    import = sym $import,
                    target = const $crate::private::TARGET_OFFSET,
                    enter = sym $crate::private::ENTER,
                    trampoline = sym $crate::private::trampoline,
                )
            } {
                $crate::private::core::arch::naked_asm!(
                    "lea r11, [rip + {import}]", // the bind stub: which import
                    "jmp {trampoline}",         // bind it, then call it
                    import = sym $import,
                    trampoline = sym $crate::private::trampoline,
                )
            }}
        }
        stubs as *const ()
    }};
}

/// What a call of `$import` calls: a jump through the slot. On these processors a direct call of it takes half the time that a
/// call of what a register or memory holds takes.
///
/// It is a generic function, so that each crate that calls makes one of its own, which it calls directly: a function of
/// another crate is called through the global offset table.
#[doc(hidden)]
#[macro_export]
macro_rules! __target {
    ($import:ident) => {{
        #[unsafe(naked)]
        unsafe extern "C" fn call<Crate>() {
            $crate::private::core::arch::naked_asm!(
                "jmp qword ptr [rip + {import}]", // the slot, the import's first word; loads acquire on this architecture
                // Such functions begin at eight bytes, so that no jump crosses 32, where some processors are slow; not in the
                // smallest programs.
                $crate::private::if_guest!({ ".p2align 3" } { "" }), // padding behind it
                import = sym $import,
            )
        }
        call::<()> as *const ()
    }};
}

/// A function that jumps through the slot of `$import`: what a variadic declaration needs, which Rust cannot define. With
/// `$symbol`, it is the C symbol of that name in a static program.
#[doc(hidden)]
#[macro_export]
macro_rules! __variadic {
    ($import:ident $(, $symbol:literal)?) => {{
        #[unsafe(naked)]
        $(#[cfg_attr(all(target_os = "linux", target_feature = "crt-static"), unsafe(export_name = $symbol))])?
        unsafe extern "C" fn variadic() {
            $crate::private::core::arch::naked_asm!(
                "jmp qword ptr [rip + {import}]", // the slot is the import's first word
                import = sym $import,
            )
        }
        variadic as *const ()
    }};
}
