//! Two C libraries in one process: every case runs in a process of its own, which this program starts with the case's
//! name. Arguments choose cases by parts of their names.
//!
//! A case that cannot run on this host prints a line `skipped: ...`. The binary is static: copied into another root
//! directory it runs the cases against the C library there.

mod callbacks;
mod ids;
mod imports;
mod libraries;
mod library;
mod mutexes;
mod overrides;
mod processes;
mod scope;
mod self_thread;
mod signals;
mod stack;
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
    ];
    lists.into_iter().flatten().map(|&(name, run)| Case { name, run })
}

/// Runs a case in a process of its own: what it wrote to its standard output, or why it failed.
fn run_process(name: &str) -> Result<String, String> {
    let mut command = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
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
