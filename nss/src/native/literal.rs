//! Addresses written as addresses, in every form that glibc takes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::interface;
use crate::text;

/// An address, with the scope that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) ip: IpAddr,
    pub(super) scope: u32,
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        Self { ip, scope: 0 }
    }
}

/// A dotted address as `inet_aton` reads it: one to four parts, each decimal, octal (`0`) or hexadecimal (`0x`), the last
/// as wide as what the others leave. Nothing may follow.
pub(super) fn ipv4(text: &[u8]) -> Option<Ipv4Addr> {
    let parts: Vec<&[u8]> = text.split(|byte| *byte == b'.').collect();
    let (last, leading) = parts.split_last()?;
    if leading.len() > 3 {
        return None;
    }
    let mut address = 0_u32;
    for (index, part) in leading.iter().enumerate() {
        let byte = u8::try_from(part_of_ipv4(part)?).ok()?;
        address |= u32::from(byte) << (24 - 8 * index);
    }
    let value = part_of_ipv4(last)?;
    let room = u32::MAX >> (8 * leading.len());
    (value <= room).then(|| Ipv4Addr::from_bits(address | value))
}

fn part_of_ipv4(part: &[u8]) -> Option<u32> {
    let (digits, radix) = match part {
        [b'0', b'x' | b'X', digits @ ..] => (digits, 16),
        [b'0', digits @ ..] if !digits.is_empty() => (digits, 8),
        digits => (digits, 10),
    };
    let plain = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = core::str::from_utf8(digits).ok().filter(|digits| plain && !digits.is_empty())?;
    u32::from_str_radix(digits, radix).ok()
}

/// What an address with a scope turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ipv6Literal {
    Address(Ipv6Addr, u32),
    /// The address is one, what follows its `%` is no scope.
    BadScope(Ipv6Addr),
}

/// An IPv6 address as `inet_pton` reads it, with `%` and a scope: an interface's name or number where the address is
/// local to a link, and a number anywhere.
pub(super) fn ipv6(text: &[u8]) -> Option<Ipv6Literal> {
    let (address, scope) = match text.iter().position(|byte| *byte == b'%') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let address: Ipv6Addr = core::str::from_utf8(address).ok()?.parse().ok()?;
    Some(match scope.map(|scope| scope_of(&address, scope)) {
        None => Ipv6Literal::Address(address, 0),
        Some(Some(scope)) => Ipv6Literal::Address(address, scope),
        Some(None) => Ipv6Literal::BadScope(address),
    })
}

fn scope_of(address: &Ipv6Addr, scope: &[u8]) -> Option<u32> {
    let may_be_name = has_interface(address) || is_multicast_of(address, 1);
    if let Some(index) = may_be_name.then(|| interface::index(scope)).flatten() {
        return Some(index);
    }
    scope.first().filter(|byte| byte.is_ascii_digit())?;
    text::whole_number(scope).and_then(|number| u32::try_from(number).ok())
}

/// Whether the address belongs to a link, so that its scope is an interface.
pub(super) fn has_interface(address: &Ipv6Addr) -> bool {
    address.is_unicast_link_local() || is_multicast_of(address, 2)
}

/// An address as `inet_ntop` writes it: as std does, but for IPv4 ones that IPv6 is compatible to.
pub(super) fn text(ip: IpAddr) -> String {
    match ip {
        IpAddr::V6(v6) if v6.segments()[..6] == [0; 6] && v6.segments()[6] != 0 => {
            format!("::{}", Ipv4Addr::from_bits(v6.to_bits() as u32))
        }
        _ => ip.to_string(),
    }
}

fn is_multicast_of(address: &Ipv6Addr, scope: u8) -> bool {
    let [first, second, ..] = address.octets();
    first == 0xff && second & 0xf == scope
}

#[cfg(test)]
mod tests {
    use super::{Ipv6Literal, ipv4, ipv6, text};

    #[test]
    fn dotted_forms() {
        let cases: &[(&str, Option<[u8; 4]>)] = &[
            ("127.0.0.1", Some([127, 0, 0, 1])),
            ("127.1", Some([127, 0, 0, 1])),
            ("10.1.258", Some([10, 1, 1, 2])),
            ("0x7f.0.0.010", Some([127, 0, 0, 8])),
            ("2130706433", Some([127, 0, 0, 1])),
            ("0xffffffff", Some([255, 255, 255, 255])),
            ("0", Some([0, 0, 0, 0])),
            ("4294967296", None),
            ("256.1.1.1", None),
            ("1.2.3.256", None),
            ("1.2.65536", None),
            ("1.2.3.4.5", None),
            ("1.2.3.", None),
            ("", None),
            ("08", None),
            ("0x", None),
            ("1.2.3.4 ", None),
            ("+1.2.3.4", None),
            ("a.b", None),
        ];
        for (text, expected) in cases {
            assert_eq!(ipv4(text.as_bytes()).map(|address| address.octets()), *expected, "{text:?}");
        }
    }

    #[test]
    fn written_again() {
        for same in
            ["::", "::1", "::ffff", "::1.2.3.4", "::1.0.0.0", "::ffff:0.0.0.0", "1:0:0:2::3", "fe80::1", "10.0.0.1"]
        {
            assert_eq!(text(same.parse().unwrap()), same);
        }
    }

    #[test]
    fn scopes() {
        let of = |text: &str| ipv6(text.as_bytes());
        assert_eq!(of("::1"), Some(Ipv6Literal::Address("::1".parse().unwrap(), 0)));
        assert_eq!(of("fe80::1%7"), Some(Ipv6Literal::Address("fe80::1".parse().unwrap(), 7)));
        assert_eq!(of("2001:db8::1%42"), Some(Ipv6Literal::Address("2001:db8::1".parse().unwrap(), 42)));
        assert_eq!(of("fe80::1%lo"), Some(Ipv6Literal::Address("fe80::1".parse().unwrap(), 1)));
        for bad in ["fe80::1%", "fe80::1%nowhere", "2001:db8::1%lo", "fe80::1%4294967296", "fe80::1%+1"] {
            assert!(matches!(of(bad), Some(Ipv6Literal::BadScope(_))), "{bad}");
        }
        for none in ["", "%lo", "1.2.3.4", "::g", "1::2::3"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
