//! `/etc/services`, as glibc's `getservbyname_r` and `getservbyport_r` read it.

use super::text;

const PATH: &str = "/etc/services";

struct Service<'a> {
    name: &'a [u8],
    port: u16,
    protocol: &'a [u8],
    aliases: Vec<&'a [u8]>,
}

/// The port of a service, by its name or an alias.
pub(super) fn port(name: &[u8], protocol: &str) -> Option<u16> {
    port_in(&text::read(PATH)?, name, protocol)
}

/// The name of the service at a port.
pub(super) fn name(port: u16, protocol: &str) -> Option<Vec<u8>> {
    name_in(&text::read(PATH)?, port, protocol)
}

fn port_in(file: &[u8], name: &[u8], protocol: &str) -> Option<u16> {
    services(file)
        .filter(|service| service.protocol == protocol.as_bytes())
        .find(|service| service.name == name || service.aliases.contains(&name))
        .map(|service| service.port)
}

fn name_in(file: &[u8], port: u16, protocol: &str) -> Option<Vec<u8>> {
    let found = services(file).find(|service| service.port == port && service.protocol == protocol.as_bytes());
    found.map(|service| service.name.to_owned())
}

fn services(file: &[u8]) -> impl Iterator<Item = Service<'_>> {
    text::lines(file).filter_map(|line| {
        let mut words = text::words(line);
        let name = words.next()?;
        let (port, rest) = text::number(words.next()?);
        let protocol = rest.strip_prefix(b"/")?;
        Some(Service { name, port: port as u16, protocol, aliases: words.collect() })
    })
}

#[cfg(test)]
mod tests {
    use super::{name_in, port_in};

    const FILE: &[u8] = b"\
# comment
http\t80/tcp\twww # web
domain 53/tcp
domain 53/udp nameserver
broken
worse x/tcp
";

    #[test]
    fn both_ways() {
        assert_eq!(port_in(FILE, b"www", "tcp"), Some(80));
        assert_eq!(port_in(FILE, b"http", "udp"), None);
        assert_eq!(port_in(FILE, b"HTTP", "tcp"), None);
        assert_eq!(port_in(FILE, b"nameserver", "udp"), Some(53));
        assert_eq!(port_in(FILE, b"broken", "tcp"), None);
        assert_eq!(name_in(FILE, 53, "udp").as_deref(), Some(&b"domain"[..]));
        assert_eq!(name_in(FILE, 54, "udp"), None);
    }
}
