//! Native mode: the process has a dynamic linker, and offers its `dlopen`.

use crate::error::Error;
use crate::host::{self, Functions, Host, LibcKind, LinkMode};

/// The host of a dynamic program: itself.
#[cfg(target_os = "linux")]
pub(crate) fn host() -> Result<Host, Error> {
    let functions = functions()?;
    let libc = if functions.version == 0 { LibcKind::Musl } else { LibcKind::Glibc };
    Ok(host::with_functions(LinkMode::Native, libc, &[], functions))
}

/// The host of a std program without a libc of its own: what its start code has found.
#[cfg(target_os = "linux")]
pub(crate) fn adopted_host(adopted: &crate::std_start::Adopted) -> Result<Host, Error> {
    let libc = adopted.libc();
    let mut functions = functions()?;
    if libc == LibcKind::Musl {
        functions.version = 0; // the start code's own
    }
    Ok(host::with_functions(LinkMode::Adopted, libc, host::c_bytes(&adopted.interpreter()), functions))
}

#[cfg(target_os = "linux")]
fn functions() -> Result<Functions, Error> {
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
        ..Functions::NONE
    };
    if functions.dlopen == 0 || functions.dlsym == 0 {
        return Err(Error::NoDlopen);
    }
    Ok(functions)
}

/// The host of a dynamic program: itself.
#[cfg(not(target_os = "linux"))]
pub(crate) fn host() -> Result<Host, Error> {
    use core::ffi::{c_char, c_int, c_void};
    // SAFETY: dlopen(3), exit(3), fflush(3) as every Unix declares them.
    unsafe extern "C" {
        fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
        fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
        fn dlerror() -> *mut c_char;
        fn exit(status: c_int) -> !;
        fn fflush(stream: *mut c_void) -> c_int;
        #[cfg_attr(any(target_vendor = "apple", target_os = "freebsd"), link_name = "__error")]
        fn __errno_location() -> *mut c_int;
    }
    let functions = Functions {
        dlopen: dlopen as *const () as usize,
        dlsym: dlsym as *const () as usize,
        dlerror: dlerror as *const () as usize,
        errno_location: __errno_location as *const () as usize,
        exit: exit as *const () as usize,
        fflush: fflush as *const () as usize,
        ..Functions::NONE
    };
    Ok(host::with_functions(LinkMode::Native, LibcKind::Unknown, &[], functions))
}
