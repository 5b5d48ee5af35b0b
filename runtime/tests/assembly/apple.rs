//! macOS: what the compiler gives to the assembler, so that neither a linker nor a disassembler for it is needed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::compare;
use super::cross::Toolchain;
use super::support::{folder, run, skip};

/// The functions compared, as the listings call them, and parts of their symbols.
const FUNCTIONS: &[(&str, &[&str])] = &[
    ("call_site", &["_call_site"]),              // a call
    ("stubs", &["call_cost", "7IMPORTS5stubs"]), // what the slots hold at first
];

/// Symbols in operands, by a part of them.
const SYMBOLS: &[(&str, &str)] = &[("10trampoline", "trampoline"), ("7IMPORTS", "IMPORTS")];

#[test]
fn x86_64_apple() {
    check("x86_64", "callq *%rax");
}

#[test]
fn aarch64_apple() {
    check("aarch64", "blr x8");
}

/// Compares, and makes sure that a call neither tests nor locks anything, whatever the kept listing says.
fn check(arch: &str, calls: &str) {
    let Some(code) = compile(&format!("{arch}-apple-darwin")) else { return };
    let listing = listing(&code);
    let (call, _) = listing.split_once("stubs:\n").expect("the stubs come last");
    let words = || call.lines().filter_map(|line| line.split_whitespace().next());
    assert!(call.lines().any(|line| line.trim() == calls), "{call}");
    for wrong in ["lock", "cmp", "test", "cb", "tb", "b.", "j", "xchg", "swp", "cas", "ldx", "ldax", "dmb", "mfence"] {
        assert!(!words().any(|word| word.starts_with(wrong)), "{wrong}: {call}");
    }
    let loads = words().filter(|word| word.starts_with("ld") && *word != "ldp").count();
    assert_eq!(loads, if arch == "aarch64" { 2 } else { 0 }, "one for each call: {call}");
    compare(&format!("{arch}-apple"), &listing);
}

/// The program in assembly, built for release.
fn compile(target: &str) -> Option<String> {
    let Some(toolchain) = Toolchain::find(target) else {
        skip(&format!("no std for {target} (cargo xtask std)"));
        return None;
    };
    let folder = folder("apple");
    let (linker, code) = (folder.join(format!("{target}-linker")), folder.join(format!("{target}.s")));
    // What it would link is looked at by `cargo xtask apple`: here an empty file takes its place.
    let script = "#!/bin/sh\nwhile [ $# -gt 0 ]; do [ \"$1\" = -o ] && : >\"$2\"; shift; done\n";
    fs::write(&linker, script).expect("written");
    fs::set_permissions(&linker, fs::Permissions::from_mode(0o755)).expect("executable");
    let mut cargo = toolchain.cargo();
    cargo.args(["rustc", "--quiet", "--release", "--package", "call-cost", "--bin", "call-cost", "--target", target]);
    cargo.arg("--target-dir").arg(&folder).args(["--", &format!("--emit=asm={}", code.display())]);
    cargo.env(format!("CARGO_TARGET_{}_LINKER", target.to_uppercase().replace('-', "_")), &linker);
    cargo.env("CARGO_PROFILE_RELEASE_STRIP", "false").env("SDKROOT", &folder); // nothing there to strip, or to link with
    run(cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS"));
    Some(fs::read_to_string(&code).expect("assembly"))
}

/// The instructions of [`FUNCTIONS`].
fn listing(code: &str) -> String {
    let is_local = |label: &str| label.starts_with('L');
    let mut listing = String::new();
    for (name, parts) in FUNCTIONS {
        let starts =
            |line: &str| line.ends_with(':') && line.starts_with('_') && parts.iter().all(|part| line.contains(part));
        let lines = code.lines().skip_while(|line| !starts(line)).skip(1);
        let lines = lines.take_while(|line| !line.ends_with(':') || is_local(line)).map(str::trim);
        let instructions =
            lines.filter(|line| !line.is_empty() && !line.ends_with(':') && !line.starts_with(['.', '#']));
        listing.push_str(&format!("{name}:\n"));
        instructions.for_each(|line| listing.push_str(&format!("    {}\n", normal(line))));
    }
    listing
}

/// An instruction with short names for symbols.
fn normal(line: &str) -> String {
    let words = line.split_whitespace().map(|word| {
        let Some((_, short)) = SYMBOLS.iter().find(|(part, _)| word.contains(part)) else { return word.to_owned() };
        let start = word.find('_').unwrap_or_default();
        let end = word[start..].find(['@', '(', '+']).map_or(word.len(), |end| start + end);
        format!("{}{short}{}", &word[..start], &word[end..])
    });
    words.collect::<Vec<_>>().join(" ").replace("hint #34", "bti c")
}
