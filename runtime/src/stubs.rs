//! Each import's own code: a few instructions that name it and jump to the code that all imports share.

use import_dynamic_loader::arch::Continuation;

use crate::import::{Code, Import};

/// An import's two entry points.
#[derive(Clone, Copy)]
pub struct Stubs {
    /// Binds the import and calls it.
    pub(crate) bind: Code,
    /// Calls the bound import with the guest's thread pointer.
    pub(crate) guest: Code,
}

impl Stubs {
    /// The stubs of one import.
    #[doc(hidden)]
    pub const fn new(bind: *const (), guest: *const ()) -> Self {
        Self { bind: Code(bind), guest: Code(guest) }
    }
}

/// What every bind stub jumps to, its import in the scratch register: binds it with all argument registers kept, and
/// jumps on to what is bound.
#[cfg(target_arch = "x86_64")]
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
    match import.bind() {
        Ok(code) => Continuation { code, with: core::ptr::null() },
        Err(error) => import_dynamic_loader::exit_with(&error),
    }
}

/// The stubs of the import that the static `$import` is: an expression for a constant.
#[cfg(all(target_arch = "x86_64", target_os = "linux", feature = "guest"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __stubs {
    ($import:path) => {{
        #[unsafe(naked)]
        unsafe extern "C" fn bind() {
            $crate::private::core::arch::naked_asm!(
                "lea r11, [rip + {import}]", // which import
                "jmp {trampoline}",          // bind it, then call it
                import = sym $import,
                trampoline = sym $crate::private::trampoline,
            )
        }
        #[unsafe(naked)]
        unsafe extern "C" fn guest() {
            $crate::private::core::arch::naked_asm!(
                "mov r10, qword ptr [rip + {import} + {target}]", // the host's function
                "jmp qword ptr [rip + {enter}]",                  // swap the thread pointer around it
                import = sym $import,
                target = const $crate::private::TARGET_OFFSET,
                enter = sym $crate::private::ENTER,
            )
        }
        $crate::private::Stubs::new(bind as *const (), guest as *const ())
    }};
}

/// The stubs of the import that the static `$import` is, where there is no guest mode: an expression for a constant.
#[cfg(all(target_arch = "x86_64", not(all(target_os = "linux", feature = "guest"))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __stubs {
    ($import:path) => {{
        #[unsafe(naked)]
        unsafe extern "C" fn bind() {
            $crate::private::core::arch::naked_asm!(
                "lea r11, [rip + {import}]", // which import
                "jmp {trampoline}",          // bind it, then call it
                import = sym $import,
                trampoline = sym $crate::private::trampoline,
            )
        }
        $crate::private::Stubs::new(bind as *const (), bind as *const ())
    }};
}

/// A function that jumps through the slot of `$import`: what a variadic declaration needs, which Rust cannot define.
#[cfg(target_arch = "x86_64")]
#[doc(hidden)]
#[macro_export]
macro_rules! __variadic {
    ($import:path) => {{
        #[unsafe(naked)]
        unsafe extern "C" fn variadic() {
            $crate::private::core::arch::naked_asm!(
                "jmp qword ptr [rip + {import}]", // the slot is the import's first word
                import = sym $import,
            )
        }
        variadic as *const ()
    }};
}
