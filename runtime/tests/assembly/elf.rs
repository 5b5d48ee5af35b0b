//! Linux: the linked program, disassembled.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::compare;
use super::cross::Cross;
use super::support::{Link, build, run, skip};

/// The functions compared: the demangled names end so.
const FUNCTIONS: &[&str] = &[
    "call_site",                    // a call
    "call_cost::_::IMPORTS::stubs", // what the slots hold then, in guest mode, and at first
    "guest::guest_enter_fast",      // to which the first jumps
];

#[cfg(target_arch = "x86_64")]
#[test]
fn x86_64() {
    let Some(program) = build_for("x86_64") else { return };
    let listing = listing(&program, &["objdump", "-Mintel"]);
    // Two switches of the thread pointer and at most ten instructions, whatever the path of the first call.
    let enter = listing.split("guest_enter_fast:\n").nth(1).expect("the way into the guest");
    assert_eq!(enter.lines().filter(|line| line.contains("wrfsbase")).count(), 2, "{enter}");
    assert!(enter.lines().count() <= 12, "{enter}");
    compare("x86_64", &listing);
}

#[test]
fn aarch64() {
    let Some(program) = build_for("aarch64") else { return };
    compare("aarch64", &listing(&program, &[&objdump_of("aarch64")]));
}

#[cfg(target_arch = "x86_64")] // whose machines alone are expected to have the cross compiler
#[test]
fn riscv64() {
    let Some(program) = build_for("riscv64") else { return };
    compare("riscv64", &listing(&program, &[&objdump_of("riscv64")]));
}

fn objdump_of(arch: &str) -> String {
    if std::env::consts::ARCH == arch { "objdump".to_owned() } else { format!("{arch}-linux-gnu-objdump") }
}

/// The program for an architecture: this machine's, or one that `cargo xtask std` has made ready.
fn build_for(arch: &'static str) -> Option<PathBuf> {
    if std::env::consts::ARCH == arch {
        return Some(build("call-cost", "release", Link::Static));
    }
    let Some(cross) = Cross::find(arch) else {
        skip(&format!("no std for {arch} (cargo xtask std)"));
        return None;
    };
    Some(cross.build("call-cost", "release", ("static", "-Ctarget-feature=+crt-static"), &[]))
}

/// The instructions of [`FUNCTIONS`].
fn listing(program: &Path, objdump: &[&str]) -> String {
    let mut command = Command::new(objdump[0]);
    command.args(&objdump[1..]).args(["-d", "-C", "--no-show-raw-insn", "--no-addresses"]).arg(program);
    // One name, as the two ways of mangling have it.
    let text = run(&mut command).replace("target::<()>", "target");
    let text = ["labs", "llabs"].iter().fold(text, |text, name| {
        text.replace(&format!("call_cost::_::<impl call_cost::{name}>"), &format!("<call_cost::{name}>"))
    });
    let mut listing = String::new();
    for name in FUNCTIONS {
        let ends = |function: &str| function.rsplit_once("::h").map_or(function, |(name, _hash)| name).ends_with(name);
        let start = |line: &str| line.strip_prefix('<').and_then(|line| line.strip_suffix(">:")).is_some_and(ends);
        let code = text.lines().skip_while(|line| !start(line)).skip(1);
        let code = code.take_while(|line| !line.is_empty() && !is_padding(line));
        listing.push_str(&format!("{name}:\n"));
        let mut above = "";
        for line in code {
            listing.push_str(&format!("    {}\n", riscv_pair(above, line).unwrap_or_else(|| normal(line))));
            above = line;
        }
    }
    listing
}

/// An instruction of RISC-V's that has a part of a distance, in a pair of which `auipc` is the first.
fn riscv_pair(above: &str, line: &str) -> Option<String> {
    let register = |line: &str| Some(line.trim().strip_prefix("auipc\t")?.split_once(',')?.0.to_owned());
    if let Some(register) = register(line) {
        return Some(format!("auipc {register},PAGE"));
    }
    let register = register(above)?;
    let (code, symbol) = line.trim().split_once(" # ").unwrap_or((line.trim(), ""));
    let (operation, operands) = code.split_once('\t')?;
    let place = operands.rsplit(',').next()?;
    let first = operands.strip_suffix(place)?;
    let place = if place.ends_with(')') { format!("OFFSET({register})") } else { "OFFSET".to_owned() };
    let symbol = if symbol.contains("GLOBAL_OFFSET_TABLE") { "<of TLS>" } else { symbol };
    Some(format!("{operation} {first}{place} # {symbol}").trim_end_matches([' ', '#']).to_owned())
}

/// What fills the gap between functions.
fn is_padding(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    ["int3", "nop", "nopw", "nopl", "udf", "cs", "xchg", "data16", "brk"].contains(&word)
}

/// An instruction without what moves when something else in the program does: distances and addresses, which the linker
/// gives.
fn normal(line: &str) -> String {
    let (code, symbol) = line.split_once("# <").map_or((line, None), |(code, symbol)| (code, Some(symbol)));
    let mut words: Vec<String> = code.split_whitespace().map(str::to_owned).collect();
    for word in &mut words {
        if let (Some(symbol), Some((before, _))) = (symbol, word.split_once("rip+")) {
            *word = format!("{before}{}]", symbol.trim_end_matches('>'));
        }
    }
    let code = words.join(" ");
    // Places of the linker's: a thread-local's distance from the thread pointer, a page, an offset in a page.
    for (places, stands_for) in [
        (&["mov r11,0x"][..], "TLS"),
        (&["movz x16, #0x", "movk x16, #0x"], "TLS"),
        (&["adrp x8, <", "adrp x9, <"], "PAGE"),
        (&["add x8, x8, #0x", "add x9, x9, #0x"], "OFFSET"),
    ] {
        for place in places {
            if code.starts_with(place) {
                let kept = place.trim_end_matches("0x").trim_end_matches(['#', '<']);
                return format!("{kept}{stands_for}");
            }
        }
    }
    code.split_once("ldr x9, [x9, #").map_or(code.clone(), |_| "ldr x9, [x9, OFFSET]".to_owned())
}
