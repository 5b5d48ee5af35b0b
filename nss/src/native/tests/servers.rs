//! What the name servers of a world answer, one kind of answer after the other.

use std::ffi::CString;
use std::time::{Duration, Instant};

use super::dns::{World, in_world, silence};
use crate::native::codes::{AI_CANONNAME, EAI_AGAIN, EAI_NODATA, EAI_NONAME};
use crate::native::{Failure, Found, Hints, Source, getaddrinfo, host_name};

fn lookup(name: &str, flags: i32, family: i32) -> Result<Found, Failure> {
    let hints = Hints { flags, family, socktype: libc::SOCK_STREAM, protocol: 0 };
    getaddrinfo(Some(&CString::new(name).unwrap()), None, &hints)
}

/// The addresses of any family, in alphabetical order.
fn addresses(name: &str) -> Vec<String> {
    let found = lookup(name, 0, 0).unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
    assert_eq!(found.source, Source::Dns, "{name}");
    let mut addresses: Vec<_> = found.entries.iter().map(|entry| entry.address.ip().to_string()).collect();
    addresses.sort();
    addresses
}

#[track_caller]
fn fails(name: &str, code: i32) {
    for family in [libc::AF_UNSPEC, libc::AF_INET, libc::AF_INET6] {
        assert_eq!(lookup(name, 0, family).map(|found| found.entries), Err(Failure::Code(code)), "{name} {family}");
    }
}

fn resolv_conf(world: &World, lines: &str) {
    world.write("resolv.conf", &format!("options timeout:5 attempts:2\n{lines}"));
}

/// Where a server that never answers is waited for.
fn impatient_resolv_conf(world: &World, lines: &str) {
    world.write("resolv.conf", &format!("options timeout:1 attempts:2\n{lines}"));
}

#[test]
fn answers_of_every_kind() {
    in_world(|world| {
        let _server = world.serve(&["127.0.0.1", "::1"]);
        world.replace_etc();
        for options in ["", "options edns0\n", "options use-vc\n", "options single-request\n", "nameserver ::1\n"] {
            resolv_conf(world, options);
            assert_eq!(addresses("a.test"), ["192.0.2.1"]);
            assert_eq!(addresses("AAAA.test."), ["2001:db8::1"]);
            assert_eq!(addresses("both.test"), ["192.0.2.2", "2001:db8::2"]);
            assert_eq!(addresses("alias.test"), ["192.0.2.2", "2001:db8::2"]);
            let canonical = |name| lookup(name, AI_CANONNAME, 0).unwrap().canonical_name.unwrap();
            assert_eq!(canonical("alias.test"), CString::new("both.test").unwrap());
            assert_eq!(canonical("A.Test"), CString::new("A.Test").unwrap());
            assert_eq!(addresses("large.test").len(), 60, "{options}");
            assert_eq!(addresses("huge.test").len(), 200, "{options}");
            assert_eq!(addresses("_under.test"), ["192.0.2.16"]);
            fails("nothing.test", EAI_NONAME);
            fails("nodata.test", EAI_NODATA);
            // Over TCP, glibc takes that for an answer, and for IPv4 alone as if there were no such name.
            let code = if options.contains("use-vc") { EAI_NONAME } else { EAI_AGAIN };
            let failed = lookup("x.fail.test", 0, libc::AF_INET).map(|found| found.source);
            assert_eq!(failed, Err(Failure::Code(code)));
            assert_eq!(lookup("x.fail.test", 0, 0).map(|found| found.source), Err(Failure::Code(EAI_AGAIN)));
            fails("no host.test", EAI_NONAME);
        }
        resolv_conf(world, "options no-aaaa\n");
        assert_eq!(addresses("both.test"), ["192.0.2.2"]);
    });
}

#[test]
fn search_lists_and_dots() {
    in_world(|world| {
        let _server = world.serve(&["127.0.0.1"]);
        world.replace_etc();
        resolv_conf(world, "search one.test two.test\n");
        assert_eq!(addresses("www"), ["192.0.2.11"]);
        assert_eq!(addresses("only"), ["192.0.2.13"]);
        fails("www.", EAI_NONAME);
        assert_eq!(addresses("a.test"), ["192.0.2.1"]);
        resolv_conf(world, "search test\noptions ndots:2\n");
        assert_eq!(addresses("www.one"), ["192.0.2.11"]);
        assert_eq!(addresses("www.one.test"), ["192.0.2.11"]);
        // The file has changed, and that is seen.
        resolv_conf(world, "search .\n");
        fails("www.one", EAI_NONAME);
    });
}

#[test]
fn the_next_server() {
    in_world(|world| {
        let _server = world.serve(&["127.0.0.1"]);
        let _silence = silence("127.0.0.2");
        world.replace_etc();
        // One that does not answer, then one that does; then one that is not there.
        impatient_resolv_conf(world, "nameserver 127.0.0.2\nnameserver 127.0.0.1\n");
        assert_eq!(addresses("both.test"), ["192.0.2.2", "2001:db8::2"]);
        resolv_conf(world, "nameserver 127.0.0.3\nnameserver 127.0.0.1\n");
        assert_eq!(addresses("huge.test").len(), 200);
        resolv_conf(world, "nameserver 192.0.2.53\nnameserver 127.0.0.1\n");
        assert_eq!(addresses("a.test"), ["192.0.2.1"]);
        resolv_conf(world, "nameserver 127.0.0.3\n");
        fails("a.test", EAI_AGAIN);
        // A server that accepts the time that one has, and no more.
        impatient_resolv_conf(world, "nameserver 127.0.0.2\n");
        let start = Instant::now();
        assert!(matches!(lookup("a.test", 0, 0), Err(Failure::Code(EAI_AGAIN))));
        assert!(start.elapsed() >= Duration::from_secs(1));
    });
}

#[test]
fn files_before_servers_and_localhost_without_either() {
    in_world(|world| {
        let _server = world.serve(&["127.0.0.1"]);
        world.replace_etc();
        resolv_conf(world, "");
        let source = |name: &str| lookup(name, 0, 0).map(|found| found.source);
        assert_eq!(source("localhost"), Ok(Source::Special));
        assert_eq!(source("a.LocalHost."), Ok(Source::Special));
        assert_eq!(source("10.1"), Ok(Source::Literal));
        world.write("hosts", "192.0.2.99 a.test other\n127.0.0.1 localhost\n");
        assert_eq!(source("localhost"), Ok(Source::Files));
        assert_eq!(source("OTHER"), Ok(Source::Files));
        assert_eq!(source("a.test"), Ok(Source::Files));
        world.write("nsswitch.conf", "hosts: dns\n");
        assert_eq!(source("a.test"), Ok(Source::Dns));
        world.write("nsswitch.conf", "hosts: files\n");
        assert!(source("both.test").is_err());
    });
}

#[test]
fn pointers() {
    in_world(|world| {
        let _server = world.serve(&["127.0.0.1"]);
        world.replace_etc();
        resolv_conf(world, "");
        let name = |ip: &str| {
            host_name((ip.parse::<std::net::IpAddr>().unwrap(), 0).into(), 0).unwrap().into_string().unwrap()
        };
        assert_eq!(name("192.0.2.1"), "a.test");
        assert_eq!(name("192.0.2.2"), "both.test");
        assert_eq!(name("192.0.2.3"), "192.0.2.3");
        assert_eq!(name("2001:db8::1"), "aaaa.test");
        assert_eq!(name("::ffff:192.0.2.1"), "a.test");
        assert_eq!(name("2001:db8::9"), "2001:db8::9");
        world.write("hosts", "192.0.2.1 file.test alias\n");
        assert_eq!(name("192.0.2.1"), "file.test");
        assert_eq!(name("::ffff:192.0.2.1"), "file.test");
    });
}
