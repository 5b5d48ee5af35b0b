//! The addresses and links of this host, from rtnetlink(7).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with};

/// An address of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Local {
    ip: IpAddr,
    pub(super) prefix: u8,
    pub(super) interface: u32,
    pub(super) is_deprecated: bool,
    pub(super) is_home: bool,
}

/// What this host has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::native) struct Interfaces {
    locals: Option<Vec<Local>>,
    tunnels: Vec<u32>,
}

impl Interfaces {
    /// Asks the kernel. Where it does not tell, this host may have everything.
    pub(in crate::native) fn load() -> Self {
        let Ok(messages) = dump(libc::RTM_GETADDR) else { return Self::default() };
        let locals = messages.iter().filter_map(|message| local(message)).collect();
        let links = dump(libc::RTM_GETLINK).unwrap_or_default();
        Self { locals: Some(locals), tunnels: links.iter().filter_map(|link| tunnel(link)).collect() }
    }

    /// Whether there is an IPv4 address other than the loopback's.
    pub(in crate::native) fn has_v4(&self) -> bool {
        self.has(|ip| ip.is_ipv4() && ip != IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    /// Whether there is an IPv6 address other than the loopback's.
    pub(in crate::native) fn has_v6(&self) -> bool {
        self.has(|ip| ip.is_ipv6() && ip != IpAddr::V6(Ipv6Addr::LOCALHOST))
    }

    fn has(&self, what: impl Fn(IpAddr) -> bool) -> bool {
        self.locals.as_ref().is_none_or(|locals| locals.iter().any(|local| what(local.ip)))
    }

    pub(super) fn find(&self, ip: IpAddr) -> Option<&Local> {
        let ip = match ip {
            // Every address of the loopback network is the loopback interface's.
            IpAddr::V4(v4) if v4.is_loopback() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            ip => ip,
        };
        self.locals.as_ref()?.iter().find(|local| local.ip == ip)
    }

    pub(super) fn is_tunnel(&self, interface: u32) -> bool {
        self.tunnels.contains(&interface)
    }
}

const HEADER: usize = 16;
const DUMP: u16 = (libc::NLM_F_REQUEST | libc::NLM_F_DUMP) as u16;

/// The messages that answer a request, each with its header.
fn dump(request: u16) -> Result<Vec<Vec<u8>>, Errno> {
    let socket = open()?;
    let mut packet = Vec::with_capacity(HEADER + 4);
    packet.extend_from_slice(&(HEADER as u32 + 4).to_ne_bytes());
    packet.extend_from_slice(&request.to_ne_bytes());
    packet.extend_from_slice(&DUMP.to_ne_bytes());
    packet.extend_from_slice(&[0; 8]); // sequence number, sender
    packet.extend_from_slice(&[0; 4]); // rtgenmsg of any family, padded
    sendto(&socket, &packet, SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
    let mut messages = Vec::new();
    let mut buffer = vec![0; 65_536];
    loop {
        let length = match recv(&socket, &mut buffer[..], RecvFlags::empty()) {
            Ok((length, _)) => length,
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error),
        };
        let mut rest = &buffer[..length];
        while let Some((kind, message)) = take_message(&mut rest) {
            match i32::from(kind) {
                libc::NLMSG_DONE => return Ok(messages),
                libc::NLMSG_ERROR => return Err(Errno::IO),
                _ => messages.push(message.to_vec()),
            }
        }
        if length == 0 {
            return Err(Errno::IO);
        }
    }
}

fn open() -> Result<OwnedFd, Errno> {
    socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None) // NETLINK_ROUTE
}

/// Splits one message off: its type, and what follows its header.
fn take_message<'a>(rest: &mut &'a [u8]) -> Option<(u16, &'a [u8])> {
    let length = u32::from_ne_bytes(rest.get(..4)?.try_into().ok()?) as usize;
    let kind = u16::from_ne_bytes(rest.get(4..6)?.try_into().ok()?);
    let message = rest.get(HEADER..length)?;
    *rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    Some((kind, message))
}

/// Reads `struct ifaddrmsg` and its attributes.
fn local(message: &[u8]) -> Option<Local> {
    let (&[family, prefix, flags, _scope, i0, i1, i2, i3], attributes) = message.split_first_chunk::<8>()?;
    let own = attribute(attributes, libc::IFA_LOCAL).or_else(|| attribute(attributes, libc::IFA_ADDRESS))?;
    let ip = match i32::from(family) {
        libc::AF_INET => IpAddr::from(<[u8; 4]>::try_from(own).ok()?),
        libc::AF_INET6 => IpAddr::from(<[u8; 16]>::try_from(own).ok()?),
        _ => return None,
    };
    let flags = u32::from(flags);
    Some(Local {
        ip,
        prefix,
        interface: u32::from_ne_bytes([i0, i1, i2, i3]),
        is_deprecated: flags & (libc::IFA_F_DEPRECATED | libc::IFA_F_OPTIMISTIC) != 0,
        is_home: flags & libc::IFA_F_HOMEADDRESS != 0,
    })
}

fn attribute(mut rest: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let length = usize::from(u16::from_ne_bytes(rest.get(..2)?.try_into().ok()?));
        let kind = u16::from_ne_bytes(rest.get(2..4)?.try_into().ok()?);
        let value = rest.get(4..length)?;
        if kind == wanted {
            return Some(value);
        }
        rest = rest.get(length.next_multiple_of(4)..)?;
    }
}

/// The number of a link that is a tunnel, out of `struct ifinfomsg`.
fn tunnel(message: &[u8]) -> Option<u32> {
    let kind = u16::from_ne_bytes(message.get(2..4)?.try_into().ok()?);
    let interface = u32::from_ne_bytes(message.get(4..8)?.try_into().ok()?);
    matches!(kind, libc::ARPHRD_TUNNEL | libc::ARPHRD_TUNNEL6 | libc::ARPHRD_SIT).then_some(interface)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::{Interfaces, Local};

    #[test]
    fn this_host_has_a_loopback() {
        let interfaces = Interfaces::load();
        let local = interfaces.find(IpAddr::from([127, 9, 9, 9])).expect("127.0.0.1 is up");
        assert_eq!((local.ip, local.prefix), (IpAddr::V4(Ipv4Addr::LOCALHOST), 8));
        assert!(!interfaces.is_tunnel(local.interface));
    }

    #[test]
    fn what_counts_as_having_a_family() {
        let of = |ips: &[&str]| {
            let local = |ip: &&str| Local {
                ip: ip.parse().unwrap(),
                prefix: 8,
                interface: 1,
                is_deprecated: false,
                is_home: false,
            };
            let interfaces = Interfaces { locals: Some(ips.iter().map(local).collect()), tunnels: Vec::new() };
            (interfaces.has_v4(), interfaces.has_v6())
        };
        assert_eq!(of(&[]), (false, false));
        assert_eq!(of(&["127.0.0.1", "::1"]), (false, false));
        assert_eq!(of(&["127.0.0.2", "fe80::1"]), (true, true));
        let unknown = Interfaces::default();
        assert!(unknown.has_v4() && unknown.has_v6());
    }
}
