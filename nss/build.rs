//! Tells the sources what there is on the target.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(native, exports)");
    let variable = |name| env::var(name).unwrap_or_default();
    let is_linux = variable("CARGO_CFG_TARGET_OS") == "linux";
    // The resolver of our own.
    if is_linux && env::var_os("CARGO_FEATURE_NATIVE").is_some() {
        println!("cargo::rustc-cfg=native");
    }
    // The program's C symbols, where there is guest mode. That they are for static programs alone, lib.rs says: Cargo's
    // list of features lacks `crt-static` where it is the target's default (musl).
    if is_linux && matches!(variable("CARGO_CFG_TARGET_ARCH").as_str(), "x86_64" | "aarch64" | "riscv64") {
        println!("cargo::rustc-cfg=exports");
    }
}
