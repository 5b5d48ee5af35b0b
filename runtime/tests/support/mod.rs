//! What tests share that build programs and run them.
#![allow(dead_code, reason = "not every test uses all of it")]

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// A folder of this test's own below the target directory.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("a folder below the target directory");
    folder
}

/// Runs a command that has to succeed; what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = output(command);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}{err}", output.status);
    out
}

/// Longer than any program takes on a slow machine: what runs longer hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// Runs a command without input, however it ends. One that hangs is killed with all that it started, and has failed.
pub(crate) fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (process, (sender, ended)) = (child.id(), channel());
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    let in_time = ended.recv_timeout(LIMIT);
    let late = matches!(in_time, Err(RecvTimeoutError::Timeout));
    if late {
        // SAFETY: kill(2) of this process's own child's group; the child has not been waited for.
        unsafe { libc::kill(-(process as i32), libc::SIGKILL) };
    }
    // What has left the group may keep the pipes open.
    let output = in_time.or_else(|_| ended.recv_timeout(Duration::from_secs(5)));
    let output = output.unwrap_or_else(|_| panic!("{command:?}: killed after {LIMIT:?}, its output is still open"));
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(!late, "{command:?}: killed after {LIMIT:?}\n{}{}", text(&output.stdout), text(&output.stderr));
    output
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// How a program is linked.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Link {
    Static,
    Dynamic,
}

/// Builds a program by name, in a target directory that these tests share: neither locks nor features are shared with
/// the build that runs the tests.
pub(crate) fn build(package: &str, profile: &str, link: Link) -> PathBuf {
    let target = folder(if link == Link::Static { "static" } else { "dynamic" });
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", package, "--profile", profile, "--target-dir"]).arg(&target);
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("CARGO_BUILD_TARGET");
    if link == Link::Dynamic {
        cargo.env("RUSTFLAGS", "-Ctarget-feature=-crt-static");
    }
    let output = cargo.output().unwrap_or_else(|error| panic!("{cargo:?}: {error}"));
    assert!(output.status.success(), "{cargo:?}: {}\n{}", output.status, text(&output.stderr));
    // In a folder named for the target, which is this machine's.
    let file = Path::new(if profile == "dev" { "debug" } else { profile }).join(package);
    let folders = std::fs::read_dir(&target).expect("the target directory").flatten();
    let built = folders.map(|folder| folder.path().join(&file)).find(|path| path.exists());
    built.unwrap_or_else(|| panic!("no {} in {}", file.display(), target.display()))
}

/// Whether there is a C compiler; without one a test says so and is skipped, but not in CI.
pub(crate) fn has_c_compiler() -> bool {
    Command::new("cc").arg("--version").output().is_ok() || skip("no C compiler")
}

/// Whether this is root's process; otherwise a test says so and is skipped, but not in CI.
pub(crate) fn is_root() -> bool {
    run(Command::new("id").arg("-u")).trim() == "0" || skip("not root")
}

/// Says why a test is skipped; false. In CI it fails.
pub(crate) fn skip(reason: &str) -> bool {
    assert!(std::env::var_os("CI").is_none(), "{reason}");
    println!("skipped: {reason}");
    false
}

/// A shared library built from C.
pub(crate) fn library(source: &Path, library: &Path) {
    run(Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(library).arg(source));
}

/// The file name of the host's libm.
pub(crate) fn libm() -> PathBuf {
    let triple = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    let folders = [&triple, "/usr/lib64", "/lib64", "/usr/lib", "/lib"].map(Path::new);
    let file = folders.iter().map(|folder| folder.join("libm.so.6")).find(|file| file.exists());
    file.expect("the host's libm.so.6")
}
