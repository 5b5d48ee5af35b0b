//! `cargo xtask matrix`: every program in every root, one lookup per cell.
//!
//! What there is to run is in three tables: [`programs`], [`lookups`] (with [`cases`]) and the roots in [`crate::roots`].

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::added::Added;
use crate::arch::Arch;
use crate::count::Count;
use crate::root::{Root, Roots};
use crate::roots::RECIPES;
use crate::suites;
use crate::workspace::Workspace;

mod build;
mod cases;
mod cell;
mod emulator;
mod lookups;
mod programs;
mod report;

use build::Built;
use cell::{Cell, Outcome};
use programs::PROGRAMS;

/// Which cells to run and how to show them.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Only what every change must pass.
    #[arg(long)]
    quick: bool,
    /// Print one JSON array of cells instead of tables.
    #[arg(long)]
    json: bool,
    /// Only the programs whose name contains this.
    #[arg(long, value_name = "TEXT")]
    program: Option<String>,
    /// Only the roots whose name contains this.
    #[arg(long, value_name = "TEXT")]
    root: Option<String>,
    /// Take this executable for the program of that name instead of building it.
    #[arg(long, value_name = "NAME=PATH", value_parser = parse_replacement)]
    replace: Vec<(String, PathBuf)>,
    #[command(flatten)]
    added: Added,
}

impl Options {
    /// What every change must pass, as tables.
    pub(crate) fn quick() -> Self {
        Self { quick: true, ..Self::default() }
    }
}

fn parse_replacement(text: &str) -> Result<(String, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("want NAME=PATH")?;
    Ok((name.to_owned(), PathBuf::from(path)))
}

/// The names of all programs.
pub(crate) fn program_names() -> impl Iterator<Item = &'static str> {
    PROGRAMS.iter().map(|program| program.name)
}

/// What the matrix came to.
#[derive(Debug, Default)]
struct Results {
    cells: Vec<Cell>,
    /// Programs that did not build, and why.
    not_built: Vec<(&'static str, String)>,
    /// Programs of a whole run that were built and have passed nowhere.
    nowhere: Vec<&'static str>,
}

/// Runs the cells and prints them.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<Count> {
    let mut results = run_cells(workspace, options)?;
    if options.program.is_none() && options.root.is_none() {
        results.nowhere = passed_nowhere(&results, options)?;
    }
    if options.json {
        println!("{:#}", report::json(&results));
    } else {
        print!("{}", report::tables(&results));
    }
    let failed = results.cells.iter().filter(|cell| matches!(cell.outcome, Outcome::Failed(_))).count();
    let passed = results.cells.iter().filter(|cell| matches!(cell.outcome, Outcome::Passed)).count();
    Ok(Count { passed, failed: failed + results.not_built.len() + results.nowhere.len() })
}

/// The programs without a cell that passed, unless a failure tells of them already: their row proves nothing.
fn passed_nowhere(results: &Results, options: &Options) -> Result<Vec<&'static str>> {
    let is_told = |name| {
        let told = |cell: &Cell| matches!(cell.outcome, Outcome::Passed | Outcome::Failed(_));
        results.not_built.iter().any(|(program, _)| *program == name)
            || results.cells.iter().any(|cell| cell.program == name && told(cell))
    };
    let mut nowhere = Vec::new();
    for program in PROGRAMS.iter().filter(|program| program.quick || !options.quick) {
        if program.is_possible()? && !is_told(program.name) {
            nowhere.push(program.name);
        }
    }
    Ok(nowhere)
}

/// `cargo xtask matrix`.
pub(crate) fn command(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut count = run(workspace, options)?;
    let is_all = options.program.is_none() && options.root.is_none() && options.replace.is_empty();
    if is_all && !options.quick && !options.json {
        count += suites::run_programs(workspace)?;
    }
    if !options.json {
        println!("cells: {count}");
    }
    Ok(count.exit_code())
}

fn run_cells(workspace: &Workspace, options: &Options) -> Result<Results> {
    let wanted = |filter: &Option<String>, name: &str| filter.as_ref().is_none_or(|text| name.contains(text.as_str()));
    let roots = Roots::open(workspace)?;
    let mut made = BTreeMap::new();
    let host = Arch::host().context("the matrix runs on x86_64 and aarch64")?;
    let added = options.added.copy(&roots, host, |name| wanted(&options.root, name))?;
    let mut results = Results::default();
    for program in PROGRAMS {
        if (options.quick && !program.quick) || !wanted(&options.program, program.name) || !program.is_possible()? {
            continue;
        }
        let arch = program.arch()?;
        let in_root = |name| wanted(&options.root, name) && (!options.quick || program.is_quick_in(name));
        let mut places: Vec<Root> = Vec::new();
        for recipe in RECIPES.iter().filter(|recipe| recipe.is_for(arch) && in_root(recipe.name)) {
            let key = (recipe.name, arch.name());
            places.push(match made.get(&key) {
                Some(root) => Root::clone(root),
                None => made.entry(key).or_insert(roots.make(recipe, arch)?).clone(),
            });
        }
        places.extend(added.iter().filter(|root| root.arch == arch).cloned());
        if places.is_empty() {
            continue;
        }
        let replacement = options.replace.iter().find(|(name, _)| name == program.name);
        let built = match replacement {
            Some((_, path)) => Built::from_file(program, path.clone()),
            None => program.build(workspace),
        };
        let built = match built.and_then(|built| built.with_library(workspace)) {
            Ok(built) => built,
            Err(error) => {
                results.not_built.push((program.name, format!("{error:#}")));
                continue;
            }
        };
        let emulator = emulator::find(workspace, arch)?;
        for root in places {
            let start = Instant::now();
            let cells = cell::run(&built, &root, emulator.as_deref())?;
            let failed = cells.iter().filter(|cell| matches!(cell.outcome, Outcome::Failed(_))).count();
            let verdict = if failed == 0 { "ok".to_owned() } else { format!("{failed} FAILED") };
            eprintln!("{} in {}: {verdict}, {:.1} s", program.name, root.name, start.elapsed().as_secs_f64());
            results.cells.extend(cells);
        }
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::{Options, PROGRAMS, Results, passed_nowhere};

    #[test]
    fn a_row_without_cells_is_told() {
        let possible = PROGRAMS.iter().filter(|program| program.is_possible().expect("an architecture"));
        let names: Vec<_> = possible.map(|program| program.name).collect();
        let (first, others) = names.split_first().expect("a program");
        let results = Results { not_built: vec![(first, String::new())], ..Results::default() };
        assert_eq!(passed_nowhere(&results, &Options::default()).expect("programs"), others);
        assert!(passed_nowhere(&results, &Options::quick()).expect("programs").len() < others.len());
    }
}
