//! From an address to its names: what getnameinfo(3) answers.

use core::ffi::c_int;
use std::ffi::CString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::codes::{
    EAI_AGAIN, EAI_BADFLAGS, EAI_NONAME, NI_ANY, NI_DGRAM, NI_NAMEREQD, NI_NOFQDN, NI_NUMERICHOST, NI_NUMERICSERV,
};
use super::outcome::{Family, Host, Miss, Reason};
use super::resolv_conf::domain_of;
use super::switch::{self, Place};
use super::{Failure, dns, hosts, interface, literal};
use crate::environment::host_name;
use crate::files::services;

/// Refuses flags that nobody knows.
pub(super) fn check(flags: c_int) -> Result<(), Failure> {
    if flags & !NI_ANY != 0 { Err(Failure::Code(EAI_BADFLAGS)) } else { Ok(()) }
}

/// The host's name, or its address as text.
pub(super) fn host(address: SocketAddr, flags: c_int) -> Result<CString, Failure> {
    if flags & NI_NUMERICHOST == 0 {
        match name_of(address.ip()) {
            Ok(name) => return c_string(if flags & NI_NOFQDN != 0 { without_domain(name) } else { name }),
            Err(Reason::Internal(errno)) => return Err(Failure::System(errno)),
            Err(Reason::TryAgain) => return Err(Failure::Code(EAI_AGAIN)),
            Err(_) => {}
        }
    }
    if flags & NI_NAMEREQD != 0 { Err(Failure::Code(EAI_NONAME)) } else { c_string(numeric(address).into_bytes()) }
}

/// The service's name, or its port as text.
pub(super) fn service(address: SocketAddr, flags: c_int) -> Result<CString, Failure> {
    let protocol = if flags & NI_DGRAM != 0 { "udp" } else { "tcp" };
    let name = if flags & NI_NUMERICSERV == 0 { services::name(address.port(), protocol) } else { None };
    c_string(name.unwrap_or_else(|| address.port().to_string().into_bytes()))
}

fn c_string(text: Vec<u8>) -> Result<CString, Failure> {
    // Only /etc/hosts and /etc/services could hold a NUL, and then nobody could have meant it.
    CString::new(text).map_err(|_| Failure::Code(EAI_NONAME))
}

fn name_of(ip: IpAddr) -> Result<Vec<u8>, Reason> {
    if ip == IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
        return Err(Reason::HostNotFound);
    }
    first(|place| match place {
        Place::Files => hosts::name(ip),
        Place::Dns => dns::name_of(ip),
    })
}

/// Asks one place after the other.
fn first<T>(ask: impl Fn(Place) -> Result<T, Miss>) -> Result<T, Reason> {
    let mut reason = Reason::HostNotFound;
    for step in switch::hosts() {
        let result = ask(step.place);
        let goes_on = step.goes_on(result.as_ref().map(|_| ()).map_err(|miss| miss.status));
        match result {
            Ok(found) if !goes_on => return Ok(found),
            Ok(_) => {}
            Err(miss) => reason = miss.reason,
        }
        if !goes_on || matches!(reason, Reason::Internal(_)) {
            break;
        }
    }
    Err(reason)
}

fn numeric(address: SocketAddr) -> String {
    match address {
        SocketAddr::V6(v6) if v6.scope_id() != 0 => {
            let name = literal::has_interface(v6.ip()).then(|| interface::name(v6.scope_id())).flatten();
            format!("{}%{}", literal::text(address.ip()), name.unwrap_or_else(|| v6.scope_id().to_string()))
        }
        _ => literal::text(address.ip()),
    }
}

/// The name without the domain of this machine, if that is where it is.
fn without_domain(name: Vec<u8>) -> Vec<u8> {
    let Some(domain) = own_domain().filter(|domain| !domain.is_empty()) else { return name };
    let at = name.windows(domain.len()).position(|window| window == domain);
    match at {
        Some(at) if at > 1 && name[at - 1] == b'.' => name[..at - 1].to_vec(),
        _ => name,
    }
}

/// The domain of this machine: from the full name of "localhost", from its own name, from the full name of that, or from
/// the name of the loopback address.
fn own_domain() -> Option<Vec<u8>> {
    let domain = |name: Vec<u8>| domain_of(&name);
    let full_name = |name: &[u8]| {
        let host: Option<Host> = first(|place| match place {
            Place::Files => hosts::one(name, Family::V4),
            Place::Dns => dns::one(name, Family::V4, true),
        })
        .ok();
        host.map(|host| host.canonical_name)
    };
    let own = host_name();
    full_name(b"localhost")
        .and_then(domain)
        .or_else(|| domain_of(&own))
        .or_else(|| full_name(&own).and_then(domain))
        .or_else(|| name_of(Ipv4Addr::LOCALHOST.into()).ok().and_then(domain))
}
