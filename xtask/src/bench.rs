//! `cargo xtask bench`: runs the benchmarks and gives their medians.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use comfy_table::{Table, presets};
use serde_json::Value;

use crate::workspace::{Workspace, create_dir};

/// Contenders that a benchmark always has; others may be missing on a machine that lacks them.
const REQUIRED: &[(&str, &[&str])] = &[(
    "call",
    &[
        "rust_call",
        "c_pointer_mem",
        "libloading",
        "import_native",
        "import_adopted",
        "import_guest",
        "import_guest_syscall",
    ],
)];

/// Which benchmark to run and how to show it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The benchmark; all of them without one.
    name: Option<String>,
    /// Print one JSON object of medians in nanoseconds, by contender; of such objects by benchmark, without a name.
    #[arg(long)]
    json: bool,
}

/// Medians in nanoseconds by contender.
type Medians = BTreeMap<String, f64>;

/// Runs the benchmarks and prints their medians.
pub(crate) fn command(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let results = workspace.target.join("criterion");
    // What an earlier run left is no result of this one.
    match &options.name {
        Some(name) => drop(fs::remove_dir_all(results.join(name))),
        None => drop(fs::remove_dir_all(&results)),
    }
    create_dir(&results)?;
    run(workspace, options, &results)?;
    let groups = match &options.name {
        Some(name) => vec![name.clone()],
        None => directories(&results)?,
    };
    let mut benchmarks = BTreeMap::new();
    for group in groups {
        let medians = read_medians(&results.join(&group))?;
        check(&group, &medians)?;
        benchmarks.insert(group, medians);
    }
    if options.json {
        let only = options.name.as_ref().and_then(|name| benchmarks.get(name));
        let object = only.map_or_else(|| serde_json::to_string(&benchmarks), serde_json::to_string);
        println!("{}", object?);
    } else {
        for (name, medians) in &benchmarks {
            println!("{}\n", table(name, medians));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn run(workspace: &Workspace, options: &Options, results: &Path) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["bench", "--package", "benches"]).env("CRITERION_HOME", results);
    match &options.name {
        Some(name) => cargo.args(["--bench", name]),
        None => cargo.arg("--benches"),
    };
    if options.json {
        // Only the object belongs on standard output.
        cargo.stdout(std::io::stderr());
    }
    let status = cargo.stdin(Stdio::null()).status().context("cannot run cargo bench")?;
    if !status.success() {
        bail!("cargo bench: {status}");
    }
    Ok(())
}

/// Reads what criterion wrote about each contender of a group: `CONTENDER/new/estimates.json`.
fn read_medians(group: &Path) -> Result<Medians> {
    let mut medians = Medians::new();
    for contender in directories(group)? {
        let path = group.join(&contender).join("new/estimates.json");
        // Beside the contenders criterion keeps reports.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let median = parse_median(&text).with_context(|| format!("no median in {}", path.display()))?;
        medians.insert(contender, median);
    }
    Ok(medians)
}

fn parse_median(estimates: &str) -> Option<f64> {
    let estimates: Value = serde_json::from_str(estimates).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}

fn check(benchmark: &str, medians: &Medians) -> Result<()> {
    let required = REQUIRED.iter().filter(|(name, _)| *name == benchmark).flat_map(|(_, contenders)| *contenders);
    let missing: Vec<_> = required.filter(|contender| !medians.contains_key(**contender)).copied().collect();
    if !missing.is_empty() || medians.is_empty() {
        bail!("the benchmark {benchmark} gave {} results; missing: {}", medians.len(), missing.join(", "));
    }
    Ok(())
}

fn directories(path: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path).with_context(|| format!("no results in {}", path.display()))? {
        let entry = entry?;
        if entry.path().is_dir() && entry.file_name() != "report" {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

fn table(name: &str, medians: &Medians) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN).set_header([name, "median, ns"]);
    let mut rows: Vec<_> = medians.iter().collect();
    rows.sort_by(|a, b| a.1.total_cmp(b.1));
    for (contender, median) in rows {
        table.add_row([contender.clone(), format!("{median:.2}")]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{Medians, REQUIRED, check, parse_median};

    #[test]
    fn medians_of_criterion() {
        let text = r#"{"mean":{"point_estimate":2.0},"median":{"point_estimate":1.25,"standard_error":0.1}}"#;
        assert_eq!(parse_median(text), Some(1.25));
        assert_eq!(parse_median("{}"), None);
    }

    #[test]
    fn every_contender_is_there() {
        let (name, contenders) = REQUIRED[0];
        let mut medians: Medians = contenders.iter().map(|contender| ((*contender).to_owned(), 1.0)).collect();
        assert!(check(name, &medians).is_ok());
        medians.remove("import_guest");
        assert!(check(name, &medians).is_err_and(|error| error.to_string().contains("import_guest")));
    }
}
