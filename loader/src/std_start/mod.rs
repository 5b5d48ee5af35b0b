//! Start of a std program that has no libc of its own: every libc symbol in it is an import, written by
//! `cargo import-dynamic`'s linker. `_start` shows the interpreter a program image whose relocations are those imports, the
//! interpreter binds them in one pass, and the host's `__libc_start_main` runs `main`.
//!
//! The linker's side of the contract: each import is a static `Import` in the section `import_dynamic_std`. A function's
//! symbol is an indirect function (STT_GNU_IFUNC) whose resolver is never run: wherever the linker left an R_*_IRELATIVE
//! relocation that names it, `bind` writes the host's function, or 0 for a weak one that the host has not, or the resolver's
//! own address, which is a stub that says what is missing. A variable's symbol is room for its copy (R_*_COPY).

#[cfg(any(native, std_start))]
use core::ffi::CStr;
use core::sync::atomic::AtomicUsize;
#[cfg(any(native, std_start))]
use core::sync::atomic::Ordering;

#[cfg(native)]
use crate::arch::weak;
#[cfg(any(native, std_start))]
use crate::host::LibcKind;

#[cfg(std_start)]
mod bind;
#[cfg(std_start)]
mod compat;
#[cfg(std_start)]
mod dynamic;
#[cfg(std_start)]
pub(crate) mod image;
#[cfg(std_start)]
mod import;
#[cfg(std_start)]
mod lookup;
#[cfg(std_start)]
mod run;

#[cfg(std_start)]
pub use import::Import;
#[cfg(std_start)]
pub(crate) use run::enter;
#[cfg(std_start)]
pub use run::{Main, begin, missing};

/// Which host libc the program has become a process of, for a loader that is part of the program itself: the symbol
/// `__import_dynamic_adopted` points to it.
#[repr(C)]
pub struct Adopted {
    libc: AtomicUsize,
    /// The interpreter's load bias, and the address of its file name.
    base: AtomicUsize,
    name: AtomicUsize,
}

/// What the start code has found.
pub static ADOPTED: Adopted =
    Adopted { libc: AtomicUsize::new(0), base: AtomicUsize::new(0), name: AtomicUsize::new(0) };

#[cfg(any(native, std_start))]
impl Adopted {
    pub(crate) fn libc(&self) -> LibcKind {
        let kind = self.libc.load(Ordering::Relaxed);
        let kinds = [LibcKind::Glibc, LibcKind::GlibcBefore234, LibcKind::Musl];
        kinds.into_iter().find(|known| *known as usize == kind).unwrap_or(LibcKind::Unknown)
    }

    /// The interpreter's load bias.
    #[cfg(native)]
    pub(crate) fn base(&self) -> usize {
        self.base.load(Ordering::Relaxed)
    }

    /// The interpreter's file name.
    pub(crate) fn interpreter(&self) -> &'static CStr {
        let name = self.name.load(Ordering::Relaxed) as *const core::ffi::c_char;
        // SAFETY: null before `set`, then a C string in the image, which stays.
        if name.is_null() { c"" } else { unsafe { CStr::from_ptr(name) } }
    }

    #[cfg(std_start)]
    fn set(&self, (libc, base): (LibcKind, usize), name: usize) {
        self.libc.store(libc as usize, Ordering::Relaxed);
        self.base.store(base, Ordering::Relaxed);
        self.name.store(name, Ordering::Relaxed);
    }
}

/// The host that this program's start code has found, if it has such.
#[cfg(native)]
pub(crate) fn adopted() -> Option<&'static Adopted> {
    let pointer = weak!("__import_dynamic_adopted") as *const &'static Adopted;
    // SAFETY: null, or the start code's symbol.
    unsafe { pointer.as_ref() }.copied()
}
