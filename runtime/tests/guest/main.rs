//! Two C libraries in one process: every case runs in a process of its own, which this program starts with the case's
//! name. Arguments choose cases by parts of their names.
//!
//! A case that cannot run on this host prints a line `skipped: ...`. The binary is static: copied into another root
//! directory it runs the cases against the C library there (`cargo xtask matrix`).
//!
//! Guest mode is Linux's: elsewhere there are no cases.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "no cases"))]

#[cfg(target_os = "linux")]
mod callbacks;
#[cfg(target_os = "linux")]
mod ids;
#[cfg(target_os = "linux")]
mod imports;
#[cfg(target_os = "linux")]
mod libraries;
#[cfg(target_os = "linux")]
mod library;
#[cfg(target_os = "linux")]
mod mutexes;
#[cfg(target_os = "linux")]
mod overrides;
#[cfg(target_os = "linux")]
mod processes;
#[cfg(target_os = "linux")]
mod scope;
#[cfg(target_os = "linux")]
mod self_thread;
#[cfg(target_os = "linux")]
mod signals;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(target_os = "linux")]
mod stack;
#[cfg(target_os = "linux")]
mod threads;

use std::io::Read;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// A case, and how long it may take.
struct Case {
    name: &'static str,
    run: fn(),
}

/// Longer than any case takes on a slow machine.
const LIMIT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name] = &arguments[..]
        && flag == "--case"
    {
        let case = cases().find(|case| case.name == name);
        (case.expect("a case of this name").run)();
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let chosen = |case: &Case| filters.is_empty() || filters.iter().any(|filter| case.name.contains(*filter));
    let mut failed = 0;
    for case in cases().filter(chosen) {
        let start = Instant::now();
        match run_process(case.name) {
            Ok(output) => match output.lines().find(|line| line.starts_with("skipped: ")) {
                Some(line) => println!("test {} ... {line}", case.name),
                None => println!("test {} ... ok ({} ms)", case.name, start.elapsed().as_millis()),
            },
            Err(report) => {
                failed += 1;
                println!("test {} ... FAILED\n{report}", case.name);
            }
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn cases() -> impl Iterator<Item = Case> {
    #[cfg(not(target_os = "linux"))]
    let lists: [&[(&str, fn())]; 0] = [];
    #[cfg(target_os = "linux")]
    let lists = [
        stack::CASES,
        callbacks::CASES,
        signals::CASES,
        processes::CASES,
        scope::CASES,
        threads::CASES,
        ids::CASES,
        overrides::CASES,
        self_thread::CASES,
        mutexes::CASES,
        libraries::CASES,
        soak::CASES,
    ];
    lists.into_iter().flatten().map(|&(name, run)| Case { name, run })
}

/// The emulator that runs this program, with its options.
fn emulator() -> Option<String> {
    std::env::var("TEST_EMULATOR").ok()
}

/// A command that runs this program again, by the same emulator if there is one.
fn this_program() -> Command {
    let program = std::env::current_exe().expect("this program's file");
    let Some(emulator) = emulator() else { return Command::new(program) };
    let mut words = emulator.split_whitespace();
    let mut command = Command::new(words.next().expect("the emulator's file"));
    command.args(words).arg(program);
    command
}

/// Whether an emulator runs this program; a case that cannot tell it from the program says so.
fn is_emulated(why: &str) -> bool {
    if emulator().is_some() {
        println!("skipped: emulated: {why}");
    }
    emulator().is_some()
}

/// Runs a case in a process of its own: what it wrote to its standard output, or why it failed.
fn run_process(name: &str) -> Result<String, String> {
    let mut command = this_program();
    command.args(["--case", name]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let collect = |stream: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stream.map(|mut stream| stream.read_to_end(&mut text));
            String::from_utf8_lossy(&text).into_owned()
        })
    };
    let stdout = collect(child.stdout.take().map(|stream| Box::new(stream) as _));
    let stderr = collect(child.stderr.take().map(|stream| Box::new(stream) as _));
    let start = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status.to_string(),
            Ok(None) if start.elapsed() < LIMIT => std::thread::sleep(Duration::from_millis(2)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                break format!("still running after {} s", LIMIT.as_secs());
            }
        }
    };
    let (stdout, stderr) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
    if status == "exit status: 0" { Ok(stdout) } else { Err(format!("{status}\n{stdout}{stderr}")) }
}
