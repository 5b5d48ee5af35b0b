//! What can go wrong with a lookup.

use core::ffi::c_int;
use core::fmt;
use std::io;

/// A lookup that gave no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The name has a null byte in it, so that C cannot be asked for it.
    NulInName {
        /// What was asked for.
        name: String,
    },
    /// There is no such name, or nobody who knows it could be asked (getaddrinfo(3), "EAI_...").
    Lookup {
        /// What was asked for.
        name: String,
        /// The code, as in netdb.h.
        code: c_int,
        /// What it means.
        message: &'static str,
    },
    /// The system failed.
    System {
        /// What was asked for.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// There is nobody to ask: no libc on this host, and the resolver of our own is not chosen, or not built in.
    Nobody {
        /// What was asked for.
        name: String,
    },
}

impl Error {
    /// Whether the name is known not to exist, rather than not known.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Lookup { code: libc::EAI_NONAME | NO_DATA, .. })
    }

    /// Whether a later try may succeed.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Lookup { code: libc::EAI_AGAIN, .. })
    }
}

/// `EAI_NODATA`, which not all of the crate libc's targets have.
#[cfg(target_os = "linux")]
const NO_DATA: c_int = libc::EAI_NODATA;
#[cfg(not(target_os = "linux"))]
const NO_DATA: c_int = 7; // netdb.h of Apple's and the BSDs' libc

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NulInName { name } => write!(f, "cannot look up {name:?}: it has a null byte"),
            Self::Lookup { name, message, .. } => write!(f, "cannot look up {name}: {message}"),
            Self::System { name, source } => write!(f, "cannot look up {name}: {source}"),
            Self::Nobody { name } => write!(
                f,
                "cannot look up {name}: no usable libc on this host, and no resolver besides it \
                 (IMPORT_DYNAMIC_NETDNS=+1 tells more)"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::System { source, .. } => Some(source),
            _ => None,
        }
    }
}
