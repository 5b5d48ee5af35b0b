//! SCHEMA.md describes the JSON that is printed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::elf_file::{ElfFile, Undefined, import, note, program};
use super::hosts;
use super::support::Directory;

/// The names of all fields, at any depth.
fn fields(json: &Value, found: &mut BTreeSet<String>) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                found.insert(name.clone());
                fields(value, found);
            }
        }
        Value::Array(members) => members.iter().for_each(|member| fields(member, found)),
        _ => {}
    }
}

/// What the section of that heading puts into backquotes.
fn described(text: &str, heading: &str) -> BTreeSet<String> {
    let section = text.split("\n## ").find(|section| section.starts_with(&format!("`{heading}`"))).unwrap();
    section.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_field_is_described() {
    let here = Directory::new("schema");
    hosts::glibc(&here);
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("SCHEMA.md")).unwrap();
    let dlopen = note(b"FDO\0", 0x407c_0c0a, b"[{\"soname\":[\"libc.so.6\"]}]\0");
    let imports = [import(1, "", "", "", "libc", "getaddrinfo"), import(1, "o", "", "", "liba.so", "a"), dlopen];
    let linked = ElfFile {
        interpreter: Some("/lib64/ld-linux-x86-64.so.2"),
        no_dynamic: false,
        undefined: vec![Undefined { name: "puts", version: None, weak: false }],
        ..program(&imports)
    };
    here.write("linked", linked.bytes());
    here.write("app", program(&imports).bytes());
    here.write("empty", "");
    let inspect = described(&text, "inspect");
    let runs: [(&str, &[&str]); 3] = [
        ("inspect", &["inspect", "linked", "empty", "--json"]),
        ("check", &["check", "app", "--root", "root", "--json"]),
        ("bundle", &["bundle", "app", "--root", "root", "--dry-run", "--json"]),
    ];
    for (name, arguments) in runs {
        let json = here.run(arguments).json();
        assert_eq!(json["schema"], cargo_import_dynamic::SCHEMA);
        let mut printed = BTreeSet::new();
        fields(&json, &mut printed);
        let described = described(&text, name);
        let missing: Vec<_> = printed
            .iter()
            .filter(|field| !described.contains(*field) && (name == "bundle" || !inspect.contains(*field)))
            .collect();
        assert!(missing.is_empty(), "{name}: {missing:?} are not in SCHEMA.md");
    }
}
