//! What a call can carry, in all three link modes, against libraries built here.

mod support;

use std::path::Path;
use std::process::Command;

use support::{Link, build, folder, run};

/// Builds the two libraries; false where there is no C compiler.
fn build_libraries() -> bool {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/abi");
    if !support::has_c_compiler() {
        return false;
    }
    support::library(&sources.join("abi.c"), &folder("abi").join("libabi_cases.so"));
    support::library(&sources.join("other.c"), &folder("abi").join("libabi_other.so"));
    true
}

fn run_cases(program: &Path) -> String {
    run(Command::new(program).env("LD_LIBRARY_PATH", folder("abi")))
}

#[test]
fn calls_carry_what_c_can_pass() {
    if !build_libraries() {
        return;
    }
    for profile in ["dev", "release"] {
        let guest = run_cases(&build("abi-with-std", profile, Link::Static));
        assert!(guest.starts_with("guest: "), "{guest}");
        let native = run_cases(&build("abi-with-std", profile, Link::Dynamic));
        assert!(native.starts_with("native: "), "{native}");
        run_cases(&build("abi-without-std", profile, Link::Static));
    }
}
