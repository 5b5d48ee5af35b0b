//! A call of getaddrinfo or getnameinfo, and its result as a line of text.

use std::ffi::{CStr, CString};
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use crate::native::{Failure, Hints, getaddrinfo, getnameinfo, literal};

#[derive(Clone, Debug)]
pub(super) enum Call {
    Addresses { node: Option<String>, service: Option<String>, hints: Hints },
    Names { ip: IpAddr, port: u16, scope: u32, flags: i32 },
}

impl Call {
    /// For nss/tests/native/peer.c.
    pub(super) fn line(&self) -> String {
        let text = |text: &Option<String>| text.as_ref().map_or("-".to_owned(), |text| format!("={text}"));
        match self {
            Self::Addresses { node, service, hints: Hints { flags, family, socktype, protocol } } => {
                let (node, service) = (text(node), text(service));
                format!("addresses\t{node}\t{service}\t{flags}\t{family}\t{socktype}\t{protocol}")
            }
            Self::Names { ip, port, scope, flags } => format!("names\t{ip}\t{port}\t{scope}\t{flags}"),
        }
    }

    /// Reads that again.
    pub(super) fn parse(line: &str) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        let text = |field: &str| field.strip_prefix('=').map(str::to_owned);
        let number = |index: usize| fields[index].parse().unwrap();
        match fields[0] {
            "addresses" => {
                let hints = Hints { flags: number(3), family: number(4), socktype: number(5), protocol: number(6) };
                Self::Addresses { node: text(fields[1]), service: text(fields[2]), hints }
            }
            _ => {
                let (ip, port) = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
                Self::Names { ip, port, scope: fields[3].parse().unwrap(), flags: number(4) }
            }
        }
    }

    /// What the resolver (of hosts and DNS) here makes of it.
    pub(super) fn run(&self) -> String {
        match self {
            Self::Addresses { node, service, hints } => {
                let c_string = |text: &Option<String>| text.as_ref().map(|text| CString::new(text.as_str()).unwrap());
                addresses(c_string(node).as_deref(), c_string(service).as_deref(), hints)
            }
            Self::Names { ip, port, scope, flags } => {
                let address = match *ip {
                    IpAddr::V4(ip) => SocketAddr::from((ip, *port)),
                    IpAddr::V6(ip) => SocketAddrV6::new(ip, *port, 0, *scope).into(),
                };
                match getnameinfo(address, *flags) {
                    Ok(names) => format!("host {} service {}", text(&names.host), text(&names.service)),
                    Err(failure) => failed(failure),
                }
            }
        }
    }
}

fn addresses(node: Option<&CStr>, service: Option<&CStr>, hints: &Hints) -> String {
    let found = match getaddrinfo(node, service, hints) {
        Ok(found) => found,
        Err(failure) => return failed(failure),
    };
    let mut line = format!("name {}", found.canonical_name.as_deref().map_or("-".to_owned(), text));
    for entry in &found.entries {
        let scope = match entry.address {
            SocketAddr::V6(address) => address.scope_id(),
            SocketAddr::V4(_) => 0,
        };
        let (ip, port) = (literal::text(entry.address.ip()), entry.address.port());
        write!(line, ", {ip} {scope} {port} {} {}", entry.socktype, entry.protocol).unwrap();
    }
    line
}

fn text(text: &CStr) -> String {
    text.to_string_lossy().into_owned()
}

fn failed(failure: Failure) -> String {
    match failure {
        Failure::Code(code) => format!("code {code} errno 0"),
        Failure::System(errno) => format!("code -11 errno {errno}"),
    }
}
