//! From a name to its addresses: literals, then the sources that `nsswitch.conf` tells, in glibc's order and with its
//! codes.

use core::ffi::c_int;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::codes::{
    AI_ALL, AI_CANONNAME, AI_NUMERICHOST, AI_V4MAPPED, EAI_ADDRFAMILY, EAI_AGAIN, EAI_NODATA, EAI_NONAME,
};
use super::literal::{self, Address, Ipv6Literal};
use super::outcome::{Family, Host, Miss, Reason, Status};
use super::switch::{self, Place, Step};
use super::{Failure, Source, dns, hosts};

/// What a name was found to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) addresses: Vec<Address>,
    pub(super) canonical_name: Vec<u8>,
    pub(super) source: Source,
}

/// What is asked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) flags: c_int,
    /// None is any.
    pub(super) family: Option<Family>,
}

impl Wanted {
    fn has(self, flag: c_int) -> bool {
        self.flags & flag != 0
    }
}

/// The addresses to listen at or to connect to when there is no name.
pub(super) fn without_name(family: Option<Family>, passive: bool) -> Vec<Address> {
    let (v6, v4) = match passive {
        true => (Ipv6Addr::UNSPECIFIED, Ipv4Addr::UNSPECIFIED),
        false => (Ipv6Addr::LOCALHOST, Ipv4Addr::LOCALHOST),
    };
    let v6 = (family != Some(Family::V4)).then_some(IpAddr::V6(v6));
    let v4 = (family != Some(Family::V6)).then_some(IpAddr::V4(v4));
    v6.into_iter().chain(v4).map(Address::from).collect()
}

/// Looks a name up.
pub(super) fn addresses(name: &[u8], wanted: Wanted) -> Result<Answer, Failure> {
    if let Some(address) = literal_address(name, wanted)? {
        return Ok(Answer { addresses: vec![address], canonical_name: name.to_owned(), source: Source::Literal });
    }
    // glibc asks gethostbyname2_r then, which takes no name that looks like an address and tells failures otherwise.
    let plain = wanted.family == Some(Family::V4) && !wanted.has(AI_CANONNAME);
    if plain && looks_like_address(name) {
        return Err(Failure::Code(EAI_NONAME));
    }
    let answer = match plain {
        true => walk(name, wanted.family, |place| by_family(place, name, Family::V4, true).map_err(Trouble::of_plain)),
        false => walk(name, wanted.family, |place| by_place(place, name, wanted)),
    }?;
    if answer.addresses.is_empty() { Err(Failure::Code(EAI_NONAME)) } else { Ok(answer) }
}

/// An address that is written as one.
fn literal_address(name: &[u8], wanted: Wanted) -> Result<Option<Address>, Failure> {
    let unfit = Err(Failure::Code(EAI_ADDRFAMILY));
    if let Some(ip) = literal::ipv4(name) {
        return match wanted.family {
            Some(Family::V6) if wanted.has(AI_V4MAPPED) => Ok(Some(IpAddr::V6(ip.to_ipv6_mapped()).into())),
            Some(Family::V6) => unfit,
            _ => Ok(Some(IpAddr::V4(ip).into())),
        };
    }
    let Some(literal) = literal::ipv6(name) else {
        return if wanted.has(AI_NUMERICHOST) { Err(Failure::Code(EAI_NONAME)) } else { Ok(None) };
    };
    let (ip, scope) = match literal {
        Ipv6Literal::Address(ip, scope) => (ip, Some(scope)),
        Ipv6Literal::BadScope(ip) => (ip, None),
    };
    let ip = match (wanted.family, ip.to_ipv4_mapped()) {
        (Some(Family::V4), Some(ip)) => IpAddr::V4(ip),
        (Some(Family::V4), None) => return unfit,
        _ => IpAddr::V6(ip),
    };
    let scope = scope.ok_or(Failure::Code(EAI_NONAME))?;
    Ok(Some(Address { ip, scope }))
}

/// What the digits-and-dots rule of gethostbyname2_r keeps from every source: digits and dots alone, or anything with a
/// colon that starts as an IPv6 address does.
fn looks_like_address(name: &[u8]) -> bool {
    let is_number = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    match name.first() {
        Some(b':') => true,
        Some(first) if first.is_ascii_digit() && name.iter().all(is_number) => !name.ends_with(b"."),
        Some(first) => first.is_ascii_hexdigit() && name.contains(&b':'),
        None => false,
    }
}

/// A place that did not answer: how the search goes on, and what it comes to if nothing follows.
#[derive(Clone, Copy)]
struct Trouble {
    status: Status,
    failure: Failure,
}

impl Trouble {
    /// As getaddrinfo takes the results of gethostbyname2_r.
    fn of_plain(miss: Miss) -> Self {
        let code = match (miss.status, miss.reason) {
            (Status::NotFound, Reason::NoData) => EAI_NODATA,
            // Also where a server failed over TCP.
            (Status::NotFound, _) => EAI_NONAME,
            (_, Reason::TryAgain) => EAI_AGAIN,
            _ => EAI_NODATA,
        };
        Self::new(miss.status, miss.reason, code)
    }

    /// As it takes those of both families: what one of them has and the other has not is no name.
    fn of_both(v6: Miss, v4: Miss) -> Self {
        let status = match (v6.status, v4.status) {
            (Status::TryAgain, _) => Status::TryAgain,
            (v6, Status::Unavailable) => v6,
            (_, v4) => v4,
        };
        let is_known = |miss: Miss| matches!(miss.reason, Reason::NoData | Reason::TryAgain);
        let code = match (v6.reason, v4.reason) {
            (Reason::TryAgain, Reason::TryAgain) => EAI_AGAIN,
            _ if is_known(v6) && is_known(v4) => EAI_NODATA,
            _ => EAI_NONAME,
        };
        let reason = if matches!(v6.reason, Reason::Internal(_)) { v6.reason } else { v4.reason };
        Self::new(status, reason, code)
    }

    fn new(status: Status, reason: Reason, code: c_int) -> Self {
        let failure = match reason {
            Reason::Internal(errno) => Failure::System(errno),
            _ => Failure::Code(code),
        };
        Self { status, failure }
    }
}

/// Asks one place after the other; what the last one says of its failure counts.
fn walk(name: &[u8], family: Option<Family>, ask: impl Fn(Place) -> Result<Host, Trouble>) -> Result<Answer, Failure> {
    let mut failure = Failure::Code(EAI_NONAME);
    let mut local = special(name, family);
    for step in switch::hosts() {
        // Nobody but the own host is asked what "localhost" is.
        if step.place == Place::Dns
            && let Some(host) = local.take()
        {
            return Ok(answer(host, Source::Special));
        }
        let result = ask(step.place);
        let goes_on = step.goes_on(result.as_ref().map(|_| ()).map_err(|trouble| trouble.status));
        match result {
            Ok(host) if !goes_on => return Ok(answer(host, source(step))),
            Ok(_) => failure = Failure::Code(EAI_NONAME),
            Err(trouble) => failure = trouble.failure,
        }
        if !goes_on || matches!(failure, Failure::System(_)) {
            break;
        }
    }
    local.map(|host| answer(host, Source::Special)).ok_or(failure)
}

fn answer(host: Host, source: Source) -> Answer {
    Answer { addresses: host.addresses, canonical_name: host.canonical_name, source }
}

fn source(step: Step) -> Source {
    match step.place {
        Place::Files => Source::Files,
        Place::Dns => Source::Dns,
    }
}

/// The names that mean this host wherever they are looked up (RFC 6761, section 6.3).
fn special(name: &[u8], family: Option<Family>) -> Option<Host> {
    let lower = name.strip_suffix(b".").unwrap_or(name).to_ascii_lowercase();
    let is_local = lower == b"localhost" || lower.ends_with(b".localhost") && dns::is_host(&lower);
    is_local.then(|| Host { addresses: without_name(family, false), canonical_name: b"localhost".to_vec() })
}

fn by_family(place: Place, name: &[u8], family: Family, checked: bool) -> Result<Host, Miss> {
    match place {
        Place::Files => hosts::one(name, family),
        Place::Dns => dns::one(name, family, checked),
    }
}

fn by_place(place: Place, name: &[u8], wanted: Wanted) -> Result<Host, Trouble> {
    let same = |miss| Trouble::of_both(miss, miss);
    // With a canonical name, glibc asks gethostbyname3_r, which checks nothing before it asks.
    let one = |family| by_family(place, name, family, !wanted.has(AI_CANONNAME));
    match (wanted.family, place) {
        (None, Place::Files) => hosts::both(name).map_err(same),
        (None, Place::Dns) => dns::both(name).map_err(same),
        (Some(Family::V6), _) if wanted.has(AI_V4MAPPED) => {
            match one(Family::V6) {
                // A server may have mapped addresses itself. With real ones, they are not wanted.
                Ok(host) if !wanted.has(AI_ALL) => Ok(without_mapped(host)),
                v6 => mapped(v6, one(Family::V4)),
            }
        }
        (Some(family), _) => one(family).map_err(same),
    }
}

fn without_mapped(mut host: Host) -> Host {
    host.addresses.retain(|address| !matches!(address.ip, IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some()));
    host
}

/// IPv6 addresses, then IPv4 ones as IPv6 writes them.
fn mapped(v6: Result<Host, Miss>, v4: Result<Host, Miss>) -> Result<Host, Trouble> {
    let v4 = v4.map(|mut host| {
        for address in &mut host.addresses {
            if let IpAddr::V4(ip) = address.ip {
                address.ip = IpAddr::V6(ip.to_ipv6_mapped());
            }
        }
        host
    });
    match (v6, v4) {
        (Ok(mut host), Ok(more)) => {
            host.addresses.extend(more.addresses);
            Ok(host)
        }
        (Ok(host), Err(_)) | (Err(_), Ok(host)) => Ok(host),
        (Err(v6), Err(v4)) => Err(Trouble::of_both(v6, v4)),
    }
}
