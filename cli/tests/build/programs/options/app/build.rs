//! Runs on the machine that builds, and hands on what it was told.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(from_config, from_variable)");
    println!(
        "cargo::rustc-env=STATIC={}",
        std::env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default().contains("crt-static")
    );
    println!("cargo::rerun-if-changed=build.rs");
}
