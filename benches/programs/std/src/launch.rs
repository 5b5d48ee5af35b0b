//! Other programs from their start to their end.

use std::process::{Command, Stdio};

use crate::{Measure, clock};

/// The time until the program has ended.
pub(crate) fn time(program: &str, arguments: &[&str]) -> Measure {
    let mut command = command(program, arguments);
    Box::new(move |count| {
        clock::wall(|| {
            for _ in 0..count {
                run(&mut command);
            }
        })
    })
}

/// The page faults of so many runs, instead of a time.
pub(crate) fn faults(program: &str, arguments: &[&str]) -> Measure {
    let mut command = command(program, arguments);
    Box::new(move |count| (0..count).map(|_| run(&mut command).ru_minflt as u64).sum())
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

#[allow(clippy::zombie_processes, reason = "wait4 waits for it, and tells what it used")]
fn run(command: &mut Command) -> libc::rusage {
    let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut status = 0;
    // SAFETY: a rusage of zeros is one.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: wait4(2) for a child that nobody else waits for.
    let ended = unsafe { libc::wait4(child.id() as libc::pid_t, &mut status, 0, &mut usage) };
    assert!(ended > 0 && status == 0, "{command:?}: wait status {status}");
    usage
}
