//! Cases that run in processes of their own, which the test program starts with a case's name. Arguments choose cases by
//! parts of their names. A case that cannot run on this host prints a line `skipped: ...`. What is called `..._victim` is no
//! case but a process that some case starts.
//!
//! The binary is static: copied into another root directory it runs the cases against the C library there
//! (`cargo xtask matrix`).

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The flag before the name of the one case that this process runs.
const CASE: &str = "--case";

/// What the names of processes end in that cases start, and look at: on their own they do nothing.
const VICTIM: &str = "_victim";

/// What a test program's `main` does. The last function lists the processes that a case runs in, by the names to show.
pub(crate) fn main(
    mut cases: impl Iterator<Item = (&'static str, fn())>,
    limit: Duration,
    processes: impl Fn(&'static str) -> Vec<(String, Command)>,
) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [CASE, name] = &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        let (_, run) = cases.find(|(case, _)| case == name).expect("a case of this name");
        run();
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(*filter));
    let is_chosen = |name: &str| !name.ends_with(VICTIM) && is_wanted(name);
    let mut failed = 0;
    for (shown, mut command) in cases.filter(|(name, _)| is_chosen(name)).flat_map(|(name, _)| processes(name)) {
        let start = Instant::now();
        match run(&mut command, limit) {
            Ok(output) => match output.lines().find(|line| line.starts_with("skipped: ")) {
                Some(line) => println!("test {shown} ... {line}"),
                None => println!("test {shown} ... ok ({} ms)", start.elapsed().as_millis()),
            },
            Err(report) => {
                failed += 1;
                println!("test {shown} ... FAILED\n{report}");
            }
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The emulator that runs this program, with its options.
pub(crate) fn emulator() -> Option<String> {
    std::env::var("TEST_EMULATOR").ok()
}

/// This program's file: by its name where there is no /proc.
pub(crate) fn this_file() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| std::env::args_os().next().expect("a name").into())
}

/// A command that runs this program again, by the same emulator if there is one.
pub(crate) fn this_program() -> Command {
    let Some(emulator) = emulator() else { return Command::new(this_file()) };
    let mut words = emulator.split_whitespace();
    let mut command = Command::new(words.next().expect("the emulator's file"));
    command.args(words).arg(this_file());
    command
}

/// A command that runs a case of this program.
pub(crate) fn case(name: &str) -> Command {
    let mut command = this_program();
    command.args([CASE, name]).stdin(Stdio::null());
    command
}

/// Says why a case is skipped; false. In CI it fails.
pub(crate) fn skip(reason: &str) -> bool {
    assert!(std::env::var_os("CI").is_none(), "{reason}");
    println!("skipped: {reason}");
    false
}

/// Whether this is root's process; otherwise a case says so and is skipped, but not in CI.
pub(crate) fn is_root() -> bool {
    // SAFETY: it has no preconditions.
    unsafe { libc::geteuid() == 0 || skip("not root") }
}

/// Runs a process: what it wrote to its standard output, or why it failed. One that hangs is killed with all that it started.
fn run(command: &mut Command, limit: Duration) -> Result<String, String> {
    command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let [stdout, stderr] = [child.stdout.take().map(collect), child.stderr.take().map(collect)];
    let start = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status.to_string(),
            Ok(None) if start.elapsed() < limit => std::thread::sleep(Duration::from_millis(2)),
            _ => {
                // SAFETY: kill(2) of this process's own child's group; the child has not been waited for.
                unsafe { libc::kill(-(child.id() as i32), libc::SIGKILL) };
                let _ = child.kill();
                let _ = child.wait();
                break format!("still running after {} s", limit.as_secs());
            }
        }
    };
    let text = |stream: Option<Receiver<Vec<u8>>>| {
        let (stream, latest) = (stream?, Instant::now() + GRACE);
        let left = || latest.checked_duration_since(Instant::now());
        let parts = std::iter::from_fn(|| stream.recv_timeout(left()?).ok());
        Some(String::from_utf8_lossy(&parts.flatten().collect::<Vec<u8>>()).into_owned())
    };
    let (stdout, stderr) = (text(stdout).unwrap_or_default(), text(stderr).unwrap_or_default());
    if status == "exit status: 0" { Ok(stdout) } else { Err(format!("{status}\n{stdout}{stderr}")) }
}

/// How long a case's output may stay open when it has ended: a process that has left its group can have it.
const GRACE: Duration = Duration::from_secs(5);

/// Reads in a thread of its own what a pipe gives, part by part.
fn collect(mut pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, parts) = channel();
    std::thread::spawn(move || {
        let mut part = [0; 4096];
        while let Ok(len @ 1..) = pipe.read(&mut part) {
            if sender.send(part[..len].to_vec()).is_err() {
                break; // nobody waits for it any longer
            }
        }
    });
    parts
}
