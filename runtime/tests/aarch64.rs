//! AArch64, emulated where this machine is another: what a call can carry, pages of every size, and branch target
//! identification (BTI) and pointer authentication (PAC), which an emulator has whatever the processor.
#![cfg(target_os = "linux")]

mod support;

#[path = "support/cross.rs"]
mod cross;

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use cross::Cross;
use support::{skip, text};

/// Landing pads and signed return addresses in all of the program, core too.
const PROTECTED: (&str, &str) = ("protected", "-Ctarget-feature=+crt-static -Zbranch-protection=bti,pac-ret,leaf");

fn find() -> Option<Cross> {
    let cross = Cross::find("aarch64").filter(Cross::runs);
    if cross.is_none() {
        skip("no std, C compiler or emulator for aarch64 (cargo xtask std; gcc-aarch64-linux-gnu, qemu-user)");
    }
    cross
}

/// Whether this machine's processor, if it is one for AArch64, looks for landing pads, and the kernel has it do so.
fn has_landing_pads() -> bool {
    const HWCAP2_BTI: libc::c_ulong = 1 << 17;
    // SAFETY: it has no preconditions.
    unsafe { libc::getauxval(libc::AT_HWCAP2) & HWCAP2_BTI != 0 }
}

/// Libraries with landing pads of their own.
const LIBRARIES: &[&str] = &["-mbranch-protection=standard"];

#[test]
fn calls_carry_what_c_can_pass() {
    let Some(cross) = find() else { return };
    cross.run_abi_tests(LIBRARIES, &[Some(4096), Some(16_384), Some(65_536)]);
}

#[test]
fn every_indirect_branch_finds_its_landing_pad() {
    let Some(cross) = find() else { return };
    if !cross.builds_std() {
        skip("core with landing pads takes nightly and its source (cargo xtask std; rustup component add rust-src)");
        return;
    }
    let libraries = cross.build_libraries(LIBRARIES);
    let program = cross.build("abi-without-std", "dev", PROTECTED, &["-Zbuild-std=core,alloc"]);
    // Not `run`: it fails over notes that it does not know.
    let properties = text(&support::output(Command::new("readelf").arg("--notes").arg(&program)).stdout);
    assert!(properties.contains("AArch64 feature: BTI, PAC"), "{properties}");
    let start = |program: &Path| support::output(cross.command(program, None).env("LD_LIBRARY_PATH", &libraries));
    let output = start(&program);
    assert!(output.status.success(), "{output:?} {:?}", output.status.signal());
    // The pads are what makes it run: without those of the stubs, a call is an illegal instruction.
    let mut bytes = std::fs::read(&program).expect("the program");
    let mut removed = 0;
    for first in cross.functions(&program, "IMPORTS5stubs") {
        const BTI_C: [u8; 4] = 0xd503_245fu32.to_le_bytes();
        const NOP: [u8; 4] = 0xd503_201fu32.to_le_bytes();
        const STUB: usize = 4 * 4;
        // The stubs of the block before may end where these begin.
        assert!([BTI_C, NOP].iter().any(|word| bytes[first..].starts_with(word)), "at {first:#x}");
        for place in (first..).step_by(STUB).take_while(|&place| bytes[place..place + 4] == BTI_C).collect::<Vec<_>>() {
            bytes[place..place + 4].copy_from_slice(&NOP);
            removed += 1;
        }
    }
    assert!(removed > 5, "{removed} stubs");
    // A processor that does not know them goes where it is told; the emulator's knows them.
    if cross.is_host() && !has_landing_pads() {
        return;
    }
    let changed = program.with_file_name("without-pads");
    std::fs::write(&changed, bytes).expect("written");
    std::fs::set_permissions(&changed, std::fs::metadata(&program).expect("a file").permissions()).expect("executable");
    let output = start(&changed);
    assert_eq!(output.status.signal(), Some(4), "{output:?} {}", text(&output.stderr));
}
