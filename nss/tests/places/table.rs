//! Where answers come from: a table, every cell of which is asserted. Those of a program without the line that loads modules of
//! another glibc may differ from run to run: a crash, the module's answer and the server's are all right there.
//!
//! Each name is known to one source: `fromhosts.test` to the place's /etc/hosts, `fromdns.test` to a DNS server, the host's own
//! name to libnss_myhostname, which only the glibc places have; users likewise. So the answer tells who gave it, and the
//! program says on standard error whether it asked the host or answered itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use comfy_table::{Table, presets};

use crate::place::PLACES;
use crate::{network, program};

/// What is asked: a row of the table.
struct Row {
    package: &'static str,
    /// Whether it has the line; `res-search` needs none.
    has_line: bool,
    /// Who knows the answer.
    source: &'static str,
    argument: &'static str,
    /// In the order of [`PLACES`].
    expected: [&'static str; PLACES.len()],
}

const fn row(
    package: &'static str,
    [source, argument]: [&'static str; 2],
    expected: [&'static str; PLACES.len()],
) -> Row {
    Row { package, has_line: true, source, argument, expected }
}

const HOSTS: [&str; 2] = ["/etc/hosts", "fromhosts.test"];
const DNS: [&str; 2] = ["DNS server", "fromdns.test"];
const MYHOSTNAME: [&str; 2] = ["libnss_myhostname", network::OWN_NAME];
const PASSWD: [&str; 2] = ["/etc/passwd", "fileuser"];
const EXTRAUSERS: [&str; 2] = ["libnss_extrausers", "moduleuser"];

/// What static glibc makes of the modules of another glibc (before 2.34, `files` and `dns` are modules too): as a rule the
/// process ends by a signal, by chance it works. With the glibc that the program was linked with, it works.
const CRASH: &str = "crash";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("std-dns", HOSTS, ["files", "files", "files", "files", "files", "native: files", "native: files"]),
    row("std-dns", DNS, ["dns", "dns", "dns", "dns", "dns", "native: dns", "native: no server"]),
    row("std-dns", MYHOSTNAME, ["module", "module", "module", "module", "unknown", "native: unknown", "native: no server"]),
    row("http-get", ["/etc/hosts", "http://fromhosts.test/"],
        ["files", "files", "files", "files", "files", "native: files", "native: files"]),
    row("http-get", ["DNS server", "http://fromdns.test/"],
        ["dns", "dns", "dns", "dns", "dns", "native: dns", "native: no server"]),
    row("http-get", ["libnss_myhostname", "http://own-name.test/"],
        ["module", "module", "module", "module", "unknown", "native: unknown", "native: no server"]),
    row("res-search", DNS, ["dns", "dns", "dns", "dns", "dns", "no libc", "no libc"]),
    row("whoami", PASSWD, ["files", "files", "files", "files", "files", "native: files", "native: files"]),
    row("whoami", EXTRAUSERS,
        ["module", "module", "module", "module", "unknown", "native: unknown", "native: unknown"]),
    Row { has_line: false, ..row("std-dns", HOSTS, ["files", "files", "files", "files", "files", "files", "files"]) },
    Row { has_line: false, ..row("std-dns", DNS, [CRASH, CRASH, CRASH, CRASH, "dns", "dns", "no server"]) },
    Row { has_line: false, ..row("std-dns", MYHOSTNAME, [CRASH, CRASH, CRASH, CRASH, "unknown", "unknown", "no server"]) },
    Row { has_line: false, ..row("whoami", EXTRAUSERS, [CRASH, CRASH, CRASH, CRASH, "unknown", "unknown", "unknown"]) },
];

#[test]
fn answers_come_from_where_they_should() {
    crate::run("table", check);
}

fn check(folder: &Path) {
    let programs = programs(folder);
    let places: Vec<_> = PLACES.iter().map(|place| place.make(folder, &programs)).collect();
    let own_glibc = own_glibc();
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header(["program", "who knows it"].into_iter().chain(PLACES.iter().map(|place| place.name)));
    let mut wrong = String::new();
    for row in ROWS {
        let name = program::name(row.package, row.has_line);
        let mut cells = vec![name.replace("-without", " without the line"), row.source.to_owned()];
        for ((place, path), expected) in PLACES.iter().zip(&places).zip(row.expected) {
            let output = program::run_in(path, &name, row.argument, "auto+1");
            let origin = program::origin(&output);
            // With the line a program says who answers; what has a libc answers by it.
            let stderr = String::from_utf8_lossy(&output.stderr);
            let asked = match row.has_line && row.package != "res-search" {
                true => Some(if place.has_libc() { "host" } else { "native" }),
                false => None,
            };
            let own = place.version().is_some_and(|version| own_glibc.as_deref() == Some(version));
            let right = match expected {
                CRASH if !own => ["crash", "module", "dns"].contains(&origin.as_str()),
                CRASH => ["module", "dns"].contains(&origin.as_str()),
                _ => origin == expected,
            };
            if !right || program::provider(&stderr) != asked {
                let place = place.name;
                wrong.push_str(&format!("{name} {} in {place}: {origin}, not {expected}\n{output:?}\n", row.argument));
            }
            cells.push(origin);
        }
        table.add_row(cells);
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Every program of the rows, built.
fn programs(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<_> = ROWS.iter().map(|row| (row.package, row.has_line)).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|(package, has_line)| program::build(package, has_line, folder)).collect()
}

/// The version of the glibc that programs are linked with here.
fn own_glibc() -> Option<String> {
    let text = program::run(Command::new("getconf").arg("GNU_LIBC_VERSION"));
    text.trim().strip_prefix("glibc ").map(str::to_owned)
}
