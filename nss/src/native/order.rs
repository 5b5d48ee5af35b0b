//! The order of the addresses: RFC 6724's rules (RFC 3484's, with the numbers of the newer one's table left to
//! `/etc/gai.conf`), each as glibc takes it.

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket};

use super::Entry;

mod gai_conf;
mod interfaces;
mod merge;

use gai_conf::Policy;
pub(super) use interfaces::Interfaces;

/// A destination, and what decides about its place.
#[derive(Clone, Debug)]
struct Candidate {
    entry: Entry,
    /// None if the destination cannot be reached.
    source: Option<Source>,
}

/// Where packets to a destination would come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Source {
    ip: IpAddr,
    is_deprecated: bool,
    is_home: bool,
    prefix: u8,
    interface: Option<u32>,
    /// Whether packets are sent as they are, not through a tunnel.
    is_native: bool,
}

/// Sorts what was found for several addresses.
pub(super) fn sort(entries: Vec<Entry>, interfaces: &Interfaces) -> Vec<Entry> {
    let policy = Policy::load();
    let mut candidates: Vec<Candidate> = Vec::with_capacity(entries.len());
    for entry in entries {
        // The same address with another socket type has the same source.
        let known = candidates.last().filter(|last| last.entry.address == entry.address).map(|last| last.source);
        let source = known.unwrap_or_else(|| source(entry.address, interfaces));
        candidates.push(Candidate { entry, source });
    }
    // Not std's sort: the rules are no total order, which it may answer with a panic.
    let sorted = merge::sort(candidates, &|a, b| compare(a, b, &policy));
    sorted.into_iter().map(|candidate| candidate.entry).collect()
}

/// Asks the kernel which source it would take: connecting a datagram socket sends nothing.
fn source(destination: SocketAddr, interfaces: &Interfaces) -> Option<Source> {
    let any = match destination {
        SocketAddr::V4(_) => SocketAddr::from(([0; 4], 0)),
        SocketAddr::V6(_) => SocketAddr::from(([0_u16; 8], 0)),
    };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(destination).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    let found = interfaces.find(ip);
    Some(Source {
        ip,
        is_deprecated: found.is_some_and(|found| found.is_deprecated),
        is_home: found.is_some_and(|found| found.is_home),
        prefix: found.map_or(0, |found| found.prefix),
        interface: found.map(|found| found.interface),
        is_native: found.is_none_or(|found| !interfaces.is_tunnel(found.interface)),
    })
}

fn compare(a: &Candidate, b: &Candidate, policy: &Policy) -> Ordering {
    let first_if = |a: bool, b: bool| b.cmp(&a);
    // Rule 1: avoid unusable destinations.
    first_if(a.source.is_some(), b.source.is_some()).then_with(|| match (&a.source, &b.source) {
        (Some(source_a), Some(source_b)) => compare_reachable((a.ip(), source_a), (b.ip(), source_b), policy),
        // Rules 6 and 8 need no source.
        _ => compare_precedence(a.ip(), b.ip(), policy).then_with(|| compare_scope(a.ip(), b.ip(), policy)),
    })
}

impl Candidate {
    fn ip(&self) -> IpAddr {
        self.entry.address.ip()
    }
}

fn compare_reachable(a: (IpAddr, &Source), b: (IpAddr, &Source), policy: &Policy) -> Ordering {
    let first_if = |a: bool, b: bool| b.cmp(&a);
    let same_scope = |(ip, source): (IpAddr, &Source)| policy.scope(ip) == policy.scope(source.ip);
    let same_label = |(ip, source): (IpAddr, &Source)| policy.label(ip) == policy.label(source.ip);
    // Rule 2: prefer matching scope.
    first_if(same_scope(a), same_scope(b))
        // Rule 3: avoid deprecated addresses.
        .then_with(|| first_if(!a.1.is_deprecated, !b.1.is_deprecated))
        // Rule 4: prefer home addresses.
        .then_with(|| first_if(a.1.is_home, b.1.is_home))
        // Rule 5: prefer matching label.
        .then_with(|| first_if(same_label(a), same_label(b)))
        // Rule 6: prefer higher precedence.
        .then_with(|| compare_precedence(a.0, b.0, policy))
        // Rule 7: prefer native transport.
        .then_with(|| match a.1.interface == b.1.interface {
            true => Ordering::Equal,
            false => first_if(a.1.is_native, b.1.is_native),
        })
        // Rule 8: prefer smaller scope.
        .then_with(|| compare_scope(a.0, b.0, policy))
        // Rule 9: use longest matching prefix.
        .then_with(|| {
            let (bits_a, bits_b) = common_bits(a, b);
            bits_b.cmp(&bits_a)
        })
}

fn compare_precedence(a: IpAddr, b: IpAddr, policy: &Policy) -> Ordering {
    policy.precedence(b).cmp(&policy.precedence(a))
}

fn compare_scope(a: IpAddr, b: IpAddr, policy: &Policy) -> Ordering {
    policy.scope(a).cmp(&policy.scope(b))
}

/// How many leading bits destination and source have in common; of IPv6, in the first word where any of the two differs
/// from its source; of IPv4, only within a subnet.
fn common_bits(a: (IpAddr, &Source), b: (IpAddr, &Source)) -> (u32, u32) {
    match (a.0, a.1.ip, b.0, b.1.ip) {
        (IpAddr::V4(to_a), IpAddr::V4(from_a), IpAddr::V4(to_b), IpAddr::V4(from_b)) => {
            let bits = |to: u32, from: u32, prefix: u8| {
                // A shift by all 32 bits is one by none, on the processors that glibc runs on.
                let mask = u32::MAX.wrapping_shl(32_u32.wrapping_sub(prefix.into()));
                if to & mask == from & mask { (to ^ from).leading_zeros() } else { 0 }
            };
            (bits(to_a.to_bits(), from_a.to_bits(), a.1.prefix), bits(to_b.to_bits(), from_b.to_bits(), b.1.prefix))
        }
        (IpAddr::V6(to_a), IpAddr::V6(from_a), IpAddr::V6(to_b), IpAddr::V6(from_b)) => {
            let difference = |to: Ipv6Addr, from: Ipv6Addr| {
                let bits = to.to_bits() ^ from.to_bits();
                [96, 64, 32, 0].map(|shift| (bits >> shift) as u32)
            };
            let words = difference(to_a, from_a).into_iter().zip(difference(to_b, from_b));
            let first = words.into_iter().find(|(a, b)| *a != 0 || *b != 0);
            first.map_or((0, 0), |(a, b)| (a.leading_zeros(), b.leading_zeros()))
        }
        _ => (0, 0),
    }
}

#[cfg(test)]
mod tests;
