//! `check`: libraries, symbols, versions, verdicts.

use insta::assert_snapshot;
use serde_json::Value;

use super::elf_file::{ElfFile, Undefined, import, library, program};
use super::hosts;
use super::support::{Directory, Said};

/// Runs check on imports in the root of the directory.
pub(crate) fn check(here: &Directory, notes: &[Vec<u8>], more: &[&str]) -> Said {
    here.write("app", program(notes).bytes());
    here.run(&[&["check", "app", "--root", "root", "--hwcaps", "none"], more].concat())
}

/// The result of the first import of that symbol or library.
fn result<'a>(json: &'a Value, name: &str) -> &'a Value {
    let named = |import: &&Value| import["symbols"][0] == name || import["libraries"][0] == name;
    json["imports"].as_array().unwrap().iter().find(named).unwrap()
}

fn function(flags: &str, version: &str, libraries: &str, symbols: &str) -> Vec<u8> {
    import(1, flags, version, "", libraries, symbols)
}

/// One import of each verdict, and of each status that a glibc root can give.
fn every_verdict() -> Vec<Vec<u8>> {
    vec![
        function("", "", "libc", "getaddrinfo"),
        function("", "GLIBC_2.2.5", "libc.so.6", "memcpy"),
        function("", "GLIBC_2.99", "libc.so.6", "memcpy"),
        function("ov", "GLIBC_9", "libc.so.6", "getaddrinfo"),
        function("", "", "libc.so.6", "ancient"),
        function("o", "", "libc.so.6", "nowhere\nneither"),
        function("f", "", "libabsent.so.1\nlibabsent.so.0", "covered"),
        import(2, "d", "", "", "", "environ"),
        import(3, "o", "", "", "libnss_absent.so.2", ""),
        import(4, "", "", "", "", "callback"),
    ]
}

#[test]
fn text_and_json() {
    let here = Directory::new("check_report");
    hosts::glibc(&here);
    assert_snapshot!("check_text", check(&here, &every_verdict(), &[]).with_status(1));
    assert_snapshot!("check_json", check(&here, &every_verdict(), &["--json"]).with_status(1));
}

#[test]
fn text_on_musl() {
    let here = Directory::new("check_musl");
    hosts::musl(&here);
    assert_snapshot!(check(&here, &every_verdict(), &[]).with_status(1));
}

#[test]
fn status_follows_the_verdicts() {
    let here = Directory::new("check_status");
    hosts::glibc(&here);
    check(&here, &[function("", "", "libc", "getaddrinfo")], &[]).with_status(0);
    check(&here, &[function("o", "", "libc", "absent")], &[]).with_status(0);
    check(&here, &[function("f", "", "libabsent.so", "absent")], &[]).with_status(0);
    check(&here, &[function("", "", "libc", "absent")], &[]).with_status(1);
    check(&here, &[import(3, "", "", "", "libabsent.so", "")], &[]).with_status(1);
}

#[test]
fn no_libc_at_all() {
    let here = Directory::new("check_empty");
    here.write("root/etc/hosts", "");
    let required = check(&here, &[function("", "", "libc", "getaddrinfo")], &[]);
    assert_snapshot!(required.with_status(1));
    let json = check(&here, &[function("f", "", "libc", "getaddrinfo")], &["--json"]);
    assert_eq!((json.status, &json.json()["interpreter"]["verdict"]), (0, &"fallback".into()));
    let json = check(&here, &[function("o", "", "libc", "getaddrinfo")], &["--json"]);
    assert_eq!((json.status, &json.json()["interpreter"]["verdict"]), (0, &"warning".into()));
}

#[test]
fn versions_on_musl() {
    let here = Directory::new("check_musl_versions");
    hosts::musl(&here);
    let json = check(
        &here,
        &[function("", "GLIBC_2.14", "libc", "memcpy"), function("v", "GLIBC_2.14", "libc", "open")],
        &["--json"],
    );
    let json = json.json();
    assert_eq!(result(&json, "memcpy")["status"], "no-versions");
    assert_eq!(result(&json, "open")["status"], "present");
}

#[test]
fn musl_answers_to_reserved_names_itself() {
    let here = Directory::new("check_musl_names");
    hosts::musl(&here);
    let names = ["libc.so.6", "libpthread.so.0", "libm.so.6", "libdl.so.2", "librt.so.1", "libutil.so.1", "libxnet.so"];
    let notes: Vec<_> = names.iter().map(|name| function("", "", name, "memcpy")).collect();
    let json = check(&here, &notes, &["--json"]).json();
    for library in json["libraries"].as_array().unwrap() {
        assert_eq!((&library["how"], &library["status"]), (&"interpreter".into(), &"found".into()), "{library}");
    }
    let other = check(&here, &[function("", "", "libresolv.so.2", "memcpy")], &["--json"]).json();
    assert_eq!(result(&other, "memcpy")["status"], "no-library");
}

#[test]
fn underscored_names_of_libresolv() {
    let here = Directory::new("check_underscores");
    hosts::glibc(&here);
    here.write("root/lib/libresolv.so.2", library("libresolv.so.2", &["__res_search"], &[]).bytes());
    let json = check(&here, &[function("", "", "libresolv", "res_search")], &["--json"]).json();
    assert_eq!(result(&json, "res_search")["symbol"], "__res_search");
    let json = check(&here, &[function("", "", "libresolv.so.2", "res_search")], &["--json"]).json();
    assert_eq!(result(&json, "res_search")["status"], "no-symbol");
}

#[test]
fn what_libraries_need_of_each_other() {
    let here = Directory::new("check_needed");
    hosts::glibc(&here);
    let lib = |name: &str| format!("root/usr/lib/{name}");
    here.write(&lib("liba.so"), library("liba.so", &["a"], &["libb.so"]).bytes());
    here.write(&lib("libb.so"), library("libb.so", &["b"], &["liba.so", "libc.so.6"]).bytes());
    here.write(&lib("libbroken.so"), library("libbroken.so", &["c"], &["libgone.so"]).bytes());
    let needs = |name, version| Undefined { name, version, weak: false };
    let old = ElfFile {
        undefined: vec![needs("memcpy", Some(("libc.so.6", "GLIBC_3.0")))],
        ..library("libnew.so", &["d"], &["libc.so.6"])
    };
    here.write(&lib("libnew.so"), old.bytes());
    let lacking = ElfFile {
        undefined: vec![
            Undefined { name: "weak", version: None, weak: true },
            needs("b", None),
            needs("nowhere", None),
        ],
        ..library("liblacking.so", &["e"], &["libb.so"])
    };
    here.write(&lib("liblacking.so"), lacking.bytes());
    let bound = ElfFile {
        undefined: vec![needs("memcpy", Some(("libc.so.6", "GLIBC_2.2.5"))), needs("callback", None)],
        ..library("libbound.so", &["f"], &["libc.so.6"])
    };
    here.write(&lib("libbound.so"), bound.bytes());
    let notes = [
        function("", "", "liba.so", "b"),
        function("", "", "libbroken.so", "c"),
        function("", "", "libnew.so", "d"),
        function("", "", "liblacking.so", "e"),
        function("", "", "libbound.so", "f"),
        import(4, "", "", "", "", "callback"),
    ];
    let said = check(&here, &notes, &["--json"]);
    let json = said.json();
    // A cycle of needed libraries ends, and symbols are found in what a library needs.
    assert_eq!(result(&json, "b")["path"], "/lib/libb.so");
    assert_eq!(result(&json, "f")["status"], "present");
    let errors: Vec<_> =
        json["libraries"].as_array().unwrap().iter().filter_map(|library| library["error"].as_str()).collect();
    assert_eq!(
        errors,
        [
            "libgone.so is not found (needed by libbroken.so)",
            "libnew.so needs version GLIBC_3.0 of libc.so.6",
            "liblacking.so needs the symbol nowhere",
        ]
    );
}

/// At a program's start a library may use symbols of another that it does not name, and be found by a path that only
/// the program has.
#[test]
fn libraries_of_a_dynamic_program_come_together() {
    let here = Directory::new("check_together");
    hosts::glibc(&here);
    let undefined = vec![Undefined { name: "b", version: None, weak: false }];
    here.write("root/usr/lib/liba.so", ElfFile { undefined, ..library("liba.so", &["a"], &["libb.so"]) }.bytes());
    here.write("root/opt/libb.so", library("libb.so", &["b"], &[]).bytes());
    let program = ElfFile {
        interpreter: Some("/lib64/ld-linux-x86-64.so.2"),
        needed: vec!["liba.so", "libb.so", "libc.so.6"],
        runpath: Some("/opt"),
        ..ElfFile::default()
    };
    here.write("app", program.bytes());
    let said = here.run(&["check", "app", "--root", "root", "--hwcaps", "none", "--json"]);
    assert_eq!((said.status, &said.json()["libraries"][0]["needs"][0]), (0, &"/opt/libb.so".into()));
}

#[test]
fn dynamic_programs_and_programs_of_other_make() {
    let here = Directory::new("check_dynamic");
    hosts::glibc(&here);
    here.write("root/opt/lib/libown.so", library("libown.so", &["own"], &[]).bytes());
    let dynamic = ElfFile {
        entry: 0x1000,
        interpreter: Some("/lib64/ld-linux-x86-64.so.2"),
        needed: vec!["libown.so", "libc.so.6"],
        runpath: Some("$ORIGIN/../lib"),
        ..ElfFile::default()
    };
    here.write("root/opt/bin/dynamic", dynamic.bytes());
    let run = |file: &str| here.run(&["check", file, "--root", "root", "--hwcaps", "none", "--json"]);
    let said = run("root/opt/bin/dynamic");
    assert_eq!((said.status, &said.json()["libraries"][0]["how"]), (0, &"runpath".into()));
    // The same program elsewhere has another $ORIGIN, and a static program none.
    here.write("dynamic", dynamic.bytes());
    assert_eq!(run("dynamic").status, 1);

    let description = b"[{\"soname\":[\"libgone.so\",\"libown.so\"],\"priority\":\"required\"}]\0";
    let systemd = super::elf_file::note(b"FDO\0", 0x407c_0c0a, description);
    here.write("other", ElfFile { notes: systemd, ..dynamic }.bytes());
    let json = here.run(&["check", "other", "--root", "root", "--library-path", "/opt/lib", "--json"]).json();
    assert_eq!(result(&json, "libgone.so")["path"], "/opt/lib/libown.so");
}
