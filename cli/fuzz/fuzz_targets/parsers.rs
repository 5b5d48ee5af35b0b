//! All parsers of the command line on the same bytes: none may panic, loop or take more memory than the input warrants.
#![no_main]

use cargo_import_dynamic::check::Program;
use cargo_import_dynamic::elf::{Elf, Wanted, defined_versions, needed_versions, symbols_of_relocations};
use cargo_import_dynamic::host::cache::Cache;
use cargo_import_dynamic::host::{Libc, version};
use cargo_import_dynamic::inspect::{InspectReport, inspect_bytes, write_matrix, write_report};
use cargo_import_dynamic::note::{Import, Notes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    report(bytes);
    let _program = Program::parse("x", bytes);
    library(bytes);
    cache(bytes);
    for note in Notes::new(bytes, 4).chain(Notes::new(bytes, 8)).flatten() {
        if let Some(Ok(import)) = Import::from_note(&note) {
            assert!(import.libraries().chain(import.symbols()).all(|name| !name.is_empty()));
        }
    }
    let _versions = (version(Libc::Glibc, bytes), version(Libc::Musl, bytes));
});

fn report(bytes: &[u8]) {
    let Ok(files) = inspect_bytes("x", bytes) else { return };
    let mut out = String::new();
    for file in &files {
        write_report(&mut out, file, true);
    }
    write_matrix(&mut out, &files);
    let stripped = out.replace("\u{1b}[", "");
    assert!(!stripped.chars().any(|character| character.is_control() && character != '\n'), "{out:?}");
    let report = InspectReport { schema: 1, files, errors: Vec::new() };
    serde_json::to_string(&report).expect("every report is JSON");
}

fn library(bytes: &[u8]) {
    let Some(dynamic) = Elf::parse(bytes).ok().and_then(|elf| elf.dynamic().ok().flatten()) else { return };
    let symbols = symbols_of_relocations(&dynamic);
    let versions = needed_versions(&dynamic).len() + defined_versions(&dynamic).len();
    assert!(versions <= 1 << 17);
    for name in symbols.iter().map(|symbol| symbol.name).take(16).chain([&b"a"[..], b"b", b"dlopen"]) {
        for wanted in [Wanted::Default, Wanted::Reference, Wanted::Version(b"V_1")] {
            let _found = dynamic.find(name, wanted);
        }
    }
}

fn cache(bytes: &[u8]) {
    let Some(cache) = Cache::parse(bytes) else { return };
    let name = cache.entries().next().map_or(&b"libx.so"[..], |entry| entry.name);
    let found = cache.find(name, 0x303, &["x86-64-v3", "x86-64-v2"]);
    assert!(found.is_none_or(|found| found.name == name));
    assert!(cache.entries().count() <= bytes.len());
}
