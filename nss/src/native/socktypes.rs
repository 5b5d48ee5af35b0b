//! Which pairs of socket type and protocol an answer lists, in glibc's order.

use core::ffi::c_int;

use super::codes::{AI_NUMERICSERV, EAI_NONAME, EAI_SERVICE, EAI_SOCKTYPE};
use super::{Failure, Hints};
use crate::files::services;
use crate::text;

/// A socket type that is known, and how it is asked for.
struct Known {
    socktype: c_int,
    protocol: c_int,
    /// Whether it is listed when nothing particular is asked for.
    by_default: bool,
    /// In `/etc/services`; raw sockets have no services, and any protocol.
    name: &'static str,
}

impl Known {
    const fn new(socktype: c_int, protocol: c_int, by_default: bool, name: &'static str) -> Self {
        Self { socktype, protocol, by_default, name }
    }

    fn is_raw(&self) -> bool {
        self.socktype == libc::SOCK_RAW
    }

    fn fits(&self, hints: &Hints) -> bool {
        let socktype = hints.socktype == 0 || hints.socktype == self.socktype;
        socktype && (hints.protocol == 0 || self.is_raw() || hints.protocol == self.protocol)
    }

    fn at(&self, port: u16, hints: &Hints) -> Kind {
        let protocol = if self.is_raw() { hints.protocol } else { self.protocol };
        Kind { socktype: self.socktype, protocol, port }
    }
}

const SOCK_DCCP: c_int = 6;
const KNOWN: [Known; 7] = [
    Known::new(libc::SOCK_STREAM, libc::IPPROTO_TCP, true, "tcp"),
    Known::new(libc::SOCK_DGRAM, libc::IPPROTO_UDP, true, "udp"),
    Known::new(SOCK_DCCP, libc::IPPROTO_DCCP, false, "dccp"),
    Known::new(libc::SOCK_DGRAM, libc::IPPROTO_UDPLITE, false, "udplite"),
    Known::new(libc::SOCK_STREAM, libc::IPPROTO_SCTP, false, "sctp"),
    Known::new(libc::SOCK_SEQPACKET, libc::IPPROTO_SCTP, false, "sctp"),
    Known::new(libc::SOCK_RAW, 0, true, "raw"),
];

/// What every address is listed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) socktype: c_int,
    pub(super) protocol: c_int,
    pub(super) port: u16,
}

/// A service: a port, or a name that `/etc/services` may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service<'a> {
    Port(u16),
    Name(&'a [u8]),
}

/// Reads a service as `strtoul` reads a number: with white space and a sign before it, and the lowest 16 bits of it.
pub(super) fn parse(service: Option<&[u8]>, flags: c_int) -> Result<Option<Service<'_>>, Failure> {
    let Some(service) = service.filter(|service| !service.is_empty()) else { return Ok(None) };
    match text::whole_number(service) {
        Some(number) if number as i32 >= 0 => Ok(Some(Service::Port(number as u16))),
        None if flags & AI_NUMERICSERV != 0 => Err(Failure::Code(EAI_NONAME)),
        _ => Ok(Some(Service::Name(service))),
    }
}

/// The kinds that these hints ask for, with the service's port.
pub(super) fn kinds(service: Option<Service<'_>>, hints: &Hints) -> Result<Vec<Kind>, Failure> {
    kinds_with(service, hints, services::port)
}

fn kinds_with(
    service: Option<Service<'_>>,
    hints: &Hints,
    port_of: impl Fn(&[u8], &str) -> Option<u16>,
) -> Result<Vec<Kind>, Failure> {
    let any = hints.socktype == 0 && hints.protocol == 0;
    let first = KNOWN.iter().find(|known| known.fits(hints));
    let Some(first) = first else {
        return Err(Failure::Code(if hints.socktype != 0 { EAI_SOCKTYPE } else { EAI_SERVICE }));
    };
    if !any && service.is_some() && first.is_raw() {
        return Err(Failure::Code(EAI_SERVICE));
    }
    let chosen = KNOWN.iter().filter(|known| if any { known.by_default } else { core::ptr::eq(*known, first) });
    let kinds: Vec<Kind> = match service {
        None => chosen.map(|known| known.at(0, hints)).collect(),
        Some(Service::Port(port)) => chosen.map(|known| known.at(port, hints)).collect(),
        // A name is looked up for every protocol, also those that are not listed by default.
        Some(Service::Name(name)) => KNOWN
            .iter()
            .filter(|known| if any { !known.is_raw() } else { core::ptr::eq(*known, first) })
            .filter_map(|known| Some(known.at(port_of(name, known.name)?, hints)))
            .collect(),
    };
    if kinds.is_empty() { Err(Failure::Code(EAI_SERVICE)) } else { Ok(kinds) }
}

#[cfg(test)]
mod tests {
    use super::{Failure, Hints, Kind, Service, kinds_with, parse};
    use crate::native::codes::{AI_NUMERICSERV, EAI_NONAME, EAI_SERVICE, EAI_SOCKTYPE};

    fn kinds(service: Option<Service<'_>>, socktype: i32, protocol: i32) -> Result<Vec<(i32, i32, u16)>, i32> {
        let hints = Hints { flags: 0, family: 0, socktype, protocol };
        let port = |name: &[u8], protocol: &str| match (name, protocol) {
            (b"domain", "tcp" | "udp") | (b"sigtran", "sctp") => Some(53),
            _ => None,
        };
        match kinds_with(service, &hints, port) {
            Ok(kinds) => {
                Ok(kinds.into_iter().map(|Kind { socktype, protocol, port }| (socktype, protocol, port)).collect())
            }
            Err(Failure::Code(code)) => Err(code),
            Err(Failure::System(errno)) => Err(errno),
        }
    }

    #[test]
    fn multiplicity() {
        let all = |port| Ok(vec![(1, 6, port), (2, 17, port), (3, 0, port)]);
        assert_eq!(kinds(None, 0, 0), all(0));
        assert_eq!(kinds(Some(Service::Port(7)), 0, 0), all(7));
        assert_eq!(kinds(Some(Service::Name(b"domain")), 0, 0), Ok(vec![(1, 6, 53), (2, 17, 53)]));
        assert_eq!(kinds(Some(Service::Name(b"sigtran")), 0, 0), Ok(vec![(1, 132, 53), (5, 132, 53)]));
        assert_eq!(kinds(None, 2, 0), Ok(vec![(2, 17, 0)]));
        assert_eq!(kinds(None, 0, 17), Ok(vec![(2, 17, 0)]));
        assert_eq!(kinds(None, 3, 89), Ok(vec![(3, 89, 0)]));
        assert_eq!(kinds(None, 0, 89), Ok(vec![(3, 89, 0)]));
        assert_eq!(kinds(Some(Service::Name(b"domain")), 1, 0), Ok(vec![(1, 6, 53)]));
    }

    #[test]
    fn refusals() {
        assert_eq!(kinds(None, 9, 0), Err(EAI_SOCKTYPE));
        assert_eq!(kinds(None, 1, 17), Err(EAI_SOCKTYPE));
        assert_eq!(kinds(Some(Service::Port(1)), 3, 0), Err(EAI_SERVICE));
        assert_eq!(kinds(Some(Service::Name(b"nothing")), 0, 0), Err(EAI_SERVICE));
        assert_eq!(kinds(Some(Service::Name(b"sigtran")), 1, 6), Err(EAI_SERVICE));
    }

    #[test]
    fn services_as_text() {
        let of = |text: &'static str, flags| parse(Some(text.as_bytes()), flags).ok();
        assert_eq!(of("", 0), Some(None));
        assert_eq!(of(" 80", 0), Some(Some(Service::Port(80))));
        assert_eq!(of("65537", 0), Some(Some(Service::Port(1))));
        assert_eq!(of("-1", 0), Some(Some(Service::Name(b"-1"))));
        assert_eq!(of("http", 0), Some(Some(Service::Name(b"http"))));
        let refused = parse(Some(b"http"), AI_NUMERICSERV);
        assert!(matches!(refused, Err(Failure::Code(EAI_NONAME))));
    }
}
