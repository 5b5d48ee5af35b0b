//! `/etc/hosts` (hosts(5)), as glibc's `nss_files` answers from it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::host_conf;
use super::outcome::{Family, Host, Miss, Reason, Status};
use crate::text;

const PATH: &str = "/etc/hosts";

/// A line whose address could be read.
struct Line<'a> {
    ip: IpAddr,
    name: &'a [u8],
    aliases: Vec<&'a [u8]>,
}

impl Line<'_> {
    fn has(&self, name: &[u8]) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }
}

fn lines(file: &[u8]) -> impl Iterator<Item = Line<'_>> {
    text::lines(file).filter_map(|line| {
        let mut words = text::words(line);
        let ip = core::str::from_utf8(words.next()?).ok()?.parse().ok()?;
        Some(Line { ip, name: words.next().unwrap_or_default(), aliases: words.collect() })
    })
}

/// The addresses of both families.
pub(super) fn both(name: &[u8]) -> Result<Host, Miss> {
    let Some(file) = text::read(PATH) else { return Err(Miss::new(Status::Unavailable, Reason::NoData)) };
    find(&file, name, host_conf::is_multi(), Some)
}

/// The addresses of one family. For IPv4, lines with IPv6's loopback address or a mapped one answer as well.
pub(super) fn one(name: &[u8], family: Family) -> Result<Host, Miss> {
    let Some(file) = text::read(PATH) else { return Err(Miss::new(Status::Unavailable, Reason::HostNotFound)) };
    find(&file, name, host_conf::is_multi(), |ip| in_family(ip, family))
}

fn find(file: &[u8], name: &[u8], multi: bool, take: impl Fn(IpAddr) -> Option<IpAddr>) -> Result<Host, Miss> {
    let mut found: Option<Host> = None;
    for line in lines(file) {
        let Some(ip) = take(line.ip).filter(|_| line.has(name)) else { continue };
        let host = found.get_or_insert_with(|| Host { addresses: Vec::new(), canonical_name: line.name.to_owned() });
        host.addresses.push(ip.into());
        if !multi {
            break;
        }
    }
    found.ok_or(Miss::NOT_FOUND)
}

fn in_family(ip: IpAddr, family: Family) -> Option<IpAddr> {
    match (family, ip) {
        (Family::V4, IpAddr::V4(_)) | (Family::V6, IpAddr::V6(_)) => Some(ip),
        (Family::V4, IpAddr::V6(Ipv6Addr::LOCALHOST)) => Some(Ipv4Addr::LOCALHOST.into()),
        (Family::V4, IpAddr::V6(ip)) => ip.to_ipv4_mapped().map(IpAddr::V4),
        (Family::V6, IpAddr::V4(_)) => None,
    }
}

/// The name of an address: that of the first line that has it.
pub(super) fn name(ip: IpAddr) -> Result<Vec<u8>, Miss> {
    let Some(file) = text::read(PATH) else { return Err(Miss::new(Status::Unavailable, Reason::HostNotFound)) };
    name_in(&file, ip)
}

fn name_in(file: &[u8], ip: IpAddr) -> Result<Vec<u8>, Miss> {
    let is_it = |line: &Line<'_>| match (ip, line.ip) {
        (IpAddr::V4(_), other) => in_family(other, Family::V4) == Some(ip),
        // As glibc since 2.38 and before 2.31: an IPv4 address also answers for its mapped one.
        (IpAddr::V6(v6), IpAddr::V4(v4)) => v4.to_ipv6_mapped() == v6,
        (IpAddr::V6(v6), IpAddr::V6(other)) => other == v6,
    };
    let line = lines(file).find(is_it);
    line.map(|line| line.name.to_owned()).ok_or(Miss::NOT_FOUND)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{Family, find, in_family, name_in};

    const FILE: &[u8] = b"\
127.0.0.1\tlocalhost
::1 localhost ip6-localhost # loopback
 192.0.2.1  www.example  WWW\talias
192.0.2.2 www.example
2001:db8::1 six www.example
::ffff:192.0.2.9 mapped
300.1.1.1 www.example
192.0.2.077 www.example
192.0.2.3
";

    fn addresses(name: &str, multi: bool, family: Option<Family>) -> Vec<String> {
        let take = |ip: IpAddr| family.map_or(Some(ip), |family| in_family(ip, family));
        let host = find(FILE, name.as_bytes(), multi, take);
        host.map(|host| host.addresses.iter().map(|address| address.ip.to_string()).collect()).unwrap_or_default()
    }

    #[test]
    fn lines_that_have_the_name() {
        assert_eq!(addresses("www.example", true, None), ["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
        assert_eq!(addresses("WWW.Example", false, None), ["192.0.2.1"]);
        assert_eq!(addresses("www", true, None), ["192.0.2.1"]);
        assert_eq!(addresses("www.example.", true, None), [""; 0]);
        assert_eq!(addresses("www.example", true, Some(Family::V6)), ["2001:db8::1"]);
    }

    #[test]
    fn ipv4_out_of_ipv6() {
        assert_eq!(addresses("localhost", true, Some(Family::V4)), ["127.0.0.1", "127.0.0.1"]);
        assert_eq!(addresses("mapped", true, Some(Family::V4)), ["192.0.2.9"]);
        assert_eq!(addresses("mapped", true, None), ["::ffff:192.0.2.9"]);
        assert_eq!(addresses("six", true, Some(Family::V4)), [""; 0]);
    }

    #[test]
    fn names_of_addresses() {
        let name = |ip: &str| name_in(FILE, ip.parse().unwrap()).ok().map(|name| String::from_utf8(name).unwrap());
        assert_eq!(name("192.0.2.2").as_deref(), Some("www.example"));
        assert_eq!(name("2001:db8::1").as_deref(), Some("six"));
        assert_eq!(name("192.0.2.3").as_deref(), Some(""));
        assert_eq!(name("192.0.2.77"), None);
        assert_eq!(name("::ffff:192.0.2.2").as_deref(), Some("www.example"));
        assert_eq!(name("192.0.2.9").as_deref(), Some("mapped"));
    }
}
