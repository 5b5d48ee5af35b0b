//! AArch64, emulated where this machine is another: what a call can carry, pages of every size, and branch target
//! identification (BTI) and pointer authentication (PAC), which an emulator has whatever the processor.
#![cfg(target_os = "linux")]

mod support;

#[path = "support/cross.rs"]
mod cross;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use cross::Cross;
use support::{folder, run, skip, text};

const STATIC: (&str, &str) = ("static", "-Ctarget-feature=+crt-static");
const DYNAMIC: (&str, &str) = ("dynamic", "-Ctarget-feature=-crt-static");
/// Landing pads and signed return addresses in all of the program, core too.
const PROTECTED: (&str, &str) = ("protected", "-Ctarget-feature=+crt-static -Zbranch-protection=bti,pac-ret,leaf");

fn find() -> Option<Cross> {
    let cross = Cross::find("aarch64").filter(Cross::runs);
    if cross.is_none() {
        skip("no std, C compiler or emulator for aarch64 (cargo xtask std; gcc-aarch64-linux-gnu, qemu-user)");
    }
    cross
}

/// The libraries that the cases call, with landing pads of their own.
fn build_libraries(cross: &Cross) -> PathBuf {
    let (sources, libraries) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/abi"), folder("abi-aarch64"));
    for name in ["abi", "other", "required", "wide"] {
        let library = format!("libabi_{}.so", if name == "abi" { "cases" } else { name });
        let mut gcc = Command::new(cross.gcc());
        gcc.args(["-shared", "-fPIC", "-O1", "-mbranch-protection=standard", "-o"]);
        run(gcc.arg(libraries.join(library)).arg(sources.join(name).with_extension("c")));
    }
    libraries
}

#[test]
fn calls_carry_what_c_can_pass() {
    let Some(cross) = find() else { return };
    let libraries = build_libraries(&cross);
    for (package, profile, flags, told) in [
        ("abi-with-std", "dev", STATIC, "guest: "),
        ("abi-with-std", "release", STATIC, "guest: "),
        ("abi-with-std", "dev", DYNAMIC, "native: "),
        ("abi-without-std", "dev", STATIC, ""),
        ("abi-without-std", "release", STATIC, ""),
    ] {
        let program = cross.build(package, profile, flags, &[]);
        for page in [4096, 16_384, 65_536] {
            let out = run(cross.command(&program, Some(page)).env("LD_LIBRARY_PATH", &libraries));
            assert!(out.starts_with(told), "{out}");
        }
    }
}

#[test]
fn every_indirect_branch_finds_its_landing_pad() {
    let Some(cross) = find() else { return };
    if !cross.builds_std() {
        println!("not tested: core with landing pads takes nightly (cargo xtask std)");
        return;
    }
    let libraries = build_libraries(&cross);
    let program = cross.build("abi-without-std", "dev", PROTECTED, &["-Zbuild-std=core,alloc"]);
    // Not `run`: it fails over notes that it does not know.
    let properties = text(&support::output(Command::new("readelf").arg("--notes").arg(&program)).stdout);
    assert!(properties.contains("AArch64 feature: BTI, PAC"), "{properties}");
    let start = |program: &Path| support::output(cross.command(program, None).env("LD_LIBRARY_PATH", &libraries));
    let output = start(&program);
    assert!(output.status.success(), "{output:?} {:?}", output.status.signal());
    // The pads are what makes it run: without those of one stub, its call is an illegal instruction.
    let mut bytes = std::fs::read(&program).expect("the program");
    let mut removed = 0;
    for place in cross.functions(&program, "IMPORT5stubs") {
        const BTI_C: [u8; 4] = 0xd503_245fu32.to_le_bytes();
        const NOP: [u8; 4] = 0xd503_201fu32.to_le_bytes();
        assert_eq!(bytes[place..place + 4], BTI_C, "at {place:#x}");
        bytes[place..place + 4].copy_from_slice(&NOP);
        removed += 1;
    }
    assert!(removed > 5, "{removed} stubs");
    let changed = program.with_file_name("without-pads");
    std::fs::write(&changed, bytes).expect("written");
    std::fs::set_permissions(&changed, std::fs::metadata(&program).expect("a file").permissions()).expect("executable");
    let output = start(&changed);
    assert_eq!(output.status.signal(), Some(4), "{output:?} {}", text(&output.stderr));
}
