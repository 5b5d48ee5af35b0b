//! `inspect`.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::process::Command;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::elf_file::{ElfFile, Undefined, import, library, note, program};
use super::macho_file;
use super::support::Directory;

/// Everything that a note can say.
fn imports() -> Vec<Vec<u8>> {
    let dlopen = br#"[{"soname":["libresolv.so.2","libc.so.6"],"feature":"dns","description":"Name lookups","priority":"recommended"}]"#;
    vec![
        import(1, "", "", "dns", "libc", "getaddrinfo"),
        import(1, "o", "", "dns", "libresolv\nlibc.so.6", "res_search\n__res_search"),
        import(1, "ov", "GLIBC_2.14", "", "libc.so.6", "memcpy"),
        import(1, "fn", "", "", "libz.so.1", "adler32"),
        import(2, "d", "", "", "", "environ"),
        import(3, "o", "", "", "libnss_resolve.so.2", ""),
        import(4, "", "", "", "", "callback"),
        note(b"FDO\0", 0x407c_0c0a, &[dlopen, &b"\0"[..]].concat()),
        note(b"GNU\0", 3, b"12345678901234567890"),
    ]
}

fn dynamic() -> ElfFile {
    ElfFile {
        entry: 0x1000,
        interpreter: Some("/lib64/ld-linux-x86-64.so.2"),
        needed: vec!["libz.so.1", "libc.so.6"],
        runpath: Some("$ORIGIN/../lib:/opt/lib"),
        flags_1: 0x0800_0000,
        undefined: vec![
            Undefined { name: "puts", version: Some(("libc.so.6", "GLIBC_2.2.5")), weak: false },
            Undefined { name: "crc32", version: None, weak: false },
            Undefined { name: "__gmon_start__", version: None, weak: true },
        ],
        ..ElfFile::default()
    }
}

#[test]
fn text_of_one_file() {
    let here = Directory::new("inspect_text");
    here.write("app", program(&imports()).bytes());
    assert_snapshot!(here.run(&["inspect", "app"]).ok());
}

#[test]
fn json_of_one_file() {
    let here = Directory::new("inspect_json");
    here.write("app", program(&imports()).bytes());
    assert_snapshot!(here.run(&["inspect", "--json", "app"]).ok());
}

#[test]
fn works_as_a_subcommand_of_cargo() {
    let here = Directory::new("inspect_cargo");
    here.write("app", program(&imports()).bytes());
    assert_eq!(here.run(&["import-dynamic", "inspect", "app"]).ok(), here.run(&["inspect", "app"]).ok());
}

#[test]
fn several_files_get_a_matrix() {
    let here = Directory::new("inspect_matrix");
    here.write("static", program(&imports()[..2]).bytes());
    let pie = ElfFile { entry: 0x1000, flags_1: 0x0800_0000, ..ElfFile::default() };
    here.write("static-pie", pie.bytes());
    here.write("dynamic", dynamic().bytes());
    here.write("aarch64", ElfFile { machine: 183, ..dynamic() }.bytes());
    here.write("libz.so.1", library("libz.so.1", &["crc32"], &["libc.so.6"]).bytes());
    let files = ["static", "static-pie", "dynamic", "aarch64", "libz.so.1"];
    assert_snapshot!(here.run(&[&["inspect"], &files[..]].concat()).ok());
    assert_snapshot!("linked", here.run(&["inspect", "--linked", "dynamic"]).ok());
}

#[test]
fn one_bad_file_does_not_hide_the_others() {
    let here = Directory::new("inspect_some_bad");
    here.write("good", program(&[]).bytes());
    here.write("empty", "");
    let said = here.run(&["inspect", "good", "empty", "absent"]);
    assert_eq!(said.status, 2);
    assert!(said.stdout.contains("static, ELF x86_64"));
    assert_eq!(said.stderr, "error: empty is empty\nerror: absent no such file or directory\n");
    let said = here.run(&["inspect", "--json", "good", "empty"]);
    let json = said.json();
    assert_eq!((json["files"].as_array().unwrap().len(), &json["errors"][0]["path"]), (1, &"empty".into()));
}

#[test]
fn imports_are_found_without_section_headers() {
    let here = Directory::new("inspect_stripped");
    here.write("whole", program(&imports()).bytes());
    here.write("stripped", ElfFile { stripped: true, ..program(&imports()) }.bytes());
    let imports = |name| here.run(&["inspect", "--json", name]).json()["files"][0]["imports"].clone();
    assert_eq!(imports("whole").as_array().unwrap().len(), 7);
    assert_eq!(imports("whole"), imports("stripped"));
}

#[test]
fn mach_o() {
    let here = Directory::new("inspect_macho");
    here.write("app", macho_file::program(macho_file::ARM64));
    here.write("universal", macho_file::universal());
    assert_snapshot!("macho_text", here.run(&["inspect", "--linked", "app"]).ok());
    assert_snapshot!("macho_json", here.run(&["inspect", "--json", "app"]).ok());
    assert_snapshot!("macho_universal", here.run(&["inspect", "universal"]).ok());
}

#[test]
fn names_do_not_steer_the_terminal() {
    let here = Directory::new("inspect_escape");
    here.write("app", program(&[import(1, "", "", "", "lib\u{1b}[31mc", "x\u{202e}y")]).bytes());
    let text = here.run(&["inspect", "--color", "always", "app"]).ok();
    assert!(text.contains("lib\\u{1b}[31mc") && text.contains("x\\u{202e}y"), "{text}");
}

#[test]
fn colour_only_on_a_terminal_or_when_asked() {
    let here = Directory::new("inspect_colour");
    here.write("app", program(&imports()).bytes());
    assert!(!here.run(&["inspect", "app"]).ok().contains('\u{1b}'));
    assert!(here.run(&["inspect", "--color", "always", "app"]).ok().contains('\u{1b}'));
    assert!(
        !here.run_with(&["inspect", "--color", "never", "app"], &[("CLICOLOR_FORCE", "1")]).ok().contains('\u{1b}')
    );
}

/// 100 MB, of which the notes are at the start and the section headers at the end.
#[test]
fn a_large_file_takes_neither_time_nor_memory() {
    let here = Directory::new("inspect_large");
    const SIZE: u64 = 100 << 20;
    let mut bytes = program(&imports()).bytes();
    let headers = u64::from_le_bytes(bytes[40..48].try_into().unwrap());
    let tail = bytes[headers as usize..].to_vec();
    bytes[40..48].copy_from_slice(&SIZE.to_le_bytes());
    let path = here.write("large", &bytes);
    let mut file = File::options().write(true).open(path).unwrap();
    // Real contents: holes would be cheaper than a program's code.
    file.seek(SeekFrom::End(0)).unwrap();
    let chunk = vec![0x90; 1 << 20];
    for _ in 0..100 {
        file.write_all(&chunk).unwrap();
    }
    file.seek(SeekFrom::Start(SIZE)).unwrap();
    file.write_all(&tail).unwrap();
    file.set_len(SIZE + tail.len() as u64).unwrap();

    let start = Instant::now();
    let said = here.run(&["inspect", "--json", "large"]);
    let elapsed = start.elapsed();
    assert_eq!(said.json()["files"][0]["imports"].as_array().unwrap().len(), 7);
    // A pass over the file takes well under a second, and one for each of its pages would take hours.
    assert!(elapsed < Duration::from_secs(60), "{elapsed:?}");

    // 16 MiB for all memory that can be written, which the file's 100 do not fit into.
    let limited = Command::new("sh")
        .args(["-c", "ulimit -d 16384 && exec \"$0\" inspect large", env!("CARGO_BIN_EXE_cargo-import-dynamic")])
        .current_dir(here.path())
        .output()
        .unwrap();
    assert!(limited.status.success(), "{}", String::from_utf8_lossy(&limited.stderr));
}
