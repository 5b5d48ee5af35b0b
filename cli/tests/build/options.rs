//! Cargo's options, profiles and configuration: a workspace of several packages and sorts of programs.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::programs::{command, directories, run, succeed, this};

/// The workspace in a directory of the test's own.
fn copy_to(to: &Path) {
    let (from, _) = directories("options", "");
    if to.exists() {
        fs::remove_dir_all(to).unwrap();
    }
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    succeed(Command::new("cp").arg("-r").arg(from).arg(to));
}

/// What program `two` says when it is built with cargo's arguments.
#[track_caller]
fn says(arguments: &[&str], variables: &[(&str, &str)], expected: &str) {
    let (directory, target) = directories("options", "options");
    let mut cargo = command(this(), &directory, &target);
    let said = succeed(cargo.args(["run", "--quiet", "--bin", "two"]).args(arguments).envs(variables.iter().copied()));
    assert_eq!(said.stdout, format!("two {expected}\n"), "{arguments:?} {variables:?}");
}

const UNWINDS: &str = "adopted 42 static-true unwind-true";
const ABORTS: &str = "adopted 42 static-true unwind-false";

#[test]
fn profiles() {
    says(&["--release"], &[], UNWINDS);
    says(&["--release", "--config", "profile.release.lto='thin'"], &[], UNWINDS);
    says(
        &["--release", "--config", "profile.release.lto='fat'", "--config", "profile.release.panic='abort'"],
        &[],
        ABORTS,
    );
    says(&["--config", "profile.dev.panic='abort'"], &[], ABORTS);
    let small = ["opt-level='z'", "strip=true", "codegen-units=1"].map(|option| format!("profile.release.{option}"));
    let small: Vec<&str> = small.iter().flat_map(|option| ["--config", option]).collect();
    says(&[&["--release"], &small[..]].concat(), &[], UNWINDS);
    says(&["--config", "profile.dev.incremental=true", "--config", "profile.dev.debug=true"], &[], UNWINDS);
    says(&["--config", "profile.dev.split-debuginfo='packed'", "--config", "profile.dev.debug=true"], &[], UNWINDS);
    says(&[], &[("RUSTFLAGS", "-Crelocation-model=static")], UNWINDS);
}

#[test]
fn flags_of_every_place_and_targets() {
    says(&["--target", "x86_64-unknown-linux-gnu"], &[], UNWINDS);
    says(&["--target=host-tuple"], &[], UNWINDS);
    says(&[], &[("CARGO_BUILD_TARGET", "x86_64-unknown-linux-gnu")], UNWINDS);
    let variable = format!("{UNWINDS} variable");
    says(&[], &[("RUSTFLAGS", "--cfg from_variable")], &variable);
    says(&[], &[("CARGO_ENCODED_RUSTFLAGS", "--cfg\x1ffrom_variable")], &variable);
    says(&[], &[("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "--cfg from_variable")], &variable);
    let (directory, target) = directories("options", "options");
    for (name, section) in
        [("build", "build"), ("triple", "target.x86_64-unknown-linux-gnu"), ("cfg", "target.'cfg(unix)'")]
    {
        // Not below the project, whose configuration would be seen.
        let directory = std::env::temp_dir().join(format!("import-dynamic-{name}-{}", std::process::id()));
        copy_to(&directory);
        fs::create_dir(directory.join(".cargo")).unwrap();
        let config = format!("[{section}]\nrustflags = [\"--cfg\", \"from_config\"]\n");
        fs::write(directory.join(".cargo/config.toml"), config).unwrap();
        let said = succeed(command(this(), &directory, &target).args(["run", "--quiet", "--bin", "one"]));
        assert_eq!(said.stdout, format!("one {UNWINDS} config\n"), "{section}");
        fs::remove_dir_all(directory).unwrap();
    }
    let refused =
        command(this(), &directory, &target).args(["build", "--target", "riscv64gc-unknown-linux-gnu"]).output();
    let text = String::from_utf8_lossy(&refused.unwrap().stderr).into_owned();
    assert!(text.contains("riscv64gc-unknown-linux-gnu: programs can be built for x86_64-unknown-linux-gnu"), "{text}");
}

/// Programs, examples, benchmarks and tests, that of the documentation among them, all in a path with spaces.
#[test]
fn everything_in_a_path_with_spaces() {
    let here = directories("options", "a path  with spaces").1;
    let directory = here.join("the sources");
    copy_to(&directory);
    let linker = here.join("the program");
    let _from_before = fs::remove_file(&linker);
    fs::copy(this(), &linker).unwrap();
    let target = here.join("the target");
    let cargo = |arguments: &[&str]| succeed(command(&linker, &directory, &target).args(arguments)).stdout;
    cargo(&["build", "--workspace", "--all-targets"]);
    for name in ["one", "two", "examples/example"] {
        let said = run(&target.join("x86_64-unknown-linux-gnu/debug").join(name), &[]).stdout;
        assert_eq!(said, format!("{} {UNWINDS}\n", name.trim_start_matches("examples/")));
    }
    let bench = cargo(&["bench", "--quiet", "--bench", "bench"]);
    assert_eq!(bench, format!("bench {UNWINDS}\n"));
    let tests = cargo(&["test", "--workspace"]);
    assert!(tests.contains("test tests::adopted ... ok"), "{tests}");
    assert!(tests.contains("test tests::panics - should panic ... ok"), "{tests}");
    assert!(tests.contains("app/src/lib.rs - (line 3) ... ok"), "{tests}");
    // The status is the program's.
    let failing = command(&linker, &directory, &target).args(["run", "--quiet", "--bin", "two", "--", "fail"]).output();
    assert_eq!(failing.unwrap().status.code(), Some(3));
    // What failed says so in the linker's words, and in no more than it says of a program with a libc.
    let broken = command(&linker, &directory, &target)
        .args(["build", "--bin", "one"])
        .env("RUSTFLAGS", "-Clink-arg=-lno_such_library")
        .output();
    let text = String::from_utf8_lossy(&broken.unwrap().stderr).into_owned();
    assert!(text.contains("unable to find library -lno_such_library") || text.contains("cannot find"), "{text}");
}

#[test]
fn installs() {
    let (directory, target) = directories("options", "options");
    let root = target.join("installed");
    let mut cargo = command(this(), &directory, &target);
    succeed(
        cargo
            .args(["install", "--debug", "--offline", "--path", "app", "--bin", "one", "--force", "--root"])
            .arg(&root),
    );
    assert_eq!(run(&root.join("bin/one"), &[]).stdout, format!("one {UNWINDS}\n"));
}
