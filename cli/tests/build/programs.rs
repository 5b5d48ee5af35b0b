//! Building the test programs, and the hosts to run them on.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// `cargo import-dynamic` on the program in a directory, which builds into another one.
pub(crate) fn command(this: &Path, directory: &Path, target: &Path) -> Command {
    let mut command = Command::new(this);
    command.arg("import-dynamic").current_dir(directory).env("CARGO_TARGET_DIR", target);
    // What the run of these tests itself was told is not meant for the programs.
    for name in ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "CARGO_BUILD_TARGET", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    command
}

/// The program under test.
pub(crate) fn this() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_cargo-import-dynamic"))
}

/// The sources of a program, and the directory of a test's own that it is built into.
pub(crate) fn directories(program: &str, test: &str) -> (PathBuf, PathBuf) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/build/programs").join(program);
    (directory, Path::new(env!("CARGO_TARGET_TMPDIR")).join("build").join(test))
}

/// Builds a program of `programs/`; cargo's output.
pub(crate) fn cargo(program: &str, test: &str, arguments: &[&str], flags: &str) -> (PathBuf, Output) {
    let (directory, target) = directories(program, test);
    let mut command = command(this(), &directory, &target);
    if !flags.is_empty() {
        command.env("RUSTFLAGS", flags);
    }
    let output = command.args(arguments).output().unwrap();
    (target.join("x86_64-unknown-linux-gnu/debug").join(program), output)
}

/// What a command says, which must succeed.
#[track_caller]
pub(crate) fn succeed(command: &mut Command) -> Said {
    let said = said(command);
    assert_eq!(said.status, Some(0), "{command:?}: {}{}", said.stdout, said.stderr);
    said
}

/// Builds a program, which must succeed.
pub(crate) fn build(program: &str, test: &str, flags: &str) -> PathBuf {
    let (path, output) = cargo(program, test, &["build"], flags);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    path
}

/// What a program said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { status: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// Runs a program on this host.
pub(crate) fn run(program: &Path, arguments: &[&str]) -> Said {
    said(Command::new(program).args(arguments))
}

/// Runs a program on this host with environment variables.
pub(crate) fn run_with(program: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
    said(Command::new(program).args(arguments).envs(variables.iter().copied()))
}

/// Runs a program in a root directory.
pub(crate) fn run_in(root: &Path, program: &str, arguments: &[&str]) -> Said {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "chroot"]).arg(root).arg(program).args(arguments);
    let mut run = || said(&mut command);
    let mut answer = run();
    for _ in 0..1000 {
        // A program that another test's thread started meanwhile still has the copy open for writing, until it runs.
        if !answer.stderr.ends_with("Text file busy\n") {
            break;
        }
        answer = run();
    }
    answer
}

/// Says why a test does less than it might, which on a CI machine is a failure.
pub(crate) fn skip(why: &str) {
    println!("skipped: {why}");
    assert!(std::env::var_os("CI").is_none(), "nothing is skipped there");
}

/// Root directories of other hosts of this machine.
fn roots() -> Vec<PathBuf> {
    let roots = roots_with(&["lib64/ld-linux-x86-64.so.2", "lib/ld-musl-x86_64.so.1"]);
    if roots.is_empty() {
        skip("no roots of other hosts: `cargo xtask root` makes them");
    }
    roots
}

/// Root directories with one of these interpreters: those of IMPORT_DYNAMIC_ROOTS, else those that `cargo xtask root` has made in
/// `target/roots`.
pub(crate) fn roots_with(interpreters: &[&str]) -> Vec<PathBuf> {
    let mut roots = match std::env::var_os("IMPORT_DYNAMIC_ROOTS") {
        Some(list) => std::env::split_paths(&list).collect::<Vec<_>>(),
        None => {
            // `target/tmp`, or `target/TRIPLE/tmp`.
            let above = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().skip(1).take(2);
            let entries = above.into_iter().find_map(|target| fs::read_dir(target.join("roots")).ok());
            entries.into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
        }
    };
    roots.retain(|root| interpreters.iter().any(|path| fs::symlink_metadata(root.join(path)).is_ok()));
    roots
}

/// Runs the same file on this host and on all others that there are, by the host's name.
pub(crate) fn run_everywhere(program: &Path, arguments: &[&str]) -> Vec<(String, Said)> {
    run_with_library(program, arguments, None)
}

/// The same with the name of a library as the last argument.
pub(crate) fn run_with_library(program: &Path, arguments: &[&str], library: Option<&Path>) -> Vec<(String, Said)> {
    let here = said(Command::new(program).args(arguments).args(library));
    let mut all = vec![("this host".to_owned(), here)];
    for root in roots() {
        // Tests run beside each other, and those of other directories, too.
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        let name = format!("/build-test-{}-{}", std::process::id(), RUNS.fetch_add(1, Ordering::Relaxed));
        let inside = |name: &str| root.join(name.trim_start_matches('/'));
        fs::copy(program, inside(&name)).unwrap();
        let mut all_arguments = arguments.to_vec();
        let library = library.map(|library| {
            let name = format!("{name}.so");
            fs::copy(library, inside(&name)).unwrap();
            name
        });
        all_arguments.extend(library.as_deref());
        let said = run_in(&root, &name, &all_arguments);
        fs::remove_file(inside(&name)).unwrap();
        if let Some(name) = library {
            fs::remove_file(inside(&name)).unwrap();
        }
        all.push((root.file_name().unwrap_or(OsStr::new("/")).to_string_lossy().into_owned(), said));
    }
    all
}
