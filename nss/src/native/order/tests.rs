//! RFC 6724's rules one by one, on hosts that are made up.

use std::cmp::Ordering;
use std::net::IpAddr;

use super::gai_conf::Policy;
use super::{Candidate, Entry, Source, compare};

/// A destination, and the source to it.
fn candidate(destination: &str, source: Option<&str>) -> Candidate {
    let ip: IpAddr = destination.parse().unwrap();
    let source = source.map(|source| Source {
        ip: source.parse().unwrap(),
        is_deprecated: false,
        is_home: false,
        prefix: if ip.is_ipv4() { 24 } else { 64 },
        interface: Some(2),
        is_native: true,
    });
    Candidate { entry: Entry { address: (ip, 0).into(), socktype: 1, protocol: 6 }, source }
}

fn changed(mut candidate: Candidate, change: impl Fn(&mut Source)) -> Candidate {
    candidate.source.as_mut().into_iter().for_each(change);
    candidate
}

/// Both ways round.
#[track_caller]
fn first(a: Candidate, b: Candidate) {
    let policy = Policy::parse(b"");
    assert_eq!(compare(&a, &b, &policy), Ordering::Less, "{a:?} {b:?}");
    assert_eq!(compare(&b, &a, &policy), Ordering::Greater);
}

#[track_caller]
fn equal(a: Candidate, b: Candidate) {
    assert_eq!(compare(&a, &b, &Policy::parse(b"")), Ordering::Equal);
}

#[test]
fn rule_1_reachable() {
    first(candidate("192.0.2.1", Some("192.0.2.9")), candidate("2001:db8::1", None));
    first(candidate("2001:db8::1", None), candidate("192.0.2.1", None));
}

#[test]
fn rule_2_scope() {
    let global = candidate("198.51.100.1", Some("192.0.2.9"));
    first(global, candidate("2001:db8::1", Some("fe80::9")));
    first(candidate("2001:db8::1", Some("2001:db8::9")), candidate("198.51.100.1", Some("169.254.13.78")));
}

#[test]
fn rules_3_and_4_deprecated_and_home() {
    let one = || candidate("2001:db8:1::1", Some("2001:db8::9"));
    first(one(), changed(one(), |source| source.is_deprecated = true));
    first(changed(one(), |source| source.is_home = true), one());
}

#[test]
fn rule_5_label() {
    first(
        candidate("2002:c633:6401::1", Some("2002:c633:6401::9")),
        candidate("2001:db8:1::1", Some("2002:c633:6401::9")),
    );
}

#[test]
fn rule_6_precedence() {
    first(candidate("2001:db8:1::1", Some("2001:db8::9")), candidate("10.1.2.3", Some("10.1.2.4")));
    first(candidate("::1", Some("::1")), candidate("127.0.0.1", Some("127.0.0.1")));
}

#[test]
fn rule_7_native() {
    let one = || candidate("2001:db8:1::1", Some("2001:db8::9"));
    let tunnel = |source: &mut Source| (source.is_native, source.interface) = (false, Some(3));
    first(one(), changed(one(), tunnel));
    equal(one(), changed(one(), |source| source.is_native = false));
}

#[test]
fn rule_8_smaller_scope() {
    first(candidate("fe80::1", Some("fe80::9")), candidate("2001:db8:1::1", Some("2001:db8::9")));
}

#[test]
fn rule_9_prefix() {
    first(candidate("2001:db8::1", Some("2001:db8::9")), candidate("2001:db9::1", Some("2001:db8::9")));
    first(candidate("192.0.2.1", Some("192.0.2.9")), candidate("198.51.100.1", Some("192.0.2.9")));
    equal(candidate("198.51.100.1", Some("192.0.2.9")), candidate("203.0.113.1", Some("192.0.2.9")));
}

#[test]
fn rule_10_as_they_came() {
    equal(candidate("2001:db8::1", Some("2001:db8::9")), candidate("2001:db8::1", Some("2001:db8::9")));
    equal(candidate("192.0.2.1", None), candidate("192.0.2.2", None));
}
