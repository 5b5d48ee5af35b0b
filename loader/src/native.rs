//! Native mode: the process has a dynamic linker, and offers its `dlopen`.

use crate::error::Error;
use crate::host::{Host, LibcKind, LinkMode};
use crate::slots::{self, Slots};

/// The host of a dynamic program: itself.
pub(crate) fn host() -> Result<Host, Error> {
    if cfg!(all(not(loader), target_os = "linux", target_feature = "crt-static")) {
        return Err(Error::Unsupported); // its libc's dlopen is none, or wants the libc that it was built with
    }
    let slots = slots();
    if !slots.are_usable() {
        return Err(Error::NoDlopen);
    }
    let libc = match slots.get(slots::VERSION) {
        _ if cfg!(not(loader)) => LIBC,
        0 => LibcKind::Musl,
        _ => LibcKind::Glibc,
    };
    Ok(Host { mode: LinkMode::Native, libc, interpreter: c"", base: 0, slots, nanoseconds: 0 })
}

/// The host of a std program without a libc of its own: what its start code has found.
#[cfg(loader)]
pub(crate) fn adopted_host(adopted: &crate::std_start::Adopted) -> Result<Host, Error> {
    let slots = slots();
    if !slots.are_usable() {
        return Err(Error::NoDlopen);
    }
    let (libc, base, interpreter) = (adopted.libc(), adopted.base(), adopted.interpreter());
    Ok(Host { mode: LinkMode::Adopted, libc, interpreter, base, slots, nanoseconds: 0 })
}

const LIBC: LibcKind = match () {
    () if cfg!(all(target_os = "linux", target_env = "gnu")) => LibcKind::Glibc,
    () if cfg!(target_env = "musl") => LibcKind::Musl,
    () => LibcKind::Unknown,
};

#[cfg(loader)]
fn slots() -> Slots {
    Slots::native()
}

#[cfg(not(loader))]
fn slots() -> Slots {
    use core::ffi::{c_char, c_int, c_void};
    // SAFETY: dlopen(3), exit(3), fflush(3) as every Unix declares them, errno's address, and gnu_get_libc_version(3).
    unsafe extern "C" {
        fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
        fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
        fn dlerror() -> *mut c_char;
        fn exit(status: c_int) -> !;
        fn fflush(stream: *mut c_void) -> c_int;
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        fn gnu_get_libc_version() -> *const c_char;
        #[cfg_attr(any(target_vendor = "apple", target_os = "freebsd"), link_name = "__error")]
        #[cfg_attr(any(target_os = "netbsd", target_os = "openbsd", target_os = "android"), link_name = "__errno")]
        fn __errno_location() -> *mut c_int;
    }
    struct Table([*const (); slots::COUNT]);
    // SAFETY: addresses, never written.
    unsafe impl Sync for Table {}
    static TABLE: Table = {
        let mut table = [core::ptr::null(); slots::COUNT];
        table[slots::DLOPEN] = dlopen as *const ();
        table[slots::DLSYM] = dlsym as *const ();
        table[slots::DLERROR] = dlerror as *const ();
        table[slots::ERRNO_LOCATION] = __errno_location as *const ();
        table[slots::EXIT] = exit as *const ();
        table[slots::FFLUSH] = fflush as *const ();
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        {
            table[slots::VERSION] = gnu_get_libc_version as *const ();
        }
        Table(table)
    };
    // SAFETY: the functions that the indices stand for; a static, never written.
    unsafe { Slots::new((&raw const TABLE).cast()) }
}
