//! `cargo xtask ci`: everything that a change must pass.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::Result;

use crate::arch::Arch;
use crate::count::Count;
use crate::workspace::Workspace;
use crate::{apple, bench, headers, linkage, matrix, notes, process, test_log, tidy};

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
    ("fmt", fmt),
    ("clippy", clippy),
    ("doc", doc),
    ("headers", |workspace, _| headers::run(workspace)),
    ("linkage", |workspace, _| linkage::run(workspace)),
    ("counts", |workspace, _| bench::counts::run(workspace, false)),
    ("notes", |workspace, _| notes::run(workspace)),
    ("apple", |workspace, _| apple::run(workspace)),
    ("matrix", |workspace, _| matrix::run(workspace, &matrix::Options::quick())),
];

/// Runs every step, also after one has failed, and prints their times and the sum of all checks.
pub(crate) fn command(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut total = Count::default();
    let mut summary = String::new();
    for (name, step) in STEPS {
        println!("== {name}");
        if let Some(why) = left_out(workspace, name) {
            let line = format!("skipped: {name}: {why}");
            println!("{line}");
            summary.push_str(&line);
            summary.push('\n');
            continue;
        }
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

/// Why a step is not one of this machine's. On x86-64 all are, and a missing file is a failure.
fn left_out(workspace: &Workspace, step: &str) -> Option<String> {
    let is_counts = step == "counts" && Arch::host() != Some(Arch::X86_64);
    is_counts.then(|| bench::counts::missing_baseline(workspace)).flatten()
}

/// Programs without std. Cargo unifies features over all packages that are built together, and one feature called `std` of a
/// crate that they share with the others would put a second panic handler beside theirs.
pub(crate) const WITHOUT_STD: &[&str] =
    &["nostd-dns", "bench-no-std", "abi-without-std", "adopted-cases", "import-dynamic-start"];

fn fmt(workspace: &Workspace, _: &Options) -> Result<Count> {
    process::run(workspace.cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Count::of(true))
}

fn clippy(workspace: &Workspace, _: &Options) -> Result<Count> {
    for_all_packages(|packages| {
        process::run(workspace.cargo().arg("clippy").args(packages).args(["--all-targets", "--", "-D", "warnings"]))
    })
}

fn doc(workspace: &Workspace, _: &Options) -> Result<Count> {
    for_all_packages(|packages| {
        process::run(workspace.cargo().args(["doc", "--no-deps"]).args(packages).env("RUSTDOCFLAGS", "-D warnings"))
    })
}

/// Runs a step for the packages with std together, and for each without on its own.
fn for_all_packages(step: impl Fn(&[&str]) -> Result<()>) -> Result<Count> {
    let mut with_std = vec!["--workspace"];
    with_std.extend(WITHOUT_STD.iter().flat_map(|name| ["--exclude", name]));
    let mut count = Count::default();
    for packages in std::iter::once(with_std).chain(WITHOUT_STD.iter().map(|name| vec!["--package", *name])) {
        let result = step(&packages);
        if let Err(error) = &result {
            println!("{error:#}");
        }
        count.add(result.is_ok());
    }
    Ok(count)
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
    if results.ignored_examples > 0 {
        println!("{} examples in the documentation are not compiled", results.ignored_examples);
    }
    let mut count = results.count;
    if test_log::is_ci() {
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
