//! Running one program in one root.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::lookups::{LOOKUPS, Lookup};
use super::programs::Built;
use crate::root::Root;
use crate::workspace::create_dir;
use crate::{chroot, process};

/// A lookup takes milliseconds, under emulation somewhat more.
const LIMIT: Duration = Duration::from_secs(20);

/// One run of a program.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) program: &'static str,
    pub(crate) root: Root,
    pub(crate) lookup: &'static Lookup,
    /// Whether `/proc` was mounted.
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

/// Copies the program into the root and runs every lookup there, without `/proc` and with it.
pub(crate) fn run(built: &Built, root: &Root) -> Result<Vec<Cell>> {
    let inside = format!("/programs/{}", built.program.name.replace(' ', "-"));
    let copy = root.path.join(inside.trim_start_matches('/'));
    create_dir(copy.parent().unwrap_or(Path::new("/")))?;
    create_dir(&root.path.join("proc"))?;
    fs::copy(&built.path, &copy).with_context(|| format!("cannot copy {}", built.path.display()))?;
    let mut cells = Vec::new();
    for lookup in LOOKUPS {
        for proc in [false, true] {
            let outcome = if !lookup.applies_to(root.recipe.libc) {
                Outcome::NotApplicable
            } else if !built.starts_in(root) {
                Outcome::CannotStart
            } else {
                run_one(root, &inside, lookup, proc)?
            };
            cells.push(Cell { program: built.program.name, root: root.clone(), lookup, proc, outcome });
        }
    }
    Ok(cells)
}

fn run_one(root: &Root, program: &str, lookup: &Lookup, proc: bool) -> Result<Outcome> {
    let mut command = chroot::command(&root.path, program, proc)?;
    let finished = process::finish_within(command.args(lookup.arguments), LIMIT);
    Ok(match lookup.check(&finished, root.arch) {
        Ok(()) => Outcome::Passed,
        Err(expected) => Outcome::Failed(format!(
            "{expected}\n{}\nstdout: {}\nstderr: {}",
            finished.end,
            finished.stdout.trim_end(),
            finished.stderr.trim_end()
        )),
    })
}
