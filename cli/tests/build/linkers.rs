//! What depends on the real linker: GNU ld, lld, mold where it is there, and what they complain about.

use std::process::Command;

use crate::programs::{build, cargo, run, skip};

pub(crate) fn has(linker: &str) -> bool {
    Command::new(linker).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Whether mold is there; without it a test says so, but not in CI.
pub(crate) fn has_mold() -> bool {
    let found = has("mold");
    if !found {
        skip("no mold");
    }
    found
}

/// Builds with a linker, and runs the cases that lean on relocations.
#[track_caller]
fn works(test: &str, flags: &str) {
    let program = build("everything", test, flags);
    for case in ["c", "threads", "panic", "command"] {
        let said = run(&program, &[case]);
        assert_eq!(said.status, Some(0), "{case}: {}{}", said.stdout, said.stderr);
        assert!(said.stdout.ends_with("destructor\n"), "{case}: {}", said.stdout);
    }
}

#[test]
fn gnu_ld() {
    works("bfd", "-Clink-arg=-fuse-ld=bfd");
}

#[test]
fn lld_with_relative_relocations_packed() {
    works("relr", "-Clink-arg=-fuse-ld=lld -Clink-arg=-Wl,-z,pack-relative-relocs");
}

#[test]
fn mold() {
    if has_mold() {
        works("mold", "-Clink-arg=-fuse-ld=mold");
    }
}

#[test]
fn not_position_independent() {
    works("static", "-Crelocation-model=static");
    works("static-bfd", "-Crelocation-model=static -Clink-arg=-fuse-ld=bfd");
}

#[test]
fn exports_need_a_dynamic_section() {
    let flags = "-Crelocation-model=static -Clink-arg=-rdynamic";
    let (_, output) = cargo("undefined", "static-rdynamic", &["build", "--allow-undefined"], flags);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(text.contains("-rdynamic: a program that is not position-independent exports nothing"), "{text}");
}

#[test]
fn link_time_optimisation() {
    works("lto", "-Clto=fat -Cembed-bitcode=yes -Copt-level=1");
}

#[test]
fn symbols_of_no_libc_are_the_linkers_error() {
    let all = [
        ("bfd", "undefined reference to `no_such_function'", "undefined::calls_it"),
        ("lld", "undefined symbol: no_such_function", "referenced by main.rs"),
        ("mold", "undefined symbol: no_such_function", "calls_it"),
    ];
    for (linker, says, names) in all.into_iter().filter(|all| all.0 != "mold" || has_mold()) {
        let flags = format!("-Clink-arg=-fuse-ld={linker}");
        let (_, output) = cargo("undefined", &format!("undefined-{linker}"), &["build"], &flags);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(text.contains(says), "{linker}: {text}");
        assert!(text.contains(names), "{linker} names who wants it: {text}");
    }
}

#[test]
fn undefined_symbols_can_be_allowed() {
    for (test, option) in [("listed", "--allow-undefined=no_such_function"), ("all", "--allow-undefined")] {
        let (program, output) = cargo("undefined", test, &["build", option], "");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = run(&program, &[]);
        assert_eq!(said.status, Some(127));
        assert_eq!(said.stdout, "running\n");
        assert_eq!(said.stderr, "import-dynamic: no_such_function: the host's C library has no such function\n");
    }
}
