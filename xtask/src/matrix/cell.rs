//! Running one program in one root.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::build::Built;
use super::lookups::Lookup;
use super::programs::Program;
use crate::root::Root;
use crate::workspace::create_dir;
use crate::{chroot, process};

/// One run of a program.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) program: &'static str,
    pub(crate) root: Root,
    pub(crate) lookup: &'static Lookup,
    /// Whether `/proc` and `/dev` were mounted.
    pub(crate) proc: bool,
    pub(crate) outcome: Outcome,
}

/// How it went.
#[derive(Debug)]
pub(crate) enum Outcome {
    Passed,
    /// What was expected, and what the program did instead.
    Failed(String),
    /// The lookup makes no sense there.
    NotApplicable,
    /// The host cannot start this program, and is not expected to.
    CannotStart,
}

/// Copies the program into the root and runs its lookups there, without `/proc` and `/dev` and with them.
pub(crate) fn run(built: &Built, root: &Root, emulator: Option<&Path>) -> Result<Vec<Cell>> {
    for directory in ["proc", "dev", "tmp", "programs"] {
        create_dir(&root.path.join(directory))?;
    }
    let mut command_line = Vec::new();
    if let Some(emulator) = emulator {
        command_line.push(copy(emulator, root, "emulator")?);
        command_line.extend(built.program.emulator.iter().map(|&option| option.to_owned()));
    }
    let emulator = command_line.join(" ");
    command_line.push(copy(&built.path, root, &built.program.name.replace(' ', "-"))?);
    if let Some(library) = &built.library {
        copy(library, root, &library.file_name().unwrap_or_default().to_string_lossy())?;
    }
    let mut cells = Vec::new();
    for lookup in built.program.lookups {
        for &proc in lookup.with_proc() {
            let outcome = if !lookup.applies_to(built.program, root) {
                Outcome::NotApplicable
            } else if !built.starts_in(root) {
                Outcome::CannotStart
            } else {
                run_one(built.program, root, (&command_line, &emulator), lookup, proc)?
            };
            cells.push(Cell { program: built.program.name, root: root.clone(), lookup, proc, outcome });
        }
    }
    Ok(cells)
}

/// Copies a file unchanged into the root, and gives its path there.
fn copy(file: &Path, root: &Root, name: &str) -> Result<String> {
    let inside = format!("programs/{name}");
    fs::copy(file, root.path.join(&inside)).with_context(|| format!("cannot copy {}", file.display()))?;
    Ok(format!("/{inside}"))
}

/// `run` is the whole command line, and the emulator's part of it.
fn run_one(
    program: &Program,
    root: &Root,
    run: (&[String], &str),
    lookup: &'static Lookup,
    proc: bool,
) -> Result<Outcome> {
    let ([path, arguments @ ..], emulator) = run else { bail!("nothing to run") };
    let mut command = chroot::command(&root.path, path, proc)?;
    if !emulator.is_empty() {
        command.env("TEST_EMULATOR", emulator);
    }
    if program.library.is_some() {
        command.env("TEST_LIBRARIES", "/programs");
    }
    let finished = process::finish_within(command.args(arguments).args(lookup.arguments), lookup.limit());
    Ok(match lookup.check(&finished, program, root) {
        Ok(()) => Outcome::Passed,
        Err(expected) => Outcome::Failed(format!(
            "{expected}\n{}\nstdout: {}\nstderr: {}",
            finished.end,
            finished.stdout.trim_end(),
            finished.stderr.trim_end()
        )),
    })
}
