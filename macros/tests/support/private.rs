//! What expansions name.

use std::ffi::CStr;
use std::sync::atomic::{AtomicPtr, Ordering};

pub use super::{Errno, ImportError};
pub use core;

#[repr(C)]
pub struct Import {
    slot: AtomicPtr<()>,
    pub libraries: &'static [&'static CStr],
    pub symbols: &'static [&'static CStr],
    pub version: Option<&'static CStr>,
    pub flags: Flags,
    pub fallback: Option<Code>,
}

impl Import {
    pub const fn table<const COUNT: usize>(
        _: Stubs,
        libraries: &'static [&'static CStr],
        mut symbols: &'static [&'static CStr],
        declarations: &[Declaration; COUNT],
    ) -> [Self; COUNT] {
        let mut table = [const { Self::new() }; COUNT];
        let mut index = 0;
        while index < COUNT {
            let declaration = declarations[index];
            let import = &mut table[index];
            (import.symbols, symbols) = symbols.split_at(declaration.symbols);
            import.libraries = libraries;
            import.version = declaration.version;
            import.flags = declaration.flags;
            import.fallback = declaration.fallback;
            index += 1;
        }
        table
    }

    const fn new() -> Self {
        Self {
            slot: AtomicPtr::new(std::ptr::null_mut()),
            libraries: &[],
            symbols: &[],
            version: None,
            flags: Flags::NONE,
            fallback: None,
        }
    }

    #[inline(never)]
    pub fn target(&'static self) -> *const () {
        self.bind().unwrap_or_else(|error| panic!("{error:?}"))
    }

    pub fn bind(&'static self) -> Result<*const (), ImportError> {
        super::bind(&self.slot, self)
    }

    pub fn address(&'static self) -> Result<*mut (), ImportError> {
        self.bind().map(<*const ()>::cast_mut)
    }
}

/// # Safety
/// `Function` is the type of a pointer to the import's function.
pub unsafe fn resolve<Function: Copy>(import: &'static Import) -> Result<Function, ImportError> {
    // SAFETY: as the caller promises.
    import.bind().map(|code| unsafe { std::mem::transmute_copy::<*const (), Function>(&code) })
}

pub fn is_available(import: &'static Import) -> bool {
    import.bind().is_ok()
}

#[derive(Clone, Copy)]
pub struct Declaration {
    pub symbols: usize,
    pub version: Option<&'static CStr>,
    pub flags: Flags,
    pub fallback: Option<Code>,
}

impl Declaration {
    pub const PLAIN: Self = Self { symbols: 1, version: None, flags: Flags::NONE, fallback: None };
}

#[derive(Clone, Copy)]
pub struct Code(pub *const ());

// SAFETY: a code address is the same to every thread.
unsafe impl Sync for Code {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    pub const NONE: Self = Self(0);
    pub const fn optional(self) -> Self {
        Self(self.0 | 1)
    }
    pub const fn version_optional(self) -> Self {
        Self(self.0 | 2)
    }
    pub const fn no_tls(self) -> Self {
        Self(self.0 | 4)
    }
    pub const fn data(self) -> Self {
        Self(self.0 | 8)
    }
    pub const fn fallback(self) -> Self {
        Self(self.0 | 16)
    }
}

pub struct Stubs;

#[doc(hidden)]
macro_rules! __stubs {
    ($imports:ident, $count:literal) => {{
        const _: *const [$crate::support::private::Import; $count] = &raw const $imports;
        $crate::support::private::Stubs
    }};
}

/// Jumps to the slot, which the caller must have bound: the real one need not.
#[doc(hidden)]
macro_rules! __variadic {
    ($imports:ident[$index:literal]) => {{
        #[unsafe(naked)]
        extern "C" fn jump() {
            const OFFSET: usize = $index * size_of::<$crate::support::private::Import>();
            #[cfg(target_arch = "x86_64")]
            core::arch::naked_asm!("jmp qword ptr [rip + {} + {}]", sym $imports, const OFFSET);
            #[cfg(all(target_arch = "aarch64", target_vendor = "apple"))]
            core::arch::naked_asm!(
                "adrp x16, {0}@PAGE + ({1})",
                "add x16, x16, {0}@PAGEOFF + ({1})",
                "ldr x16, [x16]",
                "br x16",
                sym $imports,
                const OFFSET,
            );
            #[cfg(all(target_arch = "aarch64", not(target_vendor = "apple")))]
            core::arch::naked_asm!(
                "adrp x16, {0} + {1}",
                "ldr x16, [x16, :lo12:{0} + {1}]",
                "br x16",
                sym $imports,
                const OFFSET,
            );
            #[cfg(target_arch = "riscv64")]
            core::arch::naked_asm!("ld t3, {0} + {1}", "jr t3", sym $imports, const OFFSET);
        }
        jump as *const ()
    }};
}

/// What the slot holds.
#[doc(hidden)]
macro_rules! __target {
    ($imports:ident[$index:literal]) => {
        fn target() -> *const () {
            $imports[$index].target()
        }
    };
}

#[doc(hidden)]
macro_rules! __target_of {
    ($companion:ident) => {
        $companion::target()
    };
}

pub(crate) use __stubs as stubs;
pub(crate) use __target as target;
pub(crate) use __target_of as target_of;
pub(crate) use __variadic as variadic;

pub struct Data<T> {
    import: &'static Import,
    marker: std::marker::PhantomData<fn() -> T>,
}

impl<T> Data<T> {
    pub const fn new(import: &'static Import) -> Self {
        Self { import, marker: std::marker::PhantomData }
    }

    pub fn resolve(&self) -> Result<*mut T, ImportError> {
        self.import.address().map(<*mut ()>::cast)
    }

    pub fn is_available(&self) -> bool {
        self.resolve().is_ok()
    }

    /// # Safety
    /// The data has this type, and nobody writes it meanwhile.
    pub unsafe fn read(&self) -> T
    where
        T: Copy,
    {
        // SAFETY: as the caller promises.
        unsafe { self.resolve().unwrap_or_else(|error| panic!("{error:?}")).read() }
    }
}

pub fn errno() -> Errno {
    Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

pub fn errno_of(_: &'static Import) -> Errno {
    errno()
}

pub trait ErrnoReturn {
    fn is_error(&self) -> bool;
}

impl ErrnoReturn for i32 {
    fn is_error(&self) -> bool {
        *self == -1
    }
}

impl<T> ErrnoReturn for *mut T {
    fn is_error(&self) -> bool {
        self.is_null()
    }
}

pub struct Requirement {
    pub libraries: &'static [&'static CStr],
    pub flags: Flags,
}

impl Requirement {
    pub const fn new(libraries: &'static [&'static CStr], flags: Flags) -> Self {
        Self { libraries, flags }
    }
}

pub struct Export {
    pub name: &'static CStr,
    pub code: *const (),
}

// SAFETY: a code address is the same to every thread.
unsafe impl Sync for Export {}

thread_local! {
    /// How deep in callbacks this thread is.
    pub static DEPTH: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

pub struct CallbackToken(());

/// # Safety
/// Followed by [`callback_leave`].
#[inline(never)]
pub unsafe fn callback_enter() -> CallbackToken {
    DEPTH.set(DEPTH.get() + 1);
    CallbackToken(())
}

/// # Safety
/// With the token of the matching [`callback_enter`].
#[inline(never)]
pub unsafe fn callback_leave(_: CallbackToken) {
    DEPTH.set(DEPTH.get() - 1);
}
