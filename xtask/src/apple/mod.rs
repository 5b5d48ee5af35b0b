//! `cargo xtask apple`: the workspace type-checks for macOS, and its programs link there. Nothing of it runs here.

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::ci::WITHOUT_STD;
use crate::count::Count;
use crate::process;
use crate::targets::{self, Target};
use crate::workspace::{self, Workspace};

mod linker;
mod macho;

use linker::Linker;

const TARGETS: [&str; 2] = ["aarch64-apple-darwin", "x86_64-apple-darwin"];

/// Programs that are linked, all examples that are for macOS and import anything among them, and functions that they import:
/// a linker must not see those.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("dns-lookup", &["_getaddrinfo", "_freeaddrinfo", "_gai_strerror"]),
    ("search-calls", &["_res_search", "_res_9_ninit", "_res_9_nsearch", "_res_9_nclose", "_search_words"]),
    ("call-cost", &["_labs"]),
    ("res-search", &["_res_search"]),
    // They look up by the system's own functions: the line that has the host asked is nothing there.
    ("std-dns", &[]),
    ("whoami", &[]),
    ("http-get", &[]),
];

/// Checks the workspace, and links the programs, for both.
pub(crate) fn run(workspace: &Workspace) -> Result<Count> {
    let targets = targets::prepare(workspace, &TARGETS.map(str::to_owned))?;
    let linker = Linker::make(&workspace.target.join("zig"))?;
    let mut count = Count::default();
    for target in &targets {
        let checked = check(workspace, target, &linker);
        if let Err(error) = &checked {
            println!("FAILED {}: {error:#}", target.name);
        }
        count.add(checked.is_ok());
        for (program, imports) in PROGRAMS {
            let faults =
                link(workspace, target, &linker, program, imports).unwrap_or_else(|error| vec![format!("{error:#}")]);
            for fault in &faults {
                println!("FAILED {program} for {}: {fault}", target.name);
            }
            count.add(faults.is_empty());
        }
    }
    Ok(count)
}

/// `cargo xtask apple`.
pub(crate) fn command(workspace: &Workspace) -> Result<ExitCode> {
    let count = run(workspace)?;
    println!("macOS: {count}");
    Ok(count.exit_code())
}

/// Type-checks everything that can be part of a program there, tests too.
fn check(workspace: &Workspace, target: &Target, linker: &Linker) -> Result<()> {
    let mut cargo = linker.cargo(workspace, target)?;
    cargo.args(["check", "--quiet", "--workspace", "--all-targets", "--target", &target.name]);
    cargo.args(WITHOUT_STD.iter().flat_map(|name| ["--exclude", name]));
    process::run(&mut cargo)
}

/// Links a program; what is wrong with it.
fn link(
    workspace: &Workspace,
    target: &Target,
    linker: &Linker,
    program: &str,
    imports: &[&str],
) -> Result<Vec<String>> {
    let mut cargo = linker.cargo(workspace, target)?;
    cargo.args(["build", "--quiet", "--release", "--package", program, "--target", &target.name]);
    let file = workspace::build_executable(&mut cargo, program)?;
    let data = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let linked = macho::read(&data)?;
    println!("{program} for {}: {} bytes, {}", target.name, data.len(), linked.libraries.join(", "));
    Ok(linked.faults(imports))
}
