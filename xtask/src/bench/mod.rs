//! `cargo xtask bench`: what the project costs beside what one would use instead.

use std::process::ExitCode;

use anyhow::Result;

use crate::workspace::Workspace;

mod contenders;
pub(crate) mod counts;
mod criterion;
mod goals;
mod peak;
mod publish;
mod report;
mod rounds;
mod suite;
mod svg;
mod ways;

/// Which benchmark to run and how to show it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// One of criterion's benchmarks (`call`), or `counts`: instructions, by valgrind, or `ways`: one std program linked in
    /// every way; without a name, everything is measured beside every contender that this
    /// machine has, and target/bench gets tables and plots.
    name: Option<String>,
    /// Print one JSON object of medians by contender, in nanoseconds; without a name, of such objects by measure, in
    /// nanoseconds or bytes.
    #[arg(long)]
    json: bool,
    /// Of everything, only these measures (`size`, `resolve`).
    #[arg(long, value_name = "MEASURE", conflicts_with = "name")]
    only: Vec<String>,
    /// Make the counts of instructions those that later ones are compared with.
    #[arg(long)]
    save: bool,
    /// Put what was measured into the project: README.md's table, and the plots and results in benches/results.
    #[arg(long, conflicts_with_all = ["name", "only"])]
    publish: bool,
    /// Measure so many times as long as usual.
    #[arg(long, default_value_t = 1.0)]
    effort: f64,
}

/// Runs the benchmarks and prints their medians.
pub(crate) fn command(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let result = match &options.name {
        Some(name) if name == "counts" => Ok(counts::run(workspace, options.save)?.exit_code()),
        Some(name) if name == "ways" => {
            ways::command(workspace, options.effort, options.json)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(name) => criterion::command(workspace, name, options.json),
        None => suite::command(workspace, options),
    };
    if options.publish && result.is_ok() {
        publish::run(workspace)?;
    }
    result
}
