//! `cargo xtask ci`: everything that a change must pass.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::Result;

use crate::count::Count;
use crate::workspace::Workspace;
use crate::{headers, matrix, process, test_log, tidy};

/// What has been done already.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The output of `RUST_TEST_NOCAPTURE=1 cargo test --workspace`, instead of running it.
    #[arg(long, value_name = "FILE", requires = "tests_status")]
    tests_log: Option<PathBuf>,
    /// The exit status of that run.
    #[arg(long, value_name = "STATUS", requires = "tests_log")]
    tests_status: Option<i32>,
}

/// A step, which says how many checks it made.
type Step = (&'static str, fn(&Workspace, &Options) -> Result<Count>);

const STEPS: &[Step] = &[
    ("tests", tests),
    ("tidy", |workspace, _| tidy::run(workspace)),
    ("fmt", |workspace, _| cargo(workspace, &["fmt", "--all", "--check"], &[])),
    ("clippy", clippy),
    ("doc", |workspace, _| cargo(workspace, &["doc", "--workspace", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")])),
    ("headers", |workspace, _| headers::run(workspace)),
    ("matrix", |workspace, _| matrix::run(workspace, &matrix::Options::quick())),
];

/// Runs every step, also after one has failed, and prints their times and the sum of all checks.
pub(crate) fn command(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut total = Count::default();
    let mut summary = String::new();
    for (name, step) in STEPS {
        println!("== {name}");
        let start = Instant::now();
        let count = step(workspace, options).unwrap_or_else(|error| {
            println!("{error:#}");
            Count::of(false)
        });
        let verdict = if count.is_success() { "ok" } else { "FAILED" };
        let line = format!("{verdict:6} {name:8} {count}, {:.1} s", start.elapsed().as_secs_f64());
        println!("{line}");
        summary.push_str(&line);
        summary.push('\n');
        total += count;
        // A step that checked nothing proves nothing.
        total.failed += usize::from(count == Count::default());
    }
    println!("\n{summary}\n{total}");
    Ok(total.exit_code())
}

fn clippy(workspace: &Workspace, _: &Options) -> Result<Count> {
    cargo(workspace, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])
}

fn cargo(workspace: &Workspace, arguments: &[&str], environment: &[(&str, &str)]) -> Result<Count> {
    let mut cargo = workspace.cargo();
    process::run(cargo.args(arguments).envs(environment.iter().copied()))?;
    Ok(Count::of(true))
}

/// Counts the tests of a run; in CI, one that was skipped is one that failed.
fn tests(workspace: &Workspace, options: &Options) -> Result<Count> {
    let (log, status) = match (&options.tests_log, options.tests_status) {
        (Some(path), Some(status)) => (std::fs::read_to_string(path)?, status),
        _ => run_tests(workspace)?,
    };
    let results = test_log::parse(&log);
    for skipped in &results.skipped {
        println!("{skipped}");
    }
    let mut count = results.count;
    if std::env::var_os("CI").is_some() {
        count.failed += results.skipped.len();
    }
    if status != 0 && count.failed == 0 {
        println!("cargo test: exit status {status}");
        count.failed += 1;
    }
    Ok(count)
}

/// Runs the tests with their output shown, so that it tells which of them skipped themselves.
fn run_tests(workspace: &Workspace) -> Result<(String, i32)> {
    let log = workspace.target.join("tests.log");
    let script = r#"set -o pipefail; "$0" test --workspace 2>&1 | tee "$1""#;
    let mut bash = Command::new("bash");
    bash.args(["-c", script]).arg(workspace.cargo().get_program()).arg(&log);
    let status = bash.current_dir(&workspace.root).env("RUST_TEST_NOCAPTURE", "1").status()?;
    Ok((std::fs::read_to_string(&log)?, status.code().unwrap_or(1)))
}
