//! res_search(3) of the host: libresolv's on Linux, libSystem's on macOS.

use core::ffi::{CStr, c_char, c_int};
use std::{fmt, io};

use import_dynamic::{Errno, ImportError, import_dynamic};

#[import_dynamic("libSystem", "res_search", errno)]
unsafe extern "C" fn res_search(
    name: *const c_char,
    class: c_int,
    rtype: c_int,
    answer: *mut u8,
    len: c_int,
) -> Result<c_int, Errno>;

/// Where this thread's `h_errno` is.
#[cfg(not(target_vendor = "apple"))]
#[import_dynamic("libSystem", ["__h_errno_location", "__h_errno"])]
unsafe extern "C" fn h_errno_location() -> *const c_int;

#[cfg(target_vendor = "apple")]
#[import_dynamic("libSystem")]
static h_errno: c_int;

/// The class of the Internet (`C_IN` of arpa/nameser.h).
const INTERNET: c_int = 1;
/// The longest DNS message: its length is told in 16 bits.
const LONGEST: usize = 65535;

/// What netdb.h has for `h_errno`, the same on all systems.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SearchError {
    /// `HOST_NOT_FOUND`
    HostNotFound,
    /// `TRY_AGAIN`
    TryAgain,
    /// `NO_RECOVERY`
    NoRecovery,
    /// `NO_DATA`
    NoData,
    /// `NETDB_INTERNAL`, with `errno`.
    Internal(Errno),
    /// No reason was given: musl's `res_mkquery` takes no types above 255.
    NotAsked,
    /// A number that netdb.h does not have.
    Other(c_int),
}

impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HostNotFound => f.write_str("there is no such name (HOST_NOT_FOUND)"),
            Self::TryAgain => {
                f.write_str("no server answered, or the one that did had a failure; try again later (TRY_AGAIN)")
            }
            Self::NoRecovery => f.write_str("the question or the answer was refused as malformed (NO_RECOVERY)"),
            Self::NoData => f.write_str("the name exists, but has no records of this type (NO_DATA)"),
            Self::Internal(Errno(errno)) => write!(f, "{} (NETDB_INTERNAL)", io::Error::from_raw_os_error(*errno)),
            Self::NotAsked => {
                f.write_str("this host's libc does not ask such questions; musl knows no types above 255")
            }
            Self::Other(code) => write!(f, "h_errno {code}"),
        }
    }
}

/// Whether the host has the function.
pub(crate) fn available() -> Result<(), ImportError> {
    res_search::resolve().map(drop)
}

/// The answer's bytes.
pub(crate) fn search(name: &CStr, rtype: u16) -> Result<Vec<u8>, SearchError> {
    let mut answer = vec![0; LONGEST];
    // SAFETY: res_search(3): a C string, and an answer's place with its length, which fits into an int.
    let size = unsafe { res_search(name.as_ptr(), INTERNET, rtype.into(), answer.as_mut_ptr(), LONGEST as c_int) };
    let size = size.map_err(error)?;
    answer.truncate(usize::try_from(size).unwrap_or_default());
    Ok(answer)
}

fn error(errno: Errno) -> SearchError {
    match last_code() {
        -1 => SearchError::Internal(errno),
        0 => SearchError::NotAsked,
        1 => SearchError::HostNotFound,
        2 => SearchError::TryAgain,
        3 => SearchError::NoRecovery,
        4 => SearchError::NoData,
        code => SearchError::Other(code),
    }
}

#[cfg(not(target_vendor = "apple"))]
fn last_code() -> c_int {
    // SAFETY: h_errno(3): the thread's own, always there.
    unsafe { *h_errno_location() }
}

#[cfg(target_vendor = "apple")]
fn last_code() -> c_int {
    // SAFETY: a variable of libSystem; this program has one thread.
    unsafe { h_errno.read() }
}
