//! Files that are not what they should be: one clear line, status 2, whatever the subcommand.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::process::Command;

use cargo_import_dynamic::check::Program;
use cargo_import_dynamic::inspect::inspect_bytes;
use insta::assert_snapshot;

use super::elf_file::{ElfFile, Undefined, import, library, note, program};
use super::hosts::current;
use super::macho_file;
use super::support::{Directory, skip};

/// `bytes` with others in place of some.
fn patched(mut bytes: Vec<u8>, at: usize, new: &[u8]) -> Vec<u8> {
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

/// A file that has every table.
pub(crate) fn rich() -> Vec<u8> {
    let file = ElfFile {
        interpreter: Some("/lib64/ld-linux-x86-64.so.2"),
        runpath: Some("/opt/lib"),
        exports: vec![current("a", "V_1"), current("b", "V_2")],
        undefined: vec![
            Undefined { name: "puts", version: Some(("libc.so.6", "GLIBC_2.2.5")), weak: false },
            Undefined { name: "w", version: None, weak: true },
        ],
        notes: [
            import(1, "o", "V", "f", "libc", "x"),
            note(b"FDO\0", 0x407c_0c0a, b"[{\"soname\":[\"libc.so.6\"]}]\0"),
        ]
        .concat(),
        ..library("librich.so", &[], &["libc.so.6"])
    };
    file.bytes()
}

fn bad_files() -> Vec<(&'static str, Vec<u8>)> {
    let good = || program(&[import(1, "", "", "", "libc", "x")]).bytes();
    let bad_note = |description: &[u8]| program(&[note(b"import-dynamic\0", 1, description)]).bytes();
    let headers = |bytes: Vec<u8>| u64::from_le_bytes(bytes[40..48].try_into().unwrap()) as usize;
    let mut truncated = rich();
    truncated.truncate(truncated.len() / 2);
    vec![
        ("empty", Vec::new()),
        ("text", b"#!/bin/sh\n".to_vec()),
        ("magic", b"\x7fELF".to_vec()),
        ("header_cut", good()[..63].to_vec()),
        ("truncated", truncated),
        ("class_32", patched(good(), 4, &[1])),
        ("big_endian", patched(good(), 5, &[2])),
        ("class_9", patched(good(), 4, &[9])),
        ("object", patched(good(), 16, &[1])),
        ("core", patched(good(), 16, &[4])),
        ("segments_outside", patched(good(), 32, &u64::MAX.to_le_bytes())),
        ("segment_size", patched(good(), 54, &[57])),
        ("sections_outside", patched(good(), 40, &(1u64 << 40).to_le_bytes())),
        ("section_name", patched(good(), headers(good()) + 64, &[0xff; 4])),
        ("section_names_outside", patched(good(), headers(good()) + 128 + 24, &[0xff; 8])),
        ("note_section_outside", patched(good(), headers(good()) + 64 + 24, &[0xff; 8])),
        ("strings_outside", {
            // DT_STRTAB is the entry after DT_NEEDED, DT_SONAME and DT_RUNPATH.
            let bytes = rich();
            let tag = [5u64.to_le_bytes(), 0u64.to_le_bytes()].concat();
            let at = (0..bytes.len() - 16)
                .step_by(8)
                .find(|&at| bytes[at..at + 8] == tag[..8] && bytes[at + 16] == 10)
                .unwrap();
            patched(bytes, at + 8, &u64::MAX.to_le_bytes())
        }),
        ("note_few_strings", bad_note(b"\0\0\0libc\0")),
        ("note_no_utf8", bad_note(b"\0\0\0\xff\0x\0")),
        ("note_no_name", bad_note(b"\0\0\0libc\0\0")),
        ("note_cut", patched(good(), 64 + 2 * 56 + 4, &[0xff; 4])),
        ("dlopen_no_json", program(&[note(b"FDO\0", 0x407c_0c0a, b"[{]\0")]).bytes()),
        ("macho_32", 0xfeed_faceu32.to_le_bytes().to_vec()),
        ("macho_big_endian", 0xfeed_facfu32.to_be_bytes().to_vec()),
        ("macho_cut", macho_file::program(macho_file::ARM64)[..100].to_vec()),
        ("java_class", vec![0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 65, 0, 0]),
    ]
}

#[test]
fn one_line_each() {
    let here = Directory::new("bad_files");
    let mut lines = String::new();
    for (name, bytes) in bad_files() {
        here.write(name, bytes);
        let inspect = here.run(&["inspect", name]).refused();
        lines.push_str(&format!("{inspect}\n"));
        // The other subcommands refuse Mach-O as well, in their own words.
        let check = here.run(&["check", name]).refused();
        let bundle = here.run(&["bundle", name, "--dry-run"]).refused();
        assert_eq!(check, bundle);
        assert!(check == inspect || name.starts_with("macho") || name == "dlopen_no_json", "{check}");
    }
    assert_snapshot!(lines);
}

#[test]
fn what_is_no_regular_file() {
    let here = Directory::new("bad_places");
    std::fs::create_dir(here.path().join("directory")).unwrap();
    here.link("loop", "loop");
    here.link("dangling", "nowhere");
    let fifo = Command::new("mkfifo").arg(here.path().join("fifo")).status().unwrap();
    assert!(fifo.success());
    let mut lines = String::new();
    for name in ["directory", "loop", "dangling", "fifo", "/dev/null", "absent", "directory/../absent"] {
        let line = here.run(&["inspect", name]).refused();
        assert_eq!(here.run(&["check", name]).refused(), line);
        lines.push_str(&format!("{line}\n"));
    }
    assert_snapshot!(lines);
}

#[test]
fn bad_roots() {
    let here = Directory::new("bad_roots");
    here.write("app", program(&[]).bytes());
    for (root, why) in [("absent", "no such file or directory"), ("app", "not a directory")] {
        let line = here.run(&["check", "app", "--root", root]).refused();
        assert_eq!(line, format!("error: {root} cannot be a root directory: {why}"));
    }
}

#[cfg(target_os = "linux")] // setpriv(1)
#[test]
fn unreadable_files() {
    let here = Directory::new("bad_unreadable");
    here.write("secret", program(&[]).bytes());
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--clear-groups", env!("CARGO_BIN_EXE_cargo-import-dynamic"), "inspect", "secret"]);
    std::fs::set_permissions(here.path().join("secret"), std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    let reachable = Command::new("setpriv")
        .args(["--reuid=65534", "--clear-groups", env!("CARGO_BIN_EXE_cargo-import-dynamic"), "--version"])
        .output();
    if !reachable.is_ok_and(|output| output.status.success()) {
        return skip("setpriv to another user does not work here");
    }
    let output = command.current_dir(here.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "error: secret permission denied\n");
}

/// A sparse file of many gigabytes whose tables claim to be as large.
#[test]
fn huge_tables_take_no_memory() {
    let here = Directory::new("bad_huge");
    const SIZE: u64 = 64 << 30;
    let mut bytes = program(&[import(1, "", "", "", "libc", "x")]).bytes();
    for field in [32, 40] {
        // The note segment, which is the first header, takes nearly the whole file.
        bytes = patched(bytes, 64 + field, &(SIZE - 4096).to_le_bytes());
    }
    bytes = patched(bytes, 40, &[0; 8]);
    let path = here.write("huge", bytes);
    let mut file = File::options().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(SIZE - 1)).unwrap();
    if file.write_all(b"x").is_err() {
        return skip("the file system has no sparse files of that size");
    }
    let limited = Command::new("sh")
        .args(["-c", "ulimit -d 16384 && exec \"$0\" inspect huge", env!("CARGO_BIN_EXE_cargo-import-dynamic")])
        .current_dir(here.path())
        .output()
        .unwrap();
    assert_eq!(limited.status.code(), Some(2));
    let line = String::from_utf8_lossy(&limited.stderr).into_owned();
    assert!(line.starts_with("error: huge is damaged: all notes together takes"), "{line}");
}

/// What comes of it is not asked, only that something does.
fn parse(bytes: &[u8]) {
    let _report = inspect_bytes("x", bytes);
    let _program = Program::parse("x", bytes);
}

#[test]
fn no_truncation_panics() {
    for whole in [rich(), macho_file::program(macho_file::X86_64), macho_file::universal()] {
        for length in 0..whole.len() {
            parse(&whole[..length]);
        }
    }
}

#[test]
fn no_changed_byte_panics() {
    for whole in [rich(), macho_file::program(macho_file::X86_64)] {
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                parse(&changed);
            }
        }
    }
}
