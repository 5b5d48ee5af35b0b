//! The environment, which has no say in secure execution.

use std::os::unix::ffi::OsStringExt;

/// The variable's value, as glibc's `secure_getenv` gives it.
pub(super) fn variable(name: &str) -> Option<Vec<u8>> {
    // SAFETY: getauxval only reads the auxiliary vector that the kernel gave the process.
    let secure = unsafe { libc::getauxval(libc::AT_SECURE) } != 0;
    if secure { None } else { std::env::var_os(name).map(OsStringExt::into_vec) }
}
