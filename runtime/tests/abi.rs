//! What a call can carry, in all three link modes, against libraries built here.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where this test puts what it builds.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("abi")
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}{err}", output.status);
    out.into_owned()
}

/// The two libraries; false where there is no C compiler, which is an error in CI.
fn build_libraries() -> bool {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/abi");
    std::fs::create_dir_all(folder()).expect("a folder for the libraries");
    if Command::new("cc").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "no C compiler");
        println!("skipped: no C compiler to build the libraries with");
        return false;
    }
    for (source, library) in [("abi.c", "libabi_cases.so"), ("other.c", "libabi_other.so")] {
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(folder().join(library)).arg(sources.join(source));
        run(&mut cc);
    }
    true
}

/// Builds a program in a folder of its own, so that no lock and no feature is shared with other builds.
fn build(package: &str, profile: &str, flags: Option<&str>) -> PathBuf {
    let target = folder().join(if flags.is_some() { "dynamic" } else { "static" });
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", package, "--profile", profile, "--target-dir"]).arg(&target);
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    if let Some(flags) = flags {
        cargo.env("RUSTFLAGS", flags);
    }
    run(&mut cargo);
    let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    target.join(triple).join(if profile == "dev" { "debug" } else { profile }).join(package)
}

fn run_cases(program: &Path) -> String {
    run(Command::new(program).env("LD_LIBRARY_PATH", folder()))
}

#[test]
fn calls_carry_what_c_can_pass() {
    if !build_libraries() {
        return;
    }
    for profile in ["dev", "release"] {
        let guest = run_cases(&build("abi-with-std", profile, None));
        assert!(guest.starts_with("guest: "), "{guest}");
        let native = run_cases(&build("abi-with-std", profile, Some("-Ctarget-feature=-crt-static")));
        assert!(native.starts_with("native: "), "{native}");
        run_cases(&build("abi-without-std", profile, None));
    }
}
