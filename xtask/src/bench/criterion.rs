//! `cargo xtask bench NAME`: runs one of criterion's benchmarks and gives its medians.

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
        "pointer_adopted",
        "pointer_guest",
        "libloading",
        "import_native",
        "import_adopted",
        "import_guest",
        "import_guest_syscall",
    ],
)];

/// Medians in nanoseconds by contender.
type Medians = BTreeMap<String, f64>;

/// Runs a benchmark and prints its medians.
pub(super) fn command(workspace: &Workspace, name: &str, json: bool) -> Result<ExitCode> {
    let results = workspace.target.join("criterion");
    // What an earlier run left is no result of this one.
    drop(fs::remove_dir_all(results.join(name)));
    create_dir(&results)?;
    run(workspace, name, json, &results)?;
    let medians = read_medians(&results.join(name))?;
    check(name, &medians)?;
    if json {
        println!("{}", serde_json::to_string(&medians)?);
    } else {
        println!("{}", table(name, &medians));
    }
    Ok(ExitCode::SUCCESS)
}

fn run(workspace: &Workspace, name: &str, json: bool, results: &Path) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["bench", "--package", "benches", "--bench", name]).env("CRITERION_HOME", results);
    if json {
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
