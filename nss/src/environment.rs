//! Variables that steer lookups, which secure execution ignores, and the name of this machine.

use std::os::unix::ffi::OsStringExt;

/// The variable's value; none in secure execution, where the environment is the caller's and the rights are not
/// (`AT_SECURE`, getauxval(3)).
pub(crate) fn variable(name: &str) -> Option<Vec<u8>> {
    if is_secure() { None } else { std::env::var_os(name).map(OsStringExt::into_vec) }
}

/// The name of this machine (uname(2)).
#[cfg(native)]
pub(crate) fn host_name() -> Vec<u8> {
    rustix::system::uname().nodename().to_bytes().to_vec()
}

#[cfg(target_os = "linux")]
fn is_secure() -> bool {
    // SAFETY: it has no preconditions.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

#[cfg(not(target_os = "linux"))]
fn is_secure() -> bool {
    unsafe extern "C" {
        safe fn issetugid() -> core::ffi::c_int;
    }
    issetugid() != 0
}
