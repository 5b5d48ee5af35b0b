//! `/etc/services` (services(5)), as glibc reads it: 2.43, which takes ports to be decimal and one slash to follow them.

use core::ffi::c_int;

use libc::servent;

use crate::buffer::{Buffer, Full};
use crate::text;

/// A line of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Service<'a> {
    name: &'a [u8],
    port: u16,
    protocol: &'a [u8],
    aliases: &'a [u8],
}

/// The file's contents; the `errno` when it cannot be read.
pub(crate) fn read() -> Result<Vec<u8>, c_int> {
    super::read("/etc/services")
}

/// The services of a file.
pub(crate) fn services(file: &[u8]) -> impl Iterator<Item = Service<'_>> {
    text::lines(file).filter_map(parse)
}

/// The port of a service, by its name or an alias.
pub(crate) fn port(name: &[u8], protocol: &str) -> Option<u16> {
    find(&read().ok()?, Some(protocol.as_bytes()), |service| service.is_named(name)).map(|service| service.port)
}

/// The name of the service at a port.
pub(crate) fn name(port: u16, protocol: &str) -> Option<Vec<u8>> {
    let file = read().ok()?;
    find(&file, Some(protocol.as_bytes()), |service| service.has_port(port)).map(|service| service.name.to_owned())
}

/// The first service of a protocol, or of any, that fits.
pub(crate) fn find<'a>(
    file: &'a [u8],
    protocol: Option<&[u8]>,
    fits: impl Fn(&Service<'_>) -> bool,
) -> Option<Service<'a>> {
    services(file).find(|service| protocol.is_none_or(|protocol| service.protocol == protocol) && fits(service))
}

/// A name, a number and, unless the line ends there, a slash with the protocol. Of a port the lowest 16 bits count, of at most
/// 32.
fn parse(line: &[u8]) -> Option<Service<'_>> {
    let (name, rest) = word(line);
    let (port, after) = text::number(rest);
    if name.is_empty() || after.len() == rest.len() || port > u32::MAX.into() {
        return None;
    }
    let (protocol, aliases) = match after.split_first() {
        None => (after, after),
        Some((b'/', rest)) => rest.split_at(word_end(rest)),
        Some(_) => return None,
    };
    Some(Service { name, port: port as u16, protocol, aliases })
}

/// The first word, and what follows it.
fn word(line: &[u8]) -> (&[u8], &[u8]) {
    let start = line.iter().take_while(|byte| text::is_space(byte)).count();
    line[start..].split_at(word_end(&line[start..]))
}

fn word_end(text: &[u8]) -> usize {
    text.iter().position(text::is_space).unwrap_or(text.len())
}

impl<'a> Service<'a> {
    fn aliases(&self) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        text::words(self.aliases)
    }

    /// Whether this is its name or an alias.
    pub(crate) fn is_named(&self, name: &[u8]) -> bool {
        self.name == name || self.aliases().any(|alias| alias == name)
    }

    /// Whether it has this port, in the host's byte order.
    pub(crate) fn has_port(&self, port: u16) -> bool {
        self.port == port
    }

    /// As C's structure, with its strings in the buffer.
    pub(crate) fn record(&self, buffer: &mut Buffer) -> Result<servent, Full> {
        Ok(servent {
            s_name: buffer.string(self.name)?,
            s_aliases: buffer.strings(self.aliases())?,
            s_port: self.port.to_be().into(),
            s_proto: buffer.string(self.protocol)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{find, services};

    #[test]
    fn names_ports_and_protocols() {
        let file = b"http\t80/tcp\twww web # the web\n#x 1/tcp\n domain 53/udp\nbroken\n";
        let port =
            |name: &[u8], protocol| find(file, protocol, |service| service.is_named(name)).map(|found| found.port);
        assert_eq!(port(b"web", None), Some(80));
        assert_eq!(port(b"http", Some(&b"tcp"[..])), Some(80));
        assert_eq!(port(b"http", Some(&b"udp"[..])), None);
        assert_eq!(port(b"HTTP", None), None);
        assert_eq!(
            find(file, Some(b"udp"), |service| service.has_port(53)).map(|found| found.name),
            Some(&b"domain"[..])
        );
        assert_eq!(find(file, None, |service| service.has_port(54)), None);
        assert_eq!(services(file).count(), 2);
    }

    /// What `getent services` of glibc 2.43 shows of these lines.
    #[test]
    fn odd_ports() {
        let file =
            b"a 99999/tcp\nb 4294967295/tcp\nc 4294967296/tcp\nd -1/tcp\ne +7/tcp\nf 010/tcp\ng 0x10/tcp\nh 8x/tcp\n\
            i /tcp\nj x/tcp\nk 1\nl 2#\nm 3 \nn 4 x\no 5 /tcp\np 6/ tcp\nq 7/\nr 8//tcp\ns 9/x/y z\n-t 10/TCP\n";
        let all = services(file).map(|service| {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_owned()).unwrap();
            let aliases: String = service.aliases().map(|alias| format!(" {}", text(alias))).collect();
            format!("{} {}/{}{aliases}", text(service.name), service.port, text(service.protocol))
        });
        let expected = [
            "a 34463/tcp",
            "b 65535/tcp",
            "e 7/tcp",
            "f 10/tcp",
            "k 1/",
            "l 2/",
            "p 6/ tcp",
            "q 7/",
            "r 8//tcp",
            "s 9/x/y z",
            "-t 10/TCP",
        ];
        assert_eq!(all.collect::<Vec<_>>(), expected);
    }
}
