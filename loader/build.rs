//! Decides in one place where static programs are served, `cfg(loader)`, and with which link modes beside adopted mode:
//! `cfg(guest)`, `cfg(native)`. Elsewhere only native mode is built.

use std::env::var;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(loader, guest, native, std_start)");
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name, value| var(name).as_deref() == Ok(value);
    let arch = |name| is("CARGO_CFG_TARGET_ARCH", name);
    let machine = arch("x86_64") || arch("aarch64") || arch("riscv64");
    // Not the 32-bit pointers of x32 and ILP32, and not big-endian ARM.
    let words = is("CARGO_CFG_TARGET_POINTER_WIDTH", "64") && is("CARGO_CFG_TARGET_ENDIAN", "little");
    if machine && words && is("CARGO_CFG_TARGET_OS", "linux") {
        println!("cargo::rustc-cfg=loader");
        if var("CARGO_FEATURE_GUEST").is_ok() {
            println!("cargo::rustc-cfg=guest");
        }
        if var("CARGO_FEATURE_STD_START").is_ok() && !arch("riscv64") {
            println!("cargo::rustc-cfg=std_start");
        }
        if var("CARGO_FEATURE_NATIVE").is_ok() {
            println!("cargo::rustc-cfg=native");
        }
    } else {
        println!("cargo::rustc-cfg=native");
    }
}
