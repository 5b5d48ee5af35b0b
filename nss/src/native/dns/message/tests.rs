//! What servers may send, and what they should not.

use domain::base::iana::{Class, Rcode};
use domain::base::{Message, MessageBuilder, Rtype, Ttl};
use domain::rdata::{A, Cname, Ptr};

use super::{Query, Reply, Verdict, name};
use crate::native::outcome::{Miss, Reason, Status};
use crate::native::resolv_conf::Options;

/// Two aliases and two addresses, in a message without compression.
fn answer(query: &Query) -> Vec<u8> {
    let parse = |text: &str| name::parse(text.as_bytes()).unwrap();
    let builder = MessageBuilder::from_target(Vec::new()).unwrap();
    let mut builder = builder.start_answer(&query.packet, Rcode::NOERROR).unwrap();
    let ttl = Ttl::from_secs(60);
    builder.push((parse("a.test"), Class::IN, ttl, Cname::new(parse("b.test")))).unwrap();
    builder.push((parse("B.test"), Class::IN, ttl, Cname::new(parse("c d.test")))).unwrap();
    builder.push((parse("c d.test"), Class::IN, ttl, A::from_octets(192, 0, 2, 1))).unwrap();
    builder.push((parse("other.test"), Class::IN, ttl, A::from_octets(192, 0, 2, 2))).unwrap();
    builder.push((parse("C D.test"), Class::IN, ttl, A::from_octets(192, 0, 2, 3))).unwrap();
    builder.push((parse("c d.test"), Class::IN, ttl, Ptr::new(parse("e.test")))).unwrap();
    builder.finish()
}

fn query(rtype: Rtype) -> Query {
    Query::new(7, &name::parse(b"a.test").unwrap(), rtype, &Options { edns0: true, ..Options::default() }).unwrap()
}

#[test]
fn aliases_and_addresses() {
    let query = query(Rtype::A);
    let reply = Reply::to(&query, &answer(&query)).unwrap();
    let host = reply.addresses().unwrap();
    // The last name that a host may have.
    assert_eq!(host.canonical_name, b"b.test");
    let ips: Vec<String> = host.addresses.iter().map(|address| address.ip.to_string()).collect();
    assert_eq!(ips, ["192.0.2.1", "192.0.2.3"]);
    assert_eq!(reply.pointer(), Ok(b"e.test".to_vec()));
}

#[test]
fn answers_without_what_was_asked_for() {
    let query = query(Rtype::AAAA);
    let reply = Reply::to(&query, &answer(&query)).unwrap();
    assert_eq!(reply.addresses(), Err(Miss::NOT_FOUND));
    let empty = Reply::to(&query, &answer(&query)[..]).map(|mut reply| {
        reply.message.header_mut().set_rcode(Rcode::SERVFAIL);
        reply.verdict()
    });
    assert_eq!(empty, Some(Verdict::Error));
}

#[test]
fn bare_refusals() {
    let query = query(Rtype::A);
    let bare = |flags: [u8; 2]| [0, 7, flags[0], flags[1], 0, 0, 0, 0, 0, 0, 0, 0];
    let verdict = |flags| Reply::to(&query, &bare(flags)).map(|reply| reply.verdict());
    assert_eq!(verdict([0x80, 5]), Some(Verdict::Error));
    // Only those that fail may leave out the question.
    assert_eq!(verdict([0x80, 0]), None);
    assert_eq!(verdict([0, 5]), None);
}

#[test]
fn names_that_point_at_themselves() {
    let query = query(Rtype::A);
    let mut packet = answer(&query);
    let owner = packet.windows(8).skip(13).position(|window| window == b"\x01a\x04test\0").unwrap() + 13;
    packet[owner..owner + 2].copy_from_slice(&[0xc0, owner as u8]);
    let reply = Reply { message: Message::from_octets(packet).unwrap() };
    assert_eq!(reply.addresses(), Err(Miss::new(Status::Unavailable, Reason::NoRecovery)));
}

/// Nothing that a server sends ends the program: changed, cut and lengthened packets are read to their end or refused.
#[test]
fn changed_packets() {
    let mut random = 1_u64;
    let mut below = |end: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((random >> 33) as usize) % end
    };
    let queries = [query(Rtype::A), query(Rtype::PTR)];
    let mut read = [0_usize; 2];
    for round in 0..20_000 {
        let query = &queries[round % 2];
        let mut packet = answer(query);
        for _ in 0..=below(4) {
            let at = below(packet.len());
            match below(6) {
                0 => packet[at] = below(256) as u8,
                1 => packet[at] ^= 1 << below(8),
                2 => packet[at] = 0xc0,
                3 => packet.truncate(at.max(12)),
                4 => packet.insert(at, below(256) as u8),
                _ => packet.extend_from_within(at..),
            }
        }
        read[0] += usize::from(Reply::to(query, &packet).is_some());
        let reply = Reply { message: Message::from_octets(packet).unwrap() };
        let _ = (reply.verdict(), reply.pointer());
        read[1] += usize::from(reply.addresses().is_ok_and(|host| !host.addresses.is_empty()));
    }
    // Enough of them came through for the rest to mean something.
    assert!(read.iter().all(|count| *count > 1_000), "{read:?}");
}
