//! RISC-V, emulated: what a call can carry. On x86-64, whose machines alone are expected to have the cross compiler.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod support;

#[path = "support/cross.rs"]
#[allow(dead_code, reason = "some of it is for other architectures")]
mod cross;

use cross::Cross;

#[test]
fn calls_carry_what_c_can_pass() {
    let Some(cross) = Cross::find("riscv64").filter(Cross::runs) else {
        let missing = "no std, C compiler or emulator for riscv64 (cargo xtask std; gcc-riscv64-linux-gnu, qemu-user)";
        support::skip(missing);
        return;
    };
    cross.run_abi_tests(&[], &[None]);
}
