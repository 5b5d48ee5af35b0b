//! What a call can carry, in all three link modes, against libraries built here.
#![cfg(target_os = "linux")]

mod support;

use std::path::Path;
use std::process::Command;

use support::{Link, build, folder, run};

/// Builds the libraries; false where there is no C compiler.
fn build_libraries() -> bool {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/abi");
    if !support::has_c_compiler() {
        return false;
    }
    for name in ["abi", "other", "required", "wide"] {
        let library = format!("libabi_{}.so", if name == "abi" { "cases" } else { name });
        support::library(&sources.join(name).with_extension("c"), &folder("abi").join(library));
    }
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

#[test]
fn without_a_required_library_nothing_is_bound() {
    if !build_libraries() {
        return;
    }
    let without = folder("abi-without-required");
    for name in ["libabi_cases.so", "libabi_other.so"] {
        std::fs::copy(folder("abi").join(name), without.join(name)).expect("copied");
    }
    for link in [Link::Static, Link::Dynamic] {
        let program = build("abi-with-std", "dev", link);
        let all = |libraries: &Path| run(Command::new(&program).arg("bind-all").env("LD_LIBRARY_PATH", libraries));
        assert_eq!(all(&folder("abi")), "all bound\n");
        let errors = all(&without);
        assert!(errors.lines().count() > 20, "{errors}");
        for line in errors.lines() {
            assert!(line.starts_with("cannot import ") && line.contains("libabi_required.so"), "{line}");
            assert!(!line.contains("libabi_absent.so"), "{line}");
        }
        let output = support::output(Command::new(&program).env("LD_LIBRARY_PATH", &without));
        assert_eq!(output.status.code(), Some(127));
        assert!(support::text(&output.stderr).contains("libabi_required.so"));
    }
}
