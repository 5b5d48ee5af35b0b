//! `cargo xtask soak`: guest mode under all that it knows at once, for minutes or hours.

use std::io::{BufRead, BufReader};
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result};
use comfy_table::Table;

use crate::workspace::{self, Workspace};

/// How long.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many minutes it runs.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
}

const COLUMNS: [&str; 10] = [
    "seconds",
    "rounds of calls",
    "libraries used",
    "threads made",
    "children",
    "signals",
    "wrong values",
    "resident, KiB",
    "kernel threads",
    "open files",
];

/// Runs the case `soak` of the tests of guest mode and makes a table of its samples; the case itself tells what is wrong.
pub(crate) fn command(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--no-run", "--package", "import-dynamic", "--test", "guest"]);
    let program = workspace::build_executable(&mut cargo, "guest")?;
    let mut command = std::process::Command::new(program);
    command.args(["--case", "soak"]).stdin(Stdio::null()).stdout(Stdio::piped());
    command.env("IMPORT_DYNAMIC_TEST_SECONDS", (options.minutes * 60).to_string());
    let mut child = command.spawn().context("the tests of guest mode")?;
    let mut table = Table::new();
    table.load_preset(comfy_table::presets::ASCII_MARKDOWN).set_header(COLUMNS);
    let lines = BufReader::new(child.stdout.take().context("its output")?).lines();
    for line in lines {
        let line = line?;
        match line.strip_prefix("soak: ") {
            Some(sample) => {
                eprintln!("{sample}");
                table.add_row(sample.split(' '));
            }
            None => println!("{line}"),
        }
    }
    let status = child.wait()?;
    println!("{table}\n{status}");
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
