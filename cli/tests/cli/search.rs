//! `check`: the places where an interpreter looks.

use serde_json::Value;

use super::check::check;
use super::elf_file::{ElfFile, import, library};
use super::hosts;
use super::support::Directory;

/// The report on `libx.so`, which the program imports.
fn libx(here: &Directory, more: &[&str]) -> Value {
    let said = check(here, &[import(1, "o", "", "", "libx.so", "x")], &[more, &["--json"]].concat());
    let json = said.json();
    json["libraries"].as_array().unwrap().iter().find(|library| library["name"] == "libx.so").unwrap().clone()
}

/// Where, and why there.
fn place(report: &Value) -> (&str, &str) {
    (report["path"].as_str().unwrap_or("-"), report["how"].as_str().unwrap_or("-"))
}

fn x() -> Vec<u8> {
    library("libx.so", &["x"], &[]).bytes()
}

/// A cache of that format: entries are name, path and hwcaps index.
pub(crate) fn cache(old_format_first: bool, entries: &[(&str, &str, Option<u32>)], levels: &[&str]) -> Vec<u8> {
    let mut strings = Vec::new();
    let base = 48 + entries.len() * 24;
    let mut add = |text: &str| {
        let at = (base + strings.len()) as u32;
        strings.extend(text.as_bytes());
        strings.push(0);
        at
    };
    let mut table = Vec::new();
    for (name, path, level) in entries {
        for field in [0x303, add(name), add(path), 0, level.unwrap_or(0), level.map_or(0, |_| 1 << 30)] {
            table.extend(u32::to_le_bytes(field));
        }
    }
    let names: Vec<u32> = levels.iter().map(|level| add(level)).collect();
    strings.resize(strings.len().next_multiple_of(4), 0);
    let extension = (base + strings.len()) as u32;
    let mut out = b"glibc-ld.so.cache1.1".to_vec();
    for field in [entries.len() as u32, strings.len() as u32, 2, extension, 0, 0, 0] {
        out.extend(field.to_le_bytes());
    }
    out.extend(table);
    out.extend(&strings);
    for field in [0xeaa4_2174, 1, 1, 0, extension + 24, names.len() as u32 * 4].into_iter().chain(names) {
        out.extend(u32::to_le_bytes(field));
    }
    if !old_format_first {
        return out;
    }
    let mut both = b"ld.so-1.7.0\0".to_vec();
    both.extend(1u32.to_le_bytes());
    both.extend([0; 12]);
    both.resize(both.len().next_multiple_of(8), 0);
    both.extend(out);
    both
}

/// A cache of the old format alone.
pub(crate) fn old_cache(name: &str, path: &str) -> Vec<u8> {
    let mut out = b"ld.so-1.7.0\0".to_vec();
    for field in [1, 0x303, 0, name.len() as u32 + 1] {
        out.extend(u32::to_le_bytes(field));
    }
    out.extend([name.as_bytes(), b"\0", path.as_bytes(), b"\0"].concat());
    out
}

#[test]
fn default_directories_are_those_of_the_interpreter() {
    let here = Directory::new("search_default");
    hosts::glibc(&here);
    here.write("root/usr/lib/libx.so", x());
    here.write("root/usr/lib64/libx.so", x());
    assert_eq!(place(&libx(&here, &[])), ("/lib/libx.so", "default-directory"));
}

#[test]
fn every_place_is_told() {
    let here = Directory::new("search_tried");
    hosts::glibc(&here);
    here.write("root/usr/lib/libx.so", ElfFile { machine: 183, ..library("libx.so", &[], &[]) }.bytes());
    let report = libx(&here, &["--library-path", "/a:/b"]);
    let tried: Vec<_> = report["tried"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| format!("{} {}", place["path"].as_str().unwrap(), place["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(
        tried,
        [
            "/etc/ld.so.cache is not there",
            "/a/libx.so is not there",
            "/b/libx.so is not there",
            "/lib/x86_64-linux-gnu/libx.so is not there",
            "/usr/lib/x86_64-linux-gnu/libx.so is not there",
            "/lib/libx.so is for aarch64",
            "/usr/lib/libx.so is for aarch64",
        ]
    );
}

#[test]
fn the_cache_in_each_of_its_formats() {
    let here = Directory::new("search_cache");
    hosts::glibc(&here);
    here.write("root/opt/one/libx.so", x());
    here.write("root/opt/two/libx.so", x());
    here.write("root/opt/two/v3/libx.so", x());
    let entries = [("libx.so", "/opt/two/v3/libx.so", Some(1)), ("libx.so", "/opt/two/libx.so", None)];
    let levels = ["x86-64-v2", "x86-64-v3"];
    here.write("root/etc/ld.so.cache", old_cache("libx.so", "/opt/one/libx.so"));
    assert_eq!(place(&libx(&here, &[])), ("/opt/one/libx.so", "cache"));
    for old_format_first in [false, true] {
        here.write("root/etc/ld.so.cache", cache(old_format_first, &entries, &levels));
        assert_eq!(place(&libx(&here, &[])), ("/opt/two/libx.so", "cache"));
        here.write("app", super::elf_file::program(&[import(1, "o", "", "", "libx.so", "x")]).bytes());
        let said = here.run(&["check", "app", "--root", "root", "--hwcaps", "x86-64-v3,x86-64-v2", "--json"]);
        let json = said.json();
        assert_eq!(json["libraries"][1]["path"], "/opt/two/v3/libx.so");
    }
    // An entry whose file is gone, and a damaged cache, lead on to the default directories.
    here.write("root/usr/lib/libx.so", x());
    here.write("root/etc/ld.so.cache", cache(false, &[("libx.so", "/gone/libx.so", None)], &[]));
    assert_eq!(place(&libx(&here, &[])).1, "default-directory");
    let whole = cache(true, &entries, &levels);
    for length in 0..whole.len() {
        here.write("root/etc/ld.so.cache", &whole[..length]);
        let (path, _) = (libx(&here, &[])["path"].as_str().unwrap().to_owned(), ());
        assert!(["/lib/libx.so", "/opt/two/libx.so"].contains(&path.as_str()), "{length} bytes: {path}");
    }
}

#[test]
fn hwcaps_directories() {
    let here = Directory::new("search_hwcaps");
    hosts::glibc(&here);
    here.write("root/usr/lib/glibc-hwcaps/x86-64-v3/libx.so", x());
    here.write("root/usr/lib/libx.so", x());
    assert_eq!(place(&libx(&here, &[])).0, "/lib/libx.so");
    let said = here.run(&["check", "app", "--root", "root", "--hwcaps", "x86-64-v4,x86-64-v3", "--json"]);
    assert_eq!(said.json()["libraries"][1]["path"], "/lib/glibc-hwcaps/x86-64-v3/libx.so");
}

#[test]
fn configuration_without_a_cache_is_no_more_than_a_hint() {
    let here = Directory::new("search_conf");
    hosts::glibc(&here);
    here.write("root/opt/conf/libx.so", x());
    here.write("root/etc/ld.so.conf", "# all\ninclude ld.so.conf.d/*.conf\n");
    here.write("root/etc/ld.so.conf.d/opt.conf", "/opt/conf # here\ninclude /etc/ld.so.conf\n");
    let report = libx(&here, &[]);
    assert_eq!(report["error"], "libx.so is not found; /opt/conf/libx.so would be found after ldconfig");
    assert_eq!(place(&libx(&here, &["--assume-ldconfig"])), ("/opt/conf/libx.so", "conf"));
}

#[test]
fn library_path_of_the_environment_only_for_this_computer() {
    let here = Directory::new("search_environment");
    hosts::glibc(&here);
    here.write("root/opt/libx.so", x());
    here.write("app", super::elf_file::program(&[import(1, "o", "", "", "libx.so", "x")]).bytes());
    let said = here.run_with(&["check", "app", "--root", "root", "--json"], &[("LD_LIBRARY_PATH", "/opt")]);
    assert_eq!(said.json()["libraries"][1]["status"], "not-found");
    assert_eq!(place(&libx(&here, &["--library-path", "/opt"])), ("/opt/libx.so", "library-path"));
}

#[test]
fn run_paths_of_libraries() {
    let here = Directory::new("search_run_paths");
    hosts::glibc(&here);
    here.write(
        "root/opt/a/liba.so",
        ElfFile { runpath: Some("$ORIGIN/../b"), ..library("liba.so", &["a"], &["libb.so"]) }.bytes(),
    );
    // A RUNPATH is not for what a needed library needs; an RPATH is.
    here.write("root/opt/b/libb.so", library("libb.so", &["b"], &["libx.so"]).bytes());
    here.write("root/opt/b/libx.so", x());
    let notes = [import(1, "o", "", "", "/opt/a/liba.so", "a")];
    let error = |json: &Value| json["libraries"][1]["error"].as_str().map(str::to_owned);
    let json = check(&here, &notes, &["--json"]).json();
    assert_eq!(error(&json).unwrap(), "libx.so is not found (needed by libb.so)");
    here.write(
        "root/opt/a/liba.so",
        ElfFile { rpath: Some("${ORIGIN}/../b"), ..library("liba.so", &["a"], &["libb.so"]) }.bytes(),
    );
    let json = check(&here, &notes, &["--json"]).json();
    assert_eq!((error(&json), &json["libraries"][1]["needs"][1]), (None, &"/opt/a/../b/libx.so".into()));
}

#[test]
fn musl_path_file_and_its_absence() {
    let here = Directory::new("search_musl");
    hosts::musl(&here);
    here.write("root/usr/local/lib/libx.so", x());
    assert_eq!(place(&libx(&here, &[])), ("/usr/local/lib/libx.so", "default-directory"));
    here.write("root/opt/libx.so", x());
    here.write("root/etc/ld-musl-x86_64.path", "/nowhere:/opt\n/usr/local/lib\n");
    assert_eq!(place(&libx(&here, &[])), ("/opt/libx.so", "path-file"));
    // musl takes the first file that it can open, whatever it is.
    here.write("root/nowhere/libx.so", "no library");
    assert_eq!(libx(&here, &[])["error"], "/nowhere/libx.so is neither ELF nor Mach-O");
}

#[test]
fn links_stay_inside_of_the_root() {
    let here = Directory::new("search_links");
    hosts::glibc(&here);
    here.write("root/opt/real.so", x());
    here.link("root/usr/lib/libx.so", "/opt/../../../../opt/link.so");
    here.link("root/opt/link.so", "real.so");
    assert_eq!(place(&libx(&here, &[])).0, "/lib/libx.so");
    // A loop is one more place that holds nothing.
    here.link("root/usr/lib/x86_64-linux-gnu/libx.so", "libx.so");
    let report = libx(&here, &[]);
    assert_eq!((place(&report).0, &report["status"]), ("/lib/libx.so", &"found".into()));
}

#[test]
fn other_interpreters() {
    let here = Directory::new("search_interpreter");
    hosts::glibc(&here);
    here.write("root/usr/lib/libx.so", x());
    let json = |more: &[&str]| {
        check(&here, &[import(1, "", "", "", "libx.so", "x")], &[&["--json"], more].concat()).json()["interpreter"]
            .clone()
    };
    let moved = "/gnu/store/glibc/lib/ld-linux-x86-64.so.2";
    std::fs::create_dir_all(here.path().join("root/gnu/store/glibc/lib")).unwrap();
    std::fs::rename(
        here.path().join("root/usr/lib/x86_64-linux-gnu/ld-2.99.so"),
        here.path().join("root").join(&moved[1..]),
    )
    .unwrap();
    assert_eq!(json(&[])["error"], "no interpreter is found");
    assert_eq!(json(&["--interpreter", moved])["path"], moved);
    let shell = ElfFile { interpreter: Some("/gnu/store/glibc/lib/ld-linux-x86-64.so.2"), ..ElfFile::default() };
    here.write("root/bin/sh", shell.bytes());
    assert_eq!(json(&[])["path"], moved);
    assert_eq!(json(&["--interpreter", "/etc"])["tried"][0]["outcome"], "no such file or directory");
}
