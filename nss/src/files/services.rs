//! `/etc/services` (services(5)).

use core::ffi::{c_char, c_int};

use libc::servent;

use crate::buffer::{Buffer, Full};

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
    file.split(|byte| *byte == b'\n').filter_map(parse)
}

fn parse(line: &[u8]) -> Option<Service<'_>> {
    let line = line.split(|byte| *byte == b'#').next()?;
    let (name, rest) = word(line)?;
    let (port, aliases) = word(rest)?;
    let slash = port.iter().position(|byte| *byte == b'/')?;
    let number = core::str::from_utf8(&port[..slash]).ok()?.parse().ok()?;
    Some(Service { name, port: number, protocol: &port[slash + 1..], aliases })
}

/// The first word, and what follows it.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii();
    let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

impl<'a> Service<'a> {
    fn aliases(&self) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        self.aliases.split(u8::is_ascii_whitespace).filter(|alias| !alias.is_empty())
    }

    /// Whether this is its name or an alias.
    pub(crate) fn is_named(&self, name: &[u8]) -> bool {
        self.name == name || self.aliases().any(|alias| alias == name)
    }

    /// Whether it has this port, in the host's byte order.
    pub(crate) fn has_port(&self, port: u16) -> bool {
        self.port == port
    }

    /// Whether it is of this protocol; of any, if none is asked for.
    pub(crate) fn is_of(&self, protocol: Option<&[u8]>) -> bool {
        protocol.is_none_or(|protocol| self.protocol == protocol)
    }

    /// As C's structure, with its strings in the buffer.
    pub(crate) fn record(&self, buffer: &mut Buffer) -> Result<servent, Full> {
        Ok(servent {
            s_name: buffer.string(self.name)?,
            s_aliases: buffer.strings(self.aliases())?.cast::<*mut c_char>(),
            s_port: self.port.to_be().into(),
            s_proto: buffer.string(self.protocol)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::services;

    #[test]
    fn names_ports_and_protocols() {
        let file = b"http\t80/tcp\twww web # the web\n#x 1/tcp\ndomain 53/udp\nbad 99999/tcp\nworse 1\n";
        let find = |name: &[u8], protocol| {
            services(file).find(|service| service.is_named(name) && service.is_of(protocol)).map(|service| service.port)
        };
        assert_eq!(find(b"web", None), Some(80));
        assert_eq!(find(b"http", Some(&b"tcp"[..])), Some(80));
        assert_eq!(find(b"http", Some(&b"udp"[..])), None);
        assert_eq!(services(file).count(), 2);
        assert!(services(file).any(|service| service.has_port(53)));
    }
}
