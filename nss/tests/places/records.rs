//! `res-search` against a server: records of any type, from each host's own DNS code.

use std::path::Path;

use crate::network::{SERVER, SILENT};
use crate::place::{self, PLACES};
use crate::{program, zone};

/// What is asked, and what must be printed, or the reason that must be told.
type Case = (&'static str, Result<&'static str, &'static str>);

const CASES: &[Case] = &[
    ("a.test", Ok("192.0.2.1")),
    ("aaaa.test AAAA", Ok("2001:db8::1")),
    ("alias.test", Ok("second.test.\nthird.test.\nboth.test.\n192.0.2.2")),
    ("alias.test CNAME", Ok("second.test.")),
    ("mail.test MX", Ok("10 mx1.test.\n20 mx2.test.")),
    ("mail.test mx", Ok("10 mx1.test.\n20 mx2.test.")),
    ("mail.test 15", Ok("10 mx1.test.\n20 mx2.test.")),
    ("text.test TXT", Ok(r#""two" "strings with \"quotes\" and \\""#)),
    ("_web._tcp.test SRV", Ok("1 2 443 a.test.")),
    ("1.2.0.192.in-addr.arpa PTR", Ok("a.test.")),
    ("-x 192.0.2.1", Ok("a.test.")),
    ("-x 192.0.2.2", Ok("2.pointers.test.\nboth.test.")),
    ("-x 2001:db8::1", Ok("aaaa.test.")),
    (". SOA", Ok("ns.test. admin.test. 1 3600 600 86400 60")),
    (". NS", Ok("ns.test.")),
    ("nowhere.test", Err("there is no such name (HOST_NOT_FOUND)")),
    ("mail.test A", Err("has no records of this type (NO_DATA)")),
    ("a.test nonsense", Err("no record type is called nonsense")),
];

#[test]
fn records_of_any_type() {
    crate::run("records", check);
}

fn check(folder: &Path) {
    let programs = [program::build("res-search", true, folder)];
    let mut wrong = String::new();
    for place in PLACES.iter().filter(|place| !place.name.starts_with("empty")) {
        let path = place.make(folder, &programs);
        let is_musl = place.name.starts_with("musl");
        let mut check = |question: &str, expected: Result<&str, &[&str]>| {
            let output = program::run_in(&path, "res-search", question, "");
            let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            let right = match expected {
                Ok(text) => {
                    let (mut lines, mut expected): (Vec<_>, Vec<_>) =
                        (stdout.lines().collect(), text.lines().collect());
                    // Servers turn the records of one type round.
                    if !text.contains("both.test.") {
                        lines.sort_unstable();
                        expected.sort_unstable();
                    }
                    output.status.success() && lines == expected
                }
                Err(reasons) => {
                    let told = reasons.iter().any(|reason| stderr.contains(reason));
                    !output.status.success() && stdout.is_empty() && told
                }
            };
            if !right {
                wrong.push_str(&format!("{question} in {}: {output:?}\nnot {expected:?}\n", place.name));
            }
        };
        for (question, expected) in CASES {
            match expected {
                Ok(text) => check(question, Ok(text)),
                Err(reason) => check(question, Err(&[reason])),
            }
        }
        // musl hands on the answer of a server that failed, or asks until the time is over; and it does not ask for new types.
        check("x.fail.test", Err(if is_musl { &["(TRY_AGAIN)", "SERVFAIL"] } else { &["(TRY_AGAIN)"] }));
        check("new.test TYPE65280", if is_musl { Err(&["no types above 255"]) } else { Ok(r"\# 3 01 02 ff") });
        let many: Vec<_> = (1..=40).map(|last| format!("203.0.113.{last}")).collect();
        check("many.test", Ok(&many.join("\n")));
        check("long.test TXT", Ok(&[zone::LONG; 3].join(" ")));
        place::write_resolv_conf(
            &path,
            &format!("nameserver {SILENT}\nnameserver {SERVER}\noptions timeout:1 attempts:5\n"),
        );
        check("mail.test MX", Ok("10 mx1.test.\n20 mx2.test."));
        place::write_resolv_conf(&path, &format!("nameserver {SILENT}\noptions timeout:1 attempts:1\n"));
        check("mail.test MX", Err(&["(TRY_AGAIN)"]));
    }
    assert!(wrong.is_empty(), "{wrong}");
}
