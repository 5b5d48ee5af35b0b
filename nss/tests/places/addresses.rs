//! `std-dns` against a server: the host's DNS code, and that of the program's own, from the same configuration.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::network::{SERVER, SILENT};
use crate::place::{self, PLACES};
use crate::program;

/// A name, the configuration, and what must come out: addresses in any order, or an error in few words.
struct Case {
    what: &'static str,
    name: &'static str,
    resolv_conf: String,
    expected: Result<Vec<IpAddr>, &'static str>,
    /// musl does something else, which this is.
    on_musl: Option<&'static str>,
}

fn case(what: &'static str, name: &'static str, more: &str, expected: Result<&[&str], &'static str>) -> Case {
    let address = |text: &&str| text.parse().expect("an address");
    let expected = expected.map(|addresses| addresses.iter().map(address).collect());
    Case { what, name, resolv_conf: format!("nameserver {SERVER}\n{more}\n"), expected, on_musl: None }
}

fn cases() -> Vec<Case> {
    let many: Vec<_> = (1..=40).map(|last| format!("203.0.113.{last}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let silent_first = format!("nameserver {SILENT}\nnameserver {SERVER}\noptions timeout:1 attempts:5\n");
    let silent = format!("nameserver {SILENT}\noptions timeout:1 attempts:1\n");
    vec![
        case("A", "a.test", "", Ok(&["192.0.2.1"])),
        case("AAAA", "aaaa.test", "", Ok(&["2001:db8::1"])),
        case("A and AAAA", "both.test", "", Ok(&["192.0.2.2", "2001:db8::2"])),
        case("a chain of aliases", "alias.test", "", Ok(&["192.0.2.2", "2001:db8::2"])),
        case("an alias of nothing", "dangling.test", "", Err("unknown")),
        case("more than 512 bytes: truncated, then TCP", "many.test", "", Ok(&many)),
        case("more than 512 bytes with EDNS", "many.test", "options edns0", Ok(&many)),
        case("NXDOMAIN", "nowhere.test", "", Err("unknown")),
        case("no address", "nodata.test", "", Err("no address")),
        case("SERVFAIL", "x.fail.test", "", Err("no server")),
        Case { resolv_conf: silent_first, ..case("timeout, then the second server", "a.test", "", Ok(&["192.0.2.1"])) },
        Case { resolv_conf: silent, ..case("timeout", "a.test", "", Err("no server")) },
        case("search list", "www", "search one.test", Ok(&["192.0.2.11"])),
        case("the second of a search list", "only", "search one.test two.test", Ok(&["192.0.2.13"])),
        case("search list before a name with a dot", "www.one", "search test\noptions ndots:2", Ok(&["192.0.2.11"])),
        // musl has that a name with so many dots is complete.
        Case {
            on_musl: Some("unknown"),
            ..case("search list after a name with a dot", "www.one", "search test", Ok(&["192.0.2.11"]))
        },
        case("no search list for a final dot", "www.", "search one.test", Err("unknown")),
    ]
}

/// Who answers: a place, and what IMPORT_DYNAMIC_NETDNS says there.
const ASKED: [(&str, &str); 7] = [
    ("glibc 2.31", "host"),
    ("glibc 2.36", "host"),
    ("glibc 2.41", "host"),
    ("glibc 2.43", "host"),
    ("musl 1.2.5", "host"),
    ("glibc 2.36", "native"),
    ("empty", "native"),
];

#[test]
fn host_and_native_answer_alike() {
    crate::run("addresses", check);
}

fn check(folder: &Path) {
    let programs = [program::build("std-dns", true, folder)];
    let mut places: Vec<(&str, PathBuf)> = Vec::new();
    for place in PLACES.iter().filter(|place| ASKED.iter().any(|(name, _)| *name == place.name)) {
        places.push((place.name, place.make(folder, &programs)));
    }
    let mut wrong = String::new();
    for case in cases() {
        let mut texts = Vec::new();
        for (place, netdns) in ASKED {
            let (_, path) = places.iter().find(|(name, _)| *name == place).expect("a place that was made");
            place::write_resolv_conf(path, &case.resolv_conf);
            let output = program::run_in(path, "std-dns", case.name, &format!("{netdns}+1"));
            let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            let mut answer = match output.status.success() {
                true => Ok(stdout.lines().map(|line| line.parse().expect("an address")).collect::<Vec<IpAddr>>()),
                false => Err(program::error(&stderr)),
            };
            let is_musl = place.starts_with("musl");
            if !is_musl {
                texts.push(stdout.into_owned());
            }
            let mut expected = match case.on_musl {
                Some(error) if is_musl => Err(error.to_owned()),
                _ => case.expected.clone().map_err(str::to_owned),
            };
            let _ = answer.as_mut().map(|addresses| addresses.sort());
            let _ = expected.as_mut().map(|addresses| addresses.sort());
            if answer != expected || program::provider(&stderr) != Some(netdns) {
                wrong
                    .push_str(&format!("{}: {place}, {netdns}: {answer:?}, not {expected:?}\n{output:?}\n", case.what));
            }
        }
        // One order, too: that of RFC 6724, and the server's where it says nothing.
        if texts.windows(2).any(|pair| pair[0] != pair[1]) {
            wrong.push_str(&format!("{}: {texts:?}\n", case.what));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
