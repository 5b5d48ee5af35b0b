//! The DNS, as glibc's `nss_dns` answers from it.

use std::net::{IpAddr, Ipv6Addr};

use domain::base::Rtype;

use super::outcome::{Family, Host, Miss, Reason, Status};
use super::resolv_conf::Config;

mod message;
mod name;
mod random;
mod search;
mod send;
mod tcp;
mod udp;

pub(super) use name::is_host;

/// The addresses of both families, asked for at the same time.
pub(super) fn both(name: &[u8]) -> Result<Host, Miss> {
    if !is_host(name) {
        return Err(Miss::NOT_FOUND);
    }
    let config = Config::load();
    let types: &[Rtype] = if config.options.no_aaaa { &[Rtype::A] } else { &[Rtype::A, Rtype::AAAA] };
    let replies = search::search(&config, name, types)?;
    let mut result: Result<Host, Miss> = Err(Miss::NOT_FOUND);
    for reply in replies.iter().flatten() {
        result = match (result, reply.addresses()) {
            (Ok(mut host), Ok(more)) => {
                host.addresses.extend(more.addresses);
                Ok(host)
            }
            (Ok(host), Err(_)) => Ok(host),
            // An answer that cannot be read is not made up for by a good one.
            (Err(miss), _) if miss.status == Status::Unavailable => Err(miss),
            (Err(_), answer) => answer,
        };
    }
    result
}

/// The addresses of one family. A `checked` name is refused where no host can have it.
pub(super) fn one(name: &[u8], family: Family, checked: bool) -> Result<Host, Miss> {
    let may_be_host = is_host(name);
    if checked && !may_be_host {
        return Err(Miss::NOT_FOUND);
    }
    let config = Config::load();
    let rtype = match family {
        Family::V4 => Rtype::A,
        Family::V6 => Rtype::AAAA,
    };
    let replies = search::search(&config, name, &[rtype])?;
    let reply = replies.iter().flatten().next().ok_or(Miss::NOT_FOUND)?;
    // Records, but no address among them, is taken to pass.
    let nothing = Miss::new(Status::TryAgain, Reason::NoRecovery);
    reply.addresses().map_err(|miss| if miss == Miss::NOT_FOUND && may_be_host { nothing } else { miss })
}

/// The name that the pointer of an address gives.
pub(super) fn name_of(ip: IpAddr) -> Result<Vec<u8>, Miss> {
    let config = Config::load();
    let name = match embedded(ip) {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let nibbles = ip.octets().into_iter().rev().flat_map(|byte| [byte & 0xf, byte >> 4]);
            let mut name: String = nibbles.map(|nibble| format!("{nibble:x}.")).collect();
            name.push_str("ip6.arpa");
            name
        }
    };
    let replies = search::query(&config, name.as_bytes(), Rtype::PTR);
    // That no server could be asked makes glibc take the next source for names, but not for addresses.
    let replies = replies.map_err(|miss| Miss::new(Status::NotFound, miss.reason))?;
    replies.iter().flatten().next().ok_or(Miss::NOT_FOUND)?.pointer()
}

/// The IPv4 address in an IPv6 one, mapped or compatible: that is the one with a pointer.
fn embedded(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) if v6 != Ipv6Addr::LOCALHOST => v6.to_ipv4().map_or(ip, IpAddr::V4),
        _ => ip,
    }
}
