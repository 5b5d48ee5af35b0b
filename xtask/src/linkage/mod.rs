//! `cargo xtask linkage`: which programs come out static in which mode of building, told from the files, each also run.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::Result;
use comfy_table::{Table, presets};

use crate::count::Count;
use crate::elf::{self, Ties};
use crate::process;
use crate::workspace::Workspace;

mod build;
mod programs;

use build::{Builds, MODES, Mode};
use programs::{PROGRAMS, Program};

/// None of the programs takes longer, on a slow machine either.
const LIMIT: Duration = Duration::from_secs(20);

/// What became of one program in one mode.
#[derive(Debug)]
enum Cell {
    /// There is no such program, and why.
    None(&'static str),
    /// What the file is.
    Built(Linkage),
    /// It does not build, is not what the mode promises, or does not run.
    Failed(String),
}

/// What a file says that the kernel and the dynamic linker do with it.
#[derive(Debug, PartialEq, Eq)]
enum Linkage {
    Static,
    StaticPie,
    /// With an interpreter, or with libraries that it needs.
    Dynamic(Vec<String>),
}

impl Linkage {
    fn of(ties: Ties) -> Self {
        match (ties.interpreter, ties.needed) {
            (None, needed) if needed.is_empty() && ties.position_independent => Self::StaticPie,
            (None, needed) if needed.is_empty() => Self::Static,
            (_, needed) => Self::Dynamic(needed),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Static => "static".to_owned(),
            Self::StaticPie => "static-pie".to_owned(),
            Self::Dynamic(needed) => format!("dynamic: {}", needed.join(", ")),
        }
    }
}

/// Builds and runs every program in every mode, and prints one table.
pub(crate) fn run(workspace: &Workspace) -> Result<Count> {
    let builds = Builds::new(workspace)?;
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header(std::iter::once("").chain(MODES.iter().map(|mode| mode.name())));
    let (mut count, mut failures) = (Count::default(), String::new());
    for program in PROGRAMS {
        let mut row = vec![program.name.to_owned()];
        for mode in MODES {
            let cell = cell(&builds, program, *mode);
            row.push(match &cell {
                Cell::None(why) => format!("({why})"),
                Cell::Built(linkage) => linkage.show(),
                Cell::Failed(_) => "FAILED".to_owned(),
            });
            match cell {
                Cell::None(_) => (),
                Cell::Built(_) => count.add(true),
                Cell::Failed(why) => {
                    failures.push_str(&format!("FAILED {}, {}: {why}\n", program.name, mode.name()));
                    count.add(false);
                }
            }
        }
        table.add_row(row);
    }
    print!("{table}\n{failures}");
    Ok(count)
}

/// `cargo xtask linkage`.
pub(crate) fn command(workspace: &Workspace) -> Result<ExitCode> {
    Ok(run(workspace)?.exit_code())
}

fn cell(builds: &Builds, program: &Program, mode: Mode) -> Cell {
    let package = match program.package_in(mode) {
        Ok(package) => package,
        Err(why) => return Cell::None(why),
    };
    let checked = builds.build(program, package, mode).and_then(|path| check(program, mode, &path));
    match checked {
        Ok(linkage) => Cell::Built(linkage),
        Err(error) => Cell::Failed(format!("{error:#}")),
    }
}

/// What the file is, if it is what the mode promises and does what the program is for.
fn check(program: &Program, mode: Mode, path: &Path) -> Result<Linkage> {
    let linkage = Linkage::of(elf::read(path)?);
    let kept = match mode {
        Mode::Static => linkage == Linkage::Static,
        Mode::Dynamic => matches!(&linkage, Linkage::Dynamic(needed) if !needed.is_empty()),
        Mode::StaticPie | Mode::WithTheLine | Mode::Adopted | Mode::NoStd => linkage == Linkage::StaticPie,
    };
    anyhow::ensure!(kept, "is {}", linkage.show());
    let finished = process::finish_within(Command::new(path).args(program.arguments), LIMIT);
    let (stdout, stderr) = (finished.stdout.trim_end(), finished.stderr.trim_end());
    let right = finished.end.code() == Some(0) && program.is_right(stdout);
    anyhow::ensure!(right, "{}\nstdout: {stdout}\nstderr: {stderr}", finished.end);
    Ok(linkage)
}

#[cfg(test)]
mod tests {
    use super::Linkage;
    use crate::elf::Ties;

    #[test]
    fn from_the_headers() {
        let none = Ties::default;
        assert_eq!(Linkage::of(none()), Linkage::Static);
        assert_eq!(Linkage::of(Ties { position_independent: true, ..none() }), Linkage::StaticPie);
        let interpreter = Some("/lib/ld.so".to_owned());
        assert_eq!(Linkage::of(Ties { interpreter, ..none() }), Linkage::Dynamic(vec![]));
        let needed = vec!["libc.so.6".to_owned()];
        assert_eq!(Linkage::of(Ties { needed: needed.clone(), ..none() }), Linkage::Dynamic(needed));
    }
}
