//! Questions out, answers in.

use std::net::IpAddr;

use domain::base::iana::{Class, Rcode};
use domain::base::name::{Name, ParsedName};
use domain::base::{Message, MessageBuilder, Rtype, ToName};
use domain::rdata::{A, Aaaa, Cname, Ptr};

use super::name;
use crate::native::literal::Address;
use crate::native::outcome::{Host, Miss, Reason, Status};
use crate::native::resolv_conf::Options;

/// RESOLV_EDNS_BUFFER_SIZE: what fits into one packet on any path.
const EDNS_PAYLOAD: u16 = 1200;

/// A question, ready to be sent.
pub(super) struct Query {
    pub(super) packet: Message<Vec<u8>>,
}

impl Query {
    /// # Errors
    ///
    /// None if the question does not fit into a message, which no name causes.
    pub(super) fn new(id: u16, name: &Name<Vec<u8>>, rtype: Rtype, options: &Options) -> Option<Self> {
        let mut builder = MessageBuilder::from_target(Vec::new()).ok()?;
        builder.header_mut().set_id(id);
        builder.header_mut().set_rd(true);
        builder.header_mut().set_ad(options.trust_ad);
        let mut builder = builder.question();
        builder.push((name, rtype, Class::IN)).ok()?;
        let mut builder = builder.additional();
        if options.edns0 {
            builder
                .opt(|opt| {
                    opt.set_udp_payload_size(EDNS_PAYLOAD);
                    Ok(())
                })
                .ok()?;
        }
        Some(Self { packet: builder.into_message() })
    }
}

/// What an answer's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is worth reading.
    Answer,
    /// Another server may know better: it failed, refused, or sends elsewhere.
    Error,
    /// It was cut off.
    Truncated,
}

/// An answer to one of our questions.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    message: Message<Vec<u8>>,
}

impl Reply {
    /// Takes a packet that answers the query. Servers that fail may leave out the question.
    pub(super) fn to(query: &Query, packet: &[u8]) -> Option<Self> {
        let message = Message::from_octets(packet.to_vec()).ok()?;
        let header = message.header();
        let bare = packet.len() == 12 && message.header_counts().qdcount() == 0 && is_failure(header.rcode());
        let same = header.qr() && header.id() == query.packet.header().id();
        (same && (bare || message.is_answer(&query.packet))).then_some(Self { message })
    }

    pub(super) fn rcode(&self) -> Rcode {
        self.message.header().rcode()
    }

    pub(super) fn answers(&self) -> u16 {
        self.message.header_counts().ancount()
    }

    pub(super) fn verdict(&self) -> Verdict {
        let header = self.message.header();
        let empty = header.rcode() == Rcode::NOERROR && self.answers() == 0;
        let lame = empty && !header.aa() && !header.ra() && self.message.header_counts().arcount() == 0;
        if is_failure(header.rcode()) || lame {
            Verdict::Error
        } else if header.tc() {
            Verdict::Truncated
        } else {
            Verdict::Answer
        }
    }

    /// The name that was asked for.
    fn name(&self) -> Option<ParsedName<&[u8]>> {
        self.message.for_slice_ref().first_question().map(|question| question.into_qname())
    }

    /// The addresses of the type that was asked for, and the last name of the aliases before them that a host may have.
    ///
    /// # Errors
    ///
    /// Not found if there is no address, unavailable if the answer cannot be read.
    pub(super) fn addresses(&self) -> Result<Host, Miss> {
        let question = self.name().ok_or(UNREADABLE)?;
        let qtype = self.message.qtype().ok_or(UNREADABLE)?;
        if self.answers() == 0 || !name::may_be_host(&question) {
            return Err(Miss::NOT_FOUND);
        }
        let mut expected = question.to_vec();
        let mut host = Host { addresses: Vec::new(), canonical_name: name::text(&question) };
        for record in self.message.answer().map_err(|_| UNREADABLE)? {
            let record = record.map_err(|_| UNREADABLE)?;
            if record.class() != Class::IN {
                continue;
            }
            if record.rtype() == Rtype::CNAME {
                let alias = record.to_record::<Cname<_>>().ok().flatten().ok_or(UNREADABLE)?;
                expected = alias.data().cname().to_vec();
                if host.addresses.is_empty() && name::may_be_host(&expected) {
                    host.canonical_name = name::text(&expected);
                }
            } else if record.rtype() == qtype && record.owner().name_eq(&expected) {
                let ip = match qtype {
                    Rtype::A => record.to_record::<A>().ok().flatten().map(|record| IpAddr::V4(record.data().addr())),
                    _ => record.to_record::<Aaaa>().ok().flatten().map(|record| IpAddr::V6(record.data().addr())),
                };
                host.addresses.extend(ip.map(Address::from));
            }
        }
        if host.addresses.is_empty() { Err(Miss::NOT_FOUND) } else { Ok(host) }
    }

    /// The name that a pointer gives.
    ///
    /// # Errors
    ///
    /// Try again if there is none, unavailable if the answer cannot be read or the name is not one that a host may have.
    pub(super) fn pointer(&self) -> Result<Vec<u8>, Miss> {
        let mut expected = self.name().ok_or(UNREADABLE)?.to_vec();
        for record in self.message.answer().map_err(|_| UNREADABLE)? {
            let record = record.map_err(|_| UNREADABLE)?;
            if record.class() != Class::IN {
                continue;
            }
            if record.rtype() == Rtype::CNAME {
                let alias = record.to_record::<Cname<_>>().ok().flatten().ok_or(UNREADABLE)?;
                expected = alias.data().cname().to_vec();
            } else if record.rtype() == Rtype::PTR && record.owner().name_eq(&expected) {
                let pointer = record.to_record::<Ptr<_>>().ok().flatten().ok_or(UNREADABLE)?;
                let target = pointer.data().ptrdname();
                return if name::may_be_host(target) { Ok(name::text(target)) } else { Err(UNREADABLE) };
            }
        }
        Err(Miss::new(Status::TryAgain, Reason::NoRecovery))
    }
}

const UNREADABLE: Miss = Miss::new(Status::Unavailable, Reason::NoRecovery);

fn is_failure(rcode: Rcode) -> bool {
    matches!(rcode, Rcode::SERVFAIL | Rcode::NOTIMP | Rcode::REFUSED)
}

#[cfg(test)]
mod tests;
