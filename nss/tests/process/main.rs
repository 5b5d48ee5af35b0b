//! What a static program's lookups give, function by function: every case runs in processes of its own, one for each
//! resolver that it is for. Arguments choose cases by parts of their names.
//!
//! The binary is static: copied into another root directory it runs the cases against the C library there. There
//! are none on other systems than Linux.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "no cases"))]

#[cfg(target_os = "linux")]
mod accounts;
#[cfg(target_os = "linux")]
mod hosts;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod names;
#[cfg(target_os = "linux")]
mod roots;
#[cfg(target_os = "linux")]
mod services;
#[cfg(target_os = "linux")]
mod switches;

use std::path::PathBuf;
use std::process::{Command, ExitCode, Output, Stdio};

/// The variable that chooses a resolver.
const NETDNS: &str = "IMPORT_DYNAMIC_NETDNS";

/// Resolvers to run a case with.
const BOTH: &[&str] = &["host", "native"];
const HOST: &[&str] = &["host"];
const NATIVE: &[&str] = &["native"];
/// The case starts processes itself.
const NONE: &[&str] = &[""];

type Case = (&'static str, &'static [&'static str], fn());

fn cases() -> impl Iterator<Item = Case> {
    #[cfg(not(target_os = "linux"))]
    let lists: [&[Case]; 0] = [];
    #[cfg(target_os = "linux")]
    let lists =
        [names::CASES, hosts::CASES, accounts::CASES, services::CASES, memory::CASES, switches::CASES, roots::CASES];
    lists.into_iter().flatten().copied()
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name] = &arguments[..]
        && flag == "--case"
    {
        let (_, _, run) = cases().find(|(case, ..)| case == name).expect("a case of this name");
        run();
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    if cfg!(not(all(target_os = "linux", target_feature = "crt-static"))) {
        println!("test process ... skipped: nothing is exported in a dynamic program");
        return ExitCode::SUCCESS;
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let mut failed = 0;
    for (case, resolvers, _) in cases() {
        if !filters.is_empty() && !filters.iter().any(|filter| case.contains(*filter)) {
            continue;
        }
        for resolver in resolvers {
            let output = process(case, resolver);
            let (out, err) = (text(&output.stdout), text(&output.stderr));
            let name = if resolver.is_empty() { case.to_owned() } else { format!("{case} ({resolver})") };
            if !output.status.success() {
                failed += 1;
                println!("test {name} ... FAILED\n{}\n{out}{err}", output.status);
            } else if let Some(line) = out.lines().find(|line| line.starts_with("skipped: ")) {
                println!("test {name} ... {line}");
            } else {
                println!("test {name} ... ok");
            }
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The program's file: by its name, for there may be no /proc.
fn this_program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| std::env::args_os().next().expect("a name").into())
}

/// Runs a case with a resolver; with none, as the environment has it.
fn process(case: &str, resolver: &str) -> Output {
    let mut command = Command::new(this_program());
    command.args(["--case", case]).stdin(Stdio::null());
    if !resolver.is_empty() {
        command.env(NETDNS, resolver);
    }
    command.output().expect("a process")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Says why a case is skipped; in CI it fails.
fn skip(reason: &str) {
    assert!(std::env::var_os("CI").is_none(), "{reason}");
    println!("skipped: {reason}");
}

fn is_root() -> bool {
    // SAFETY: it has no preconditions.
    unsafe { libc::geteuid() == 0 }
}
