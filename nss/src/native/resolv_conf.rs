//! `/etc/resolv.conf` (resolv.conf(5)), as glibc reads it.
//!
//! The file is read anew for each lookup: that costs no more than asking whether it changed, and nothing is kept that
//! threads or children would have to share.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6};

use super::literal::{self, Ipv6Literal};
use crate::environment;
use crate::text;

const PORT: u16 = 53;
/// MAXNS: further servers are not asked.
const MAX_SERVERS: usize = 3;
const MAX_DOTS: i32 = 15;
const MAX_TIMEOUT: i32 = 30;
const MAX_ATTEMPTS: i32 = 5;

/// Whom to ask, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Config {
    pub(super) servers: Vec<SocketAddr>,
    pub(super) search: Vec<Vec<u8>>,
    pub(super) options: Options,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) ndots: usize,
    /// In seconds.
    pub(super) timeout: u32,
    pub(super) attempts: u32,
    pub(super) rotate: bool,
    pub(super) edns0: bool,
    pub(super) single_request: bool,
    pub(super) single_request_reopen: bool,
    pub(super) no_tld_query: bool,
    pub(super) use_tcp: bool,
    pub(super) trust_ad: bool,
    pub(super) no_aaaa: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ndots: 1,
            timeout: 5,
            attempts: 2,
            rotate: false,
            edns0: false,
            single_request: false,
            single_request_reopen: false,
            no_tld_query: false,
            use_tcp: false,
            trust_ad: false,
            no_aaaa: false,
        }
    }
}

impl Options {
    /// Reads options as `res_setoptions` does: by how each word starts, unknown ones ignored.
    fn read(&mut self, line: &[u8]) {
        for word in line.split(|byte| matches!(byte, b' ' | b'\t')) {
            let number =
                |name: &str, max: i32| Some(text::integer(word.strip_prefix(name.as_bytes())?).min(max).max(0));
            if let Some(ndots) = number("ndots:", MAX_DOTS) {
                self.ndots = ndots as usize;
            } else if let Some(timeout) = number("timeout:", MAX_TIMEOUT) {
                self.timeout = timeout as u32;
            } else if let Some(attempts) = number("attempts:", MAX_ATTEMPTS) {
                self.attempts = attempts as u32;
            } else if let Some(flag) = self.flag(word) {
                *flag = true;
            }
        }
    }

    fn flag(&mut self, word: &[u8]) -> Option<&mut bool> {
        let is = |name: &str| word.starts_with(name.as_bytes());
        Some(match () {
            () if is("rotate") => &mut self.rotate,
            () if is("edns0") => &mut self.edns0,
            () if is("single-request-reopen") => &mut self.single_request_reopen,
            () if is("single-request") => &mut self.single_request,
            () if is("no_tld_query") || is("no-tld-query") => &mut self.no_tld_query,
            () if is("use-vc") => &mut self.use_tcp,
            () if is("trust-ad") => &mut self.trust_ad,
            () if is("no-aaaa") => &mut self.no_aaaa,
            () => return None,
        })
    }
}

impl Config {
    /// What the host is configured for, and the environment changes.
    pub(super) fn load() -> Self {
        let file = text::read("/etc/resolv.conf").unwrap_or_default();
        let domain = environment::variable("LOCALDOMAIN");
        let options = environment::variable("RES_OPTIONS");
        Self::parse(&file, domain.as_deref(), options.as_deref(), &environment::host_name())
    }

    fn parse(file: &[u8], local_domain: Option<&[u8]>, res_options: Option<&[u8]>, host_name: &[u8]) -> Self {
        let mut servers = Vec::new();
        let mut search = local_domain.map(domains);
        let mut options = Options::default();
        for line in file.split(|byte| *byte == b'\n') {
            let Some((keyword, value)) = line.split_at_checked(line.iter().position(is_blank).unwrap_or(0)) else {
                continue;
            };
            let value = &value[value.iter().take_while(|byte| is_blank(byte)).count()..];
            let names = || domains(value).into_iter().filter(|domain| !domain.is_empty());
            match keyword {
                b"nameserver" => servers.extend(server(value)),
                b"domain" if local_domain.is_none() && !value.is_empty() => search = Some(names().take(1).collect()),
                b"search" if local_domain.is_none() && !value.is_empty() => search = Some(names().collect()),
                b"options" => options.read(value),
                _ => {}
            }
        }
        if servers.is_empty() {
            servers.push(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), PORT));
        }
        servers.truncate(MAX_SERVERS);
        options.read(res_options.unwrap_or_default());
        let search = search.unwrap_or_else(|| domain_of(host_name).into_iter().collect());
        Self { servers, search, options }
    }
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The domains of a search list, between blanks. The first may be empty, which stands for the root.
fn domains(list: &[u8]) -> Vec<Vec<u8>> {
    let line = list.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut words = line.split(is_blank);
    let first = words.next().unwrap_or_default();
    std::iter::once(first).chain(words.filter(|word| !word.is_empty())).map(<[u8]>::to_vec).collect()
}

/// A server's address: in any form of IPv4, or IPv6 with or without a scope; a scope that is none is left out.
fn server(value: &[u8]) -> Option<SocketAddr> {
    let word = value.split(is_blank).next()?;
    if let Some(ip) = literal::ipv4(word) {
        return Some(SocketAddr::new(IpAddr::V4(ip), PORT));
    }
    let (ip, scope) = match literal::ipv6(word)? {
        Ipv6Literal::Address(ip, scope) => (ip, scope),
        Ipv6Literal::BadScope(ip) => (ip, 0),
    };
    Some(SocketAddrV6::new(ip, PORT, 0, scope).into())
}

/// What stands behind a name's first dot.
pub(super) fn domain_of(name: &[u8]) -> Option<Vec<u8>> {
    let dot = name.iter().position(|byte| *byte == b'.')?;
    Some(name[dot + 1..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::{Config, Options};

    fn parse(file: &str) -> Config {
        Config::parse(file.as_bytes(), None, None, b"machine.home.example")
    }

    fn search(config: &Config) -> Vec<String> {
        config.search.iter().map(|domain| String::from_utf8(domain.clone()).unwrap()).collect()
    }

    #[test]
    fn without_a_file() {
        let config = parse("");
        assert_eq!(config.servers, ["127.0.0.1:53".parse().unwrap()]);
        assert_eq!(search(&config), ["home.example"]);
        assert_eq!(config.options, Options::default());
    }

    #[test]
    fn servers() {
        let config = parse("nameserver 10.1\nnameserver ::1%0 x\n nameserver 1.1.1.1\nnameserver nowhere\n");
        assert_eq!(config.servers, ["10.0.0.1:53".parse().unwrap(), "[::1]:53".parse().unwrap()]);
        let scoped = parse("nameserver fe80::1%lo\nnameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3");
        assert_eq!(scoped.servers.len(), 3);
        assert_eq!(scoped.servers[0], "[fe80::1%1]:53".parse().unwrap());
    }

    #[test]
    fn search_lists() {
        assert_eq!(search(&parse("domain a b\n")), ["a"]);
        assert_eq!(search(&parse("search  a\tb  c \n")), ["a", "b", "c"]);
        assert_eq!(search(&parse("domain a\nsearch b c\nsearch \n#search d\n;search e\nsearch\n")), ["b", "c"]);
        assert_eq!(search(&parse("search .\n")), ["."]);
        let environment = |domain: &str| Config::parse(b"search a\n", Some(domain.as_bytes()), None, b"m.x");
        assert_eq!(search(&environment("u v\nw")), ["u", "v"]);
        assert_eq!(search(&environment("")), [""]);
    }

    #[test]
    fn options() {
        let config =
            parse("options ndots:3 timeout:99\tattempts:-1 rotated edns0\noptions no-tld-query use-vc:x trust-ad\n");
        let expected = Options {
            ndots: 3,
            timeout: 30,
            attempts: 0,
            rotate: true,
            edns0: true,
            no_tld_query: true,
            use_tcp: true,
            trust_ad: true,
            ..Options::default()
        };
        assert_eq!(config.options, expected);
        let later = Config::parse(b"options ndots:3\n", None, Some(b"ndots:0 no-aaaa single-request-reopen"), b"");
        assert!(later.options.no_aaaa && later.options.single_request_reopen && !later.options.single_request);
        assert_eq!(later.options.ndots, 0);
    }
}
