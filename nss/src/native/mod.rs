//! Names without the host's libc: what `getaddrinfo` and `getnameinfo` answer from files and DNS alone.

use core::ffi::{CStr, c_int};
use std::ffi::CString;
use std::net::SocketAddr;

/// What a caller of `getaddrinfo` asks for, in the C constants of the program's own libc.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hints {
    pub(crate) flags: c_int,
    pub(crate) family: c_int,
    pub(crate) socktype: c_int,
    pub(crate) protocol: c_int,
}

/// One element of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) address: SocketAddr,
    pub(crate) socktype: c_int,
    pub(crate) protocol: c_int,
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The name was an address, or there was none.
    Literal,
    /// The name means the same everywhere (`localhost`).
    Special,
    /// `/etc/hosts`.
    Files,
    /// A name server.
    Dns,
}

/// The answer of `getaddrinfo`, never empty.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) entries: Vec<Entry>,
    pub(crate) canonical_name: Option<CString>,
    pub(crate) source: Source,
}

/// The answer of `getnameinfo`.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) host: CString,
    pub(crate) service: CString,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// An `EAI_*` code.
    Code(c_int),
    /// `EAI_SYSTEM`, with its `errno`.
    System(c_int),
}

/// Looks up `node` and `service` as getaddrinfo(3) does.
pub(crate) fn getaddrinfo(node: Option<&CStr>, service: Option<&CStr>, hints: &Hints) -> Result<Found, Failure> {
    let _ = (node, service, hints);
    Err(Failure::Code(libc::EAI_FAIL))
}

/// Looks up the names of `address` as getnameinfo(3) does.
pub(crate) fn getnameinfo(address: SocketAddr, flags: c_int) -> Result<Names, Failure> {
    let _ = (address, flags);
    Err(Failure::Code(libc::EAI_FAIL))
}
