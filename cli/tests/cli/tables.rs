//! Facts that other packages hold as well.

use std::fs;
use std::path::Path;

use cargo_import_dynamic::{host, library, machine};

/// The text of a file of another package.
fn source(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

/// The NUL-terminated names in the string literals of `text`.
fn names(text: &str) -> Vec<&str> {
    let literals = text.split('"').skip(1).step_by(2);
    literals.flat_map(|literal| literal.split("\\0")).filter(|name| !name.is_empty()).collect()
}

#[test]
fn logical_names_are_those_of_the_runtime() {
    let text = source("runtime/src/library.rs");
    let linux = text.split("#[cfg(not(any(").nth(1).unwrap();
    let table = linux.split("concat!(").nth(1).unwrap().split("));").next().unwrap();
    let lines: Vec<_> = table.lines().map(names).filter(|names| !names.is_empty()).collect();
    assert_eq!(lines.len(), 6);
    for names in lines {
        assert_eq!(library::alternatives(names[0]), names[1..]);
    }
    assert_eq!(library::alternatives("libz.so.1"), ["libz.so.1"]);
}

#[test]
fn usual_interpreters_are_those_of_the_loader() {
    for (number, name) in [(62, "x86_64"), (243, "riscv64")] {
        let text = source(&format!("loader/src/arch/{name}/linux.rs"));
        let table = text.split("INTERPRETERS").nth(1).unwrap().split("));").next().unwrap();
        assert_eq!(host::usual_places(machine::by_number(number).unwrap()), names(table));
    }
}
