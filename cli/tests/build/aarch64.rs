//! The same for AArch64, under emulation.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::linkers::has;
use crate::programs::{Said, build, command, directories, roots_with, run, said, skip, succeed, this};

const TARGET: &str = "aarch64-unknown-linux-gnu";
/// What commands are told so that build scripts compile C for it.
const TOOLS: [(&str, &str); 2] = [("TARGET_CC", "aarch64-linux-gnu-gcc"), ("TARGET_AR", "aarch64-linux-gnu-ar")];

/// `cargo-import-dynamic` with start code for AArch64, and the variables that it needs.
fn ready() -> Option<(PathBuf, Vec<(&'static str, PathBuf)>)> {
    let tools = TOOLS.into_iter().map(|(name, value)| (name, PathBuf::from(value)));
    let target = env!("CARGO_TARGET_TMPDIR");
    let above = Path::new(target).ancestors().skip(1).take(2);
    let library = Path::new("lib/rustlib").join(TARGET).join("lib");
    let toolchain = above.map(|path| path.join("toolchain")).find(|path| path.join(&library).join(".stamp").exists());
    if !has("aarch64-linux-gnu-gcc") || !has("qemu-aarch64") {
        skip("no aarch64-linux-gnu-gcc or qemu-aarch64");
        return None;
    }
    let Some(toolchain) = toolchain else {
        let sysroot = succeed(Command::new("rustc").args(["--print", "sysroot"])).stdout;
        if Path::new(sysroot.trim()).join(library).exists() {
            return Some((this().to_owned(), tools.collect())); // the toolchain that has built the tests
        }
        skip(&format!("no std for {TARGET}: `rustup target add`, or `cargo xtask std`"));
        return None;
    };
    let directory = Path::new(target).join("build/aarch64");
    let variables = [("CARGO", toolchain.join("bin/cargo")), ("RUSTC", toolchain.join("bin/rustc"))];
    let mut cargo = Command::new(&variables[0].1);
    cargo.args(["build", "--quiet", "--package", "cargo-import-dynamic", "--target-dir"]).arg(&directory);
    cargo.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").env_remove("RUSTFLAGS").env("RUSTC", &variables[1].1);
    succeed(cargo.current_dir(env!("CARGO_MANIFEST_DIR")));
    let host = env!("CARGO_BIN_EXE_cargo-import-dynamic").contains("/x86_64-unknown-linux-gnu/");
    let host = if host { "x86_64-unknown-linux-gnu/debug" } else { "debug" };
    Some((directory.join(host).join("cargo-import-dynamic"), variables.into_iter().chain(tools).collect()))
}

fn emulated(program: &Path, root: &Path, arguments: &[&str]) -> Said {
    said(Command::new("qemu-aarch64").arg("-L").arg(root).arg(program).args(arguments))
}

#[test]
fn cases_of_aarch64() {
    let roots = roots_with(&["lib/ld-linux-aarch64.so.1", "lib/ld-musl-aarch64.so.1"]);
    if roots.is_empty() {
        return skip("no AArch64 roots: `cargo xtask root --arch aarch64` makes them");
    }
    let Some((this, variables)) = ready() else { return };
    let for_aarch64 = |linker: &str| {
        let (directory, target) = directories("everything", &format!("aarch64-{linker}"));
        let mut cargo = command(&this, &directory, &target);
        cargo.env_remove("RUSTUP_TOOLCHAIN").envs(variables.iter().map(|(name, value)| (name, value)));
        cargo.env("RUSTFLAGS", format!("-Clink-arg=-fuse-ld={linker}"));
        succeed(cargo.args(["build", "--target", TARGET]));
        target.join(TARGET).join("debug/everything")
    };
    // What it says on this machine, built for this machine.
    let native = build("everything", "cases", "");
    for program in [for_aarch64("bfd"), for_aarch64("lld")] {
        for root in &roots {
            // Not `command`: an emulated program cannot start itself.
            for case in
                ["c", "differences", "panic", "thread-locals", "files", "sockets", "signals", "fork", "environment"]
            {
                let said = emulated(&program, root, &[case]);
                let expected = run(&native, &[case]).stdout;
                assert_eq!(
                    (said.status, said.stdout),
                    (Some(0), expected),
                    "{case} in {}: {}",
                    root.display(),
                    said.stderr
                );
            }
        }
    }
}
