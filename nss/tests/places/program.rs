//! The programs: rows of the table.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::network::{DNS, FILES, MODULE};

/// Runs a command that has to succeed; what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Builds an example, as users do, or without the line; a copy of it that stays.
pub(crate) fn build(package: &str, has_line: bool, folder: &Path) -> PathBuf {
    // Both ways of building a program write the same file: it is copied before the next build.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("static");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", package, "--target-dir"]).arg(&target);
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
        cargo.env_remove(name);
    }
    if !has_line {
        cargo.arg("--no-default-features");
    }
    run(&mut cargo);
    let built = target.join(format!("{}-unknown-linux-gnu/debug", std::env::consts::ARCH)).join(package);
    let kept = folder.join(name(package, has_line));
    fs::copy(built, &kept).expect("the program is copied");
    kept
}

/// What a program's file is called.
pub(crate) fn name(package: &str, has_line: bool) -> String {
    if has_line { package.to_owned() } else { format!("{package}-without") }
}

/// Runs a program in a place, with whom it is to ask.
pub(crate) fn run_in(place: &Path, program: &str, argument: &str, netdns: &str) -> Output {
    // What hangs is killed: an answer takes a second or two, where a server is silent.
    let mut command = Command::new("timeout");
    command
        .args(["--signal=KILL", "60", "chroot"])
        .arg(place)
        .arg(Path::new("/").join(program))
        .args(argument.split(' '));
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("IMPORT_DYNAMIC_NETDNS", netdns);
    command.stdin(Stdio::null()).output().expect("timeout and chroot start")
}

/// Where an answer came from, or the error in a few words; after `native: ` what the program answered by itself.
pub(crate) fn origin(output: &Output) -> String {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.signal() {
        Some(libc::SIGKILL) => return "hangs".to_owned(),
        Some(_) => return "crash".to_owned(),
        None => (),
    }
    let sources = [
        (FILES, "files"),
        (DNS, "dns"),
        (MODULE, "module"),
        ("uid=4241(fileuser) gid=4241(filegroup) groups=4241(filegroup)", "files"),
        ("uid=4242(moduleuser) gid=4242(modulegroup) groups=4242(modulegroup)", "module"),
    ];
    let source = sources.iter().find(|(text, _)| output.status.success() && stdout.trim_end() == *text);
    let answer = source.map_or_else(|| error(&stderr), |(_, source)| (*source).to_owned());
    if provider(&stderr) == Some("native") { format!("native: {answer}") } else { answer }
}

/// Who answered, by what the program says on standard error: the host or native code; None where it does not say, or says both.
pub(crate) fn provider(stderr: &str) -> Option<&'static str> {
    let told = stderr.lines().filter(|line| line.starts_with("import-dynamic-nss: "));
    let mut providers: Vec<_> =
        told.filter_map(|line| PROVIDERS.iter().find(|(text, _)| line.contains(text))).collect();
    providers.dedup();
    match providers[..] {
        [(_, provider)] => Some(provider),
        _ => None,
    }
}

const PROVIDERS: [(&str, &str); 2] = [("): host (", "host"), ("): native (", "native")];

/// An error in a few words; in the program's own where it is none of those that are expected.
pub(crate) fn error(stderr: &str) -> String {
    let known = [
        ("Name or service not known", "unknown"),
        ("Name does not resolve", "unknown"),
        ("HOST_NOT_FOUND", "unknown"),
        ("no user is called", "unknown"),
        ("No address associated with hostname", "no address"),
        ("Name has no usable address", "no address"),
        ("Temporary failure in name resolution", "no server"),
        ("Try again", "no server"),
        ("cannot import res_search from libSystem: no usable host libc", "no libc"),
    ];
    let short = known.iter().find(|(text, _)| stderr.contains(text)).map(|(_, short)| (*short).to_owned());
    short.unwrap_or_else(|| stderr.lines().last().unwrap_or("nothing was said").to_owned())
}
