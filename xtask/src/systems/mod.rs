//! `cargo xtask systems`: where native mode is all there is. Programs of Linux's other architectures are run, on this kernel or by
//! an emulator; other systems type-check.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};

use crate::count::Count;
use crate::targets::{self, Target};
use crate::workspace::Workspace;
use crate::{process, test_log};

mod machine;
mod runs;

use machine::{MACHINES, Machine};
use runs::{Link, RUNS, Run};

/// Systems of which nothing can be run here.
const CHECKED: &[&str] = &["x86_64-unknown-freebsd", "x86_64-unknown-netbsd"];

/// What must type-check everywhere.
const PACKAGES: &[&str] = &["import-dynamic", "dns-lookup", "search-calls"];

/// `cargo xtask systems`.
pub(crate) fn command(workspace: &Workspace) -> Result<ExitCode> {
    let count = run(workspace)?;
    println!("systems: {count}");
    Ok(count.exit_code())
}

/// Builds and runs what it can, and type-checks the rest. What lacks a compiler or an emulator is skipped, which fails in CI.
pub(crate) fn run(workspace: &Workspace) -> Result<Count> {
    let mut count = Count::default();
    for target in CHECKED {
        count += report(target, "type-checks", check(workspace, target));
    }
    let mut runnable = Vec::new();
    for machine in MACHINES {
        match machine.lacks() {
            None => runnable.push(machine),
            Some(package) => {
                println!("skipped: {} is only type-checked: install {package}", machine.target);
                count += report(machine.target, "type-checks", check(workspace, machine.target));
                count.failed += usize::from(test_log::is_ci());
            }
        }
    }
    let names: Vec<_> = runnable.iter().map(|machine| machine.target.to_owned()).collect();
    let targets = targets::prepare(workspace, &names)?;
    for (machine, target) in runnable.into_iter().zip(&targets) {
        for link in [Link::Static, Link::Dynamic] {
            let directory = workspace.target.join(link.directory());
            let built = build(workspace, machine, target, link);
            for run in RUNS.iter().filter(|run| run.link == link) {
                let program = directory.join(machine.target).join("debug").join(run.program);
                let result = match &built {
                    Ok(()) => try_out(machine, &program, run),
                    Err(error) => Err(anyhow!("does not build: {error:#}")),
                };
                count += report(machine.target, run.name, result);
            }
        }
    }
    Ok(count)
}

fn report(target: &str, what: &str, result: Result<()>) -> Count {
    match &result {
        Ok(()) => println!("{target}: {what}: ok"),
        Err(error) => println!("{target}: {what}: FAILED: {error:#}"),
    }
    Count::of(result.is_ok())
}

/// Type-checks the library and programs that call it; std with them, where there is none for the target.
fn check(workspace: &Workspace, target: &str) -> Result<()> {
    let mut cargo = match targets::find(target)? {
        Some(target) => target.cargo(workspace),
        None => {
            let mut cargo = targets::cargo_with_source(workspace)?;
            cargo.arg("-Zbuild-std=std,panic_abort");
            cargo
        }
    };
    cargo.args(["check", "--quiet", "--target", target, "--target-dir"]).arg(workspace.target.join("systems"));
    process::run(cargo.args(PACKAGES.iter().flat_map(|name| ["--package", name])))
}

/// Builds all programs that are linked so.
fn build(workspace: &Workspace, machine: &Machine, target: &Target, link: Link) -> Result<()> {
    let mut cargo = target.cargo(workspace);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", link.flags()).env(target.variable("LINKER"), machine.gcc());
    let programs: BTreeSet<_> = RUNS.iter().filter(|run| run.link == link).map(|run| run.program).collect();
    cargo.args(["build", "--quiet", "--target", machine.target]);
    cargo.args(programs.into_iter().flat_map(|program| ["--package", program]));
    process::run(cargo.arg("--target-dir").arg(workspace.target.join(link.directory())))
}

/// Runs a program, and says what is wrong.
fn try_out(machine: &Machine, program: &Path, run: &Run) -> Result<()> {
    let finished = process::finish_within(machine.command(program).args(run.arguments), runs::LIMIT);
    if let Err(expected) = run.expect.check(&finished) {
        let (out, err) = (finished.stdout.trim_end(), finished.stderr.trim_end());
        bail!("expected {expected}\n{}\nstdout: {out}\nstderr: {err}", finished.end);
    }
    Ok(())
}
