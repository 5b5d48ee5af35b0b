//! Names without the host's libc: what `getaddrinfo` and `getnameinfo` answer from files and DNS alone.
//!
//! What Go's `netgo` is to Go, with glibc's answers: for the same `/etc`, the same addresses in the same order, the same
//! socket types, canonical name and error code. The test `nss/tests/native.rs` holds it against the host's glibc.
//!
//! | file | what of glibc's it does |
//! | --- | --- |
//! | `lookup.rs` | `gaih_inet`: literals, then the sources of nsswitch.conf(5), and the code when none has the name |
//! | `literal.rs`, `interface.rs` | `inet_aton`, `inet_pton`, scopes |
//! | `socktypes.rs` | the socket types of an answer; services(5) is read by `nss/src/files/services.rs` |
//! | `hosts.rs`, `host_conf.rs`, `switch.rs` | hosts(5), host.conf(5), the `hosts:` line of nsswitch.conf(5) |
//! | `dns.rs`, `dns/` | `nss_dns`, `res_search`, `res_query`, `res_send`; packets are the crate `domain`'s |
//! | `resolv_conf.rs` | resolv.conf(5), LOCALDOMAIN, RES_OPTIONS |
//! | `order.rs`, `order/` | the sort of the addresses, gai.conf(5) |
//! | `reverse.rs` | `getnameinfo` |
//!
//! # Where it differs, on purpose
//!
//! - `localhost` and what ends in `.localhost` is this host where `/etc/hosts` does not say otherwise. glibc asks the DNS.
//! - Sources of nsswitch.conf(5) other than `files` and `dns` are passed over, with their criteria.
//! - Nothing is kept: each lookup reads its files anew. glibc reads `/etc/host.conf` and `/etc/gai.conf` once.
//! - TCP has the time that UDP has (glibc waits for ever), and its answers are checked against the question as well.
//! - With `no-aaaa`, a question for IPv6 addresses that no server answers fails with EAI_AGAIN. glibc takes it to be
//!   answered with nothing.
//! - In nsswitch.conf(5), a comment may end a line, as its manual says. glibc takes its words for sources.
//! - A pointer to what no host may be called is no name. glibc (2.31 to 2.42) gives any.
//! - HOSTALIASES, the `sortlist` of resolv.conf(5), and `reorder` and `trim` of host.conf(5) are ignored; so are escapes
//!   (`\046`) in names. IDNA is left alone: `AI_IDN` takes ASCII names only, as glibc does without libidn2.
//!
//! # Threads, fork
//!
//! No state but a counter for `rotate`; no lock, no thread, no socket outlives a call.

use core::ffi::{CStr, c_int};
use std::ffi::CString;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};

mod codes;
mod dns;
mod host_conf;
mod hosts;
mod interface;
mod literal;
mod lookup;
mod order;
mod outcome;
mod resolv_conf;
mod reverse;
mod socktypes;
mod switch;

#[cfg(test)]
mod tests;

use codes::{
    AI_ADDRCONFIG, AI_ANY, AI_CANONNAME, AI_IDN, AI_PASSIVE, EAI_BADFLAGS, EAI_FAMILY, EAI_IDN_ENCODE, EAI_NONAME,
};
use literal::Address;
use lookup::{Answer, Wanted};
use order::Interfaces;
use outcome::Family;
use socktypes::Kind;

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
///
/// # Errors
///
/// The codes that glibc's `getaddrinfo` has for the same host and arguments.
pub(crate) fn getaddrinfo(node: Option<&CStr>, service: Option<&CStr>, hints: &Hints) -> Result<Found, Failure> {
    let is_given = |text: &&[u8]| *text != b"*";
    let node = node.map(CStr::to_bytes).filter(is_given);
    let service = service.map(CStr::to_bytes).filter(is_given);
    if node.is_none() && service.is_none() {
        return Err(Failure::Code(EAI_NONAME));
    }
    let has = |flag| hints.flags & flag != 0;
    if hints.flags & !AI_ANY != 0 || has(AI_CANONNAME) && node.is_none() {
        return Err(Failure::Code(EAI_BADFLAGS));
    }
    let family = match hints.family {
        libc::AF_UNSPEC => None,
        libc::AF_INET => Some(Family::V4),
        libc::AF_INET6 => Some(Family::V6),
        _ => return Err(Failure::Code(EAI_FAMILY)),
    };
    let mut interfaces = None;
    let family = match has(AI_ADDRCONFIG) {
        true => configured(family, interfaces.insert(Interfaces::load()))?,
        false => family,
    };
    let kinds = socktypes::kinds(socktypes::parse(service, hints.flags)?, hints)?;
    let Some(node) = node else {
        let entries = entries(&lookup::without_name(family, has(AI_PASSIVE)), &kinds);
        return Ok(Found { entries: sorted(entries, interfaces), canonical_name: None, source: Source::Literal });
    };
    if has(AI_IDN) && !node.is_ascii() {
        return Err(Failure::Code(EAI_IDN_ENCODE));
    }
    let Answer { addresses, canonical_name, source } = lookup::addresses(node, Wanted { flags: hints.flags, family })?;
    let canonical_name = has(AI_CANONNAME).then(|| CString::new(canonical_name).ok()).flatten();
    Ok(Found { entries: sorted(entries(&addresses, &kinds), interfaces), canonical_name, source })
}

/// AI_ADDRCONFIG: asks only for what this host can use.
fn configured(family: Option<Family>, interfaces: &Interfaces) -> Result<Option<Family>, Failure> {
    match (family, interfaces.has_v4(), interfaces.has_v6()) {
        (None, true, false) => Ok(Some(Family::V4)),
        (None, false, true) => Ok(Some(Family::V6)),
        (Some(Family::V4), false, _) | (Some(Family::V6), _, false) => Err(Failure::Code(EAI_NONAME)),
        (family, ..) => Ok(family),
    }
}

/// Each address with each kind.
fn entries(addresses: &[Address], kinds: &[Kind]) -> Vec<Entry> {
    let entry = |address: &Address, kind: &Kind| {
        let address = match address.ip {
            IpAddr::V4(ip) => SocketAddr::from((ip, kind.port)),
            IpAddr::V6(ip) => SocketAddrV6::new(ip, kind.port, 0, address.scope).into(),
        };
        Entry { address, socktype: kind.socktype, protocol: kind.protocol }
    };
    addresses.iter().flat_map(|address| kinds.iter().map(move |kind| entry(address, kind))).collect()
}

fn sorted(entries: Vec<Entry>, interfaces: Option<Interfaces>) -> Vec<Entry> {
    let several =
        entries.first().is_some_and(|first| entries.iter().any(|entry| entry.address.ip() != first.address.ip()));
    match several {
        true => order::sort(entries, &interfaces.unwrap_or_else(Interfaces::load)),
        false => entries,
    }
}

/// Looks up the names of `address` as getnameinfo(3) does when asked for both.
///
/// # Errors
///
/// The codes that glibc's `getnameinfo` has for the same host and arguments.
pub(crate) fn getnameinfo(address: SocketAddr, flags: c_int) -> Result<Names, Failure> {
    Ok(Names { host: host_name(address, flags)?, service: service_name(address, flags)? })
}

/// The first half of [`getnameinfo`], for callers that want no service.
///
/// # Errors
///
/// As there.
pub(crate) fn host_name(address: SocketAddr, flags: c_int) -> Result<CString, Failure> {
    reverse::check(flags)?;
    reverse::host(address, flags)
}

/// The second half of [`getnameinfo`], for callers that want no host.
///
/// # Errors
///
/// As there.
pub(crate) fn service_name(address: SocketAddr, flags: c_int) -> Result<CString, Failure> {
    reverse::check(flags)?;
    reverse::service(address, flags)
}
