//! What a call compiles to, instruction by instruction, for every target whose core library is installed.
//!
//! `UPDATE_ASSEMBLY=1 cargo test --test assembly` writes what it finds instead of comparing.

mod support;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{folder, run};

const TARGETS: [&str; 4] =
    ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-apple-darwin", "aarch64-apple-darwin"];
/// The functions looked at: two callers, and the parts of an import.
const FUNCTIONS: [&str; 5] = ["call", "call_variadic", "bind", "guest", "variadic"];

#[test]
fn calls_compile_to_what_the_golden_files_say() {
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let sysroot = run(Command::new(rustc).args(["--print", "sysroot"]));
    for target in TARGETS {
        if !Path::new(sysroot.trim()).join("lib/rustlib").join(target).join("lib").exists() {
            println!("not compared for {target}, whose core library is not installed");
            continue;
        }
        let comment = if target.starts_with("x86_64") {
            "#"
        } else if target.contains("apple") {
            ";"
        } else {
            "//"
        };
        let found = functions(&compile(target), comment);
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assembly").join(target).with_extension("s");
        if std::env::var_os("UPDATE_ASSEMBLY").is_some() {
            std::fs::write(&golden, &found).expect("a golden file");
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        assert!(found == expected, "{target}: expected\n{expected}\nfound\n{found}");
    }
}

/// The assembly of the package `assembly`.
fn compile(target: &str) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    let place = folder("assembly");
    cargo.args(["rustc", "--quiet", "--package", "assembly", "--lib", "--release", "--target", target, "--target-dir"]);
    cargo.arg(&place).args(["--config", "profile.release.lto=\"off\"", "--", "--emit=asm"]);
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    run(&mut cargo);
    let newest = |path: &PathBuf| path.metadata().and_then(|data| data.modified()).ok();
    let files = std::fs::read_dir(place.join(target).join("release/deps")).expect("a target directory");
    let assembly = files.filter_map(|file| Some(file.ok()?.path()));
    let file = assembly.filter(|path| path.extension().is_some_and(|extension| extension == "s")).max_by_key(newest);
    std::fs::read_to_string(file.expect("an assembly file")).expect("text")
}

/// The functions of interest: labels and instructions, with symbols by their last name.
fn functions(assembly: &str, comment: &str) -> String {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for line in assembly.lines() {
        let code = line.split(comment).next().unwrap_or_default().trim();
        if let Some(label) = code.strip_suffix(':').filter(|label| !label.starts_with(['.', 'L'])) {
            let name = short(label);
            let place = FUNCTIONS.iter().position(|function| *function == name.trim_start_matches('_'));
            inside = place.is_some();
            found.extend(place.map(|place| (place, format!("{}:\n", FUNCTIONS[place]))));
        } else if code.ends_with(':') {
            inside &= !code.contains("func_end");
        } else if inside && !code.is_empty() && !code.starts_with('.') {
            let (_, text) = found.last_mut().expect("a function");
            let words = code.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.' || c == '$'));
            writeln!(text, "    {}", words.map(short).collect::<String>().replace('\t', " ")).expect("a string");
        }
    }
    // One stub is like the other.
    found.sort();
    found.dedup();
    found.into_iter().map(|(_, text)| text).collect()
}

/// A mangled symbol's last name; anything else as it is.
fn short(word: &str) -> String {
    let end = word.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
    let rest = &word[end.len()..];
    let legacy = end.strip_suffix('E').and_then(|path| Some(&path[..path.rfind("17h")?]));
    let path = legacy.unwrap_or(end);
    if !["_ZN", "__ZN", "_R", "__R"].iter().any(|prefix| end.starts_with(prefix)) {
        return word.to_owned();
    }
    // The last name is preceded by its length.
    let name = (0..path.len()).rev().find(|&at| {
        let digits = path[..at].len() - path[..at].trim_end_matches(|c: char| c.is_ascii_digit()).len();
        (1..=digits).any(|count| path[at - count..at].parse() == Ok(path.len() - at))
    });
    name.map_or(word.to_owned(), |at| path[at..].to_owned() + rest)
}
