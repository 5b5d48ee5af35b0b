//! `cargo xtask headers`: the example programs are as static and as small as is promised.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::count::Count;
use crate::workspace::{self, Workspace, create_dir};
use crate::{elf, process};

/// A program's promised size, stripped, in bytes.
#[derive(Debug)]
struct Promise {
    package: &'static str,
    limit: Option<u64>,
    goal: Option<u64>,
}

const PROMISES: &[Promise] = &[
    Promise { package: "dns-lookup", limit: None, goal: None },
    Promise { package: "nostd-dns", limit: Some(16 * 1024), goal: Some(12 * 1024) },
];

/// Builds the examples for release and checks each.
pub(crate) fn run(workspace: &Workspace) -> Result<Count> {
    let mut count = Count::default();
    for promise in PROMISES {
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--release", "--package", promise.package]);
        let program = workspace::build_executable(&mut cargo, promise.package)?;
        let faults = check(workspace, promise, &program)?;
        for fault in &faults {
            println!("FAILED {}: {fault}", promise.package);
        }
        count.add(faults.is_empty());
    }
    Ok(count)
}

/// `cargo xtask headers`.
pub(crate) fn command(workspace: &Workspace) -> Result<ExitCode> {
    Ok(run(workspace)?.exit_code())
}

fn check(workspace: &Workspace, promise: &Promise, program: &Path) -> Result<Vec<String>> {
    let ties = elf::read(program)?;
    let mut faults = Vec::new();
    if let Some(interpreter) = ties.interpreter {
        faults.push(format!("has PT_INTERP {interpreter}"));
    }
    for library in ties.needed {
        faults.push(format!("has DT_NEEDED {library}"));
    }
    let size = stripped_size(workspace, program)?;
    let goal = promise.goal.map(|goal| format!(" (goal: {goal})")).unwrap_or_default();
    println!("{}: {size} bytes stripped{goal}", promise.package);
    if let Some(limit) = promise.limit.filter(|limit| size > *limit) {
        faults.push(format!("is {size} bytes stripped, more than {limit}"));
    }
    Ok(faults)
}

pub(crate) fn stripped_size(workspace: &Workspace, program: &Path) -> Result<u64> {
    let directory = workspace.target.join("stripped");
    create_dir(&directory)?;
    let stripped = directory.join(program.file_name().context("a program has a name")?);
    process::run(Command::new("strip").arg("-o").arg(&stripped).arg(program))?;
    Ok(fs::metadata(&stripped)?.len())
}
