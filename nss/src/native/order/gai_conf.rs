//! `/etc/gai.conf` (gai.conf(5)): scopes, labels and precedences, and what they are without it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::text;

/// A prefix, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rule {
    prefix: u128,
    bits: u32,
    value: u32,
}

impl Rule {
    const fn new(prefix: Ipv6Addr, bits: u32, value: u32) -> Self {
        Self { prefix: prefix.to_bits(), bits, value }
    }

    fn has(&self, address: u128) -> bool {
        self.bits == 0 || (self.prefix ^ address) >> (128 - self.bits) == 0
    }
}

const fn prefix(first: u16, second: u16) -> Ipv6Addr {
    Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0)
}

const MAPPED: Ipv6Addr = Ipv4Addr::UNSPECIFIED.to_ipv6_mapped();

/// RFC 3484's table, with glibc's additions: site-local and unique local addresses, and Teredo.
const LABELS: [Rule; 8] = [
    Rule::new(Ipv6Addr::LOCALHOST, 128, 0),
    Rule::new(prefix(0x2002, 0), 16, 2),
    Rule::new(Ipv6Addr::UNSPECIFIED, 96, 3),
    Rule::new(MAPPED, 96, 4),
    Rule::new(prefix(0xfec0, 0), 10, 5),
    Rule::new(prefix(0xfc00, 0), 7, 6),
    Rule::new(prefix(0x2001, 0), 32, 7),
    Rule::new(Ipv6Addr::UNSPECIFIED, 0, 1),
];

const PRECEDENCES: [Rule; 5] = [
    Rule::new(Ipv6Addr::LOCALHOST, 128, 50),
    Rule::new(prefix(0x2002, 0), 16, 30),
    Rule::new(Ipv6Addr::UNSPECIFIED, 96, 20),
    Rule::new(MAPPED, 96, 10),
    Rule::new(Ipv6Addr::UNSPECIFIED, 0, 40),
];

/// Link-local: private networks are of global scope, since glibc's users are behind them.
const SCOPES_V4: [Rule; 3] = [
    Rule::new(Ipv4Addr::new(169, 254, 0, 0).to_ipv6_mapped(), 112, 2),
    Rule::new(Ipv4Addr::new(127, 0, 0, 0).to_ipv6_mapped(), 104, 2),
    Rule::new(MAPPED, 96, 14),
];

/// What the rules of the order go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    labels: Vec<Rule>,
    precedences: Vec<Rule>,
    scopes_v4: Vec<Rule>,
}

impl Policy {
    pub(super) fn load() -> Self {
        Self::parse(&text::read("/etc/gai.conf").unwrap_or_default())
    }

    /// One line of a kind replaces that kind's whole table.
    pub(super) fn parse(file: &[u8]) -> Self {
        let (mut labels, mut precedences, mut scopes) = (Vec::new(), Vec::new(), Vec::new());
        for line in text::lines(file) {
            let mut words = text::words(line);
            let (Some(keyword), Some(prefix), Some(value)) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            match keyword {
                b"label" => labels.extend(rule(prefix, value)),
                b"precedence" => precedences.extend(rule(prefix, value)),
                b"scopev4" => scopes.extend(scope_rule(prefix, value)),
                _ => {}
            }
        }
        let everything = Ipv6Addr::UNSPECIFIED;
        Self {
            labels: complete(labels, &LABELS, Rule::new(everything, 0, 1)),
            precedences: complete(precedences, &PRECEDENCES, Rule::new(everything, 0, 40)),
            scopes_v4: complete(scopes, &SCOPES_V4, Rule::new(MAPPED, 96, 14)),
        }
    }

    pub(super) fn label(&self, ip: IpAddr) -> u32 {
        value(&self.labels, ip)
    }

    pub(super) fn precedence(&self, ip: IpAddr) -> u32 {
        value(&self.precedences, ip)
    }

    pub(super) fn scope(&self, ip: IpAddr) -> u32 {
        match ip {
            IpAddr::V4(_) => value(&self.scopes_v4, ip),
            IpAddr::V6(v6) if v6.is_multicast() => u32::from(v6.octets()[1] & 0xf),
            IpAddr::V6(v6) if v6.is_unicast_link_local() || v6.is_loopback() => 2,
            IpAddr::V6(v6) if v6.segments()[0] & 0xffc0 == 0xfec0 => 5,
            IpAddr::V6(_) => 14,
        }
    }
}

/// The longest prefixes first, and one for all that none has.
fn complete(mut rules: Vec<Rule>, default: &[Rule], rest: Rule) -> Vec<Rule> {
    if rules.is_empty() {
        return default.to_vec();
    }
    if !rules.iter().any(|rule| rule.bits == rest.bits) {
        rules.push(rest);
    }
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.bits));
    rules
}

fn value(rules: &[Rule], ip: IpAddr) -> u32 {
    let address = match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    };
    rules.iter().find(|rule| rule.has(address.to_bits())).map_or(0, |rule| rule.value)
}

fn rule(prefix: &[u8], value: &[u8]) -> Option<Rule> {
    let (address, bits) = split(prefix, 128)?;
    let address: Ipv6Addr = core::str::from_utf8(address).ok()?.parse().ok()?;
    Some(Rule::new(address, bits, small(value)?))
}

/// A prefix of IPv4, written as such or mapped into IPv6.
fn scope_rule(prefix: &[u8], value: &[u8]) -> Option<Rule> {
    let address = core::str::from_utf8(prefix.split(|byte| *byte == b'/').next()?).ok()?;
    match address.parse().ok()? {
        IpAddr::V4(v4) => Some(Rule::new(v4.to_ipv6_mapped(), 96 + split(prefix, 32)?.1, small(value)?)),
        IpAddr::V6(v6) => {
            let bits = split(prefix, 128)?.1;
            v6.to_ipv4_mapped().filter(|_| bits >= 96)?;
            Some(Rule::new(v6, bits, small(value)?))
        }
    }
}

/// An address and the length of its prefix, all of it if none is said.
fn split(prefix: &[u8], all: u32) -> Option<(&[u8], u32)> {
    match prefix.iter().position(|byte| *byte == b'/') {
        Some(slash) => Some((&prefix[..slash], small(&prefix[slash + 1..]).filter(|bits| *bits <= all)?)),
        None => Some((prefix, all)),
    }
}

fn small(number: &[u8]) -> Option<u32> {
    text::whole_number(number).and_then(|number| i32::try_from(number).ok()).map(i32::cast_unsigned)
}

#[cfg(test)]
mod tests {
    use super::Policy;

    fn of(file: &str, ip: &str) -> (u32, u32, u32) {
        let policy = Policy::parse(file.as_bytes());
        let ip = ip.parse().unwrap();
        (policy.label(ip), policy.precedence(ip), policy.scope(ip))
    }

    #[test]
    fn without_a_file() {
        assert_eq!(of("", "::1"), (0, 50, 2));
        assert_eq!(of("", "2001:db8::1"), (1, 40, 14));
        assert_eq!(of("", "2001::1"), (7, 40, 14));
        assert_eq!(of("", "2002::1"), (2, 30, 14));
        assert_eq!(of("", "fd00::1"), (6, 40, 14));
        assert_eq!(of("", "fec0::1"), (5, 40, 5));
        assert_eq!(of("", "ff05::1"), (1, 40, 5));
        assert_eq!(of("", "192.0.2.1"), (4, 10, 14));
        assert_eq!(of("", "169.254.1.1"), (4, 10, 2));
        assert_eq!(of("", "127.0.0.1"), (4, 10, 2));
    }

    #[test]
    fn with_one() {
        let usual = "# prefer IPv4\nprecedence ::ffff:0:0/96  100\n";
        assert_eq!(of(usual, "192.0.2.1").1, 100);
        assert_eq!(of(usual, "::1").1, 40);
        let all =
            "label 2001:db8::/32 9\nlabel ::/0 3\nscopev4 10.0.0.0/8 5\nscopev4 ::ffff:169.254.0.0/112 2\nreload yes\n";
        assert_eq!(of(all, "2001:db8::1").0, 9);
        assert_eq!(of(all, "::1").0, 3);
        assert_eq!(of(all, "10.1.1.1").2, 5);
        assert_eq!(of(all, "127.0.0.1").2, 14);
        assert_eq!(of("precedence ::1/129 7\nprecedence x 7\nprecedence ::1 -7\n", "::1").1, 50);
    }
}
