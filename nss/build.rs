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
    // The program's C symbols: static programs, where there is guest mode.
    let is_static = variable("CARGO_CFG_TARGET_FEATURE").split(',').any(|feature| feature == "crt-static");
    if is_linux && is_static && matches!(variable("CARGO_CFG_TARGET_ARCH").as_str(), "x86_64" | "aarch64") {
        println!("cargo::rustc-cfg=exports");
    }
}
