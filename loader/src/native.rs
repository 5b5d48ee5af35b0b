//! Native mode: the process has a dynamic linker, and offers its `dlopen`.

use crate::error::Error;
use crate::host::{self, Functions, Host, LibcKind, LinkMode};

/// The host of a dynamic program: itself.
#[cfg(loader)]
pub(crate) fn host() -> Result<Host, Error> {
    use crate::optional;

    let functions = Functions {
        dlopen: optional::dlopen(),
        dlsym: optional::dlsym(),
        dlvsym: optional::dlvsym(),
        dlerror: optional::dlerror(),
        errno_location: optional::errno_location(),
        exit: optional::exit(),
        fflush: optional::fflush(),
        version: optional::gnu_get_libc_version(),
    };
    if functions.dlopen == 0 || functions.dlsym == 0 {
        return Err(Error::NoDlopen);
    }
    let libc = if functions.version == 0 { LibcKind::Musl } else { LibcKind::Glibc };
    Ok(host::with_functions(LinkMode::Native, libc, &[], functions))
}

/// The host of a dynamic program: itself.
#[cfg(not(loader))]
pub(crate) fn host() -> Result<Host, Error> {
    if cfg!(all(target_os = "linux", target_feature = "crt-static")) {
        return Err(Error::Unsupported); // its libc's dlopen is none, or wants the libc that it was built with
    }
    Ok(host::with_functions(LinkMode::Native, LIBC, &[], functions()))
}

#[cfg(not(loader))]
const LIBC: LibcKind = match () {
    () if cfg!(all(target_os = "linux", target_env = "gnu")) => LibcKind::Glibc,
    () if cfg!(target_env = "musl") => LibcKind::Musl,
    () => LibcKind::Unknown,
};

#[cfg(not(loader))]
fn functions() -> Functions {
    use core::ffi::{c_char, c_int, c_void};
    // SAFETY: dlopen(3), exit(3), fflush(3) as every Unix declares them, and errno's address.
    unsafe extern "C" {
        fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
        fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
        fn dlerror() -> *mut c_char;
        fn exit(status: c_int) -> !;
        fn fflush(stream: *mut c_void) -> c_int;
        #[cfg_attr(any(target_vendor = "apple", target_os = "freebsd"), link_name = "__error")]
        #[cfg_attr(any(target_os = "netbsd", target_os = "openbsd", target_os = "android"), link_name = "__errno")]
        fn __errno_location() -> *mut c_int;
    }
    Functions {
        dlopen: dlopen as *const () as usize,
        dlsym: dlsym as *const () as usize,
        dlerror: dlerror as *const () as usize,
        errno_location: __errno_location as *const () as usize,
        exit: exit as *const () as usize,
        fflush: fflush as *const () as usize,
        dlvsym: 0,
        version: 0,
    }
}
