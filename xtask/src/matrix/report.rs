//! Showing cells: a table per program, then each failure with its output; or JSON.

use std::fmt::Write;

use comfy_table::{Table, presets};
use serde_json::{Value, json};

use super::Results;
use super::cell::{Cell, Outcome};

/// Tables of the cells: programs, then roots by lookups. `-` marks a host on which a program with an interpreter and
/// libraries of its own cannot start; a lookup that makes no sense on a host leaves its cell blank.
pub(super) fn tables(results: &Results) -> String {
    let mut text = String::new();
    for program in results.cells.chunk_by(|a, b| a.program == b.program) {
        let mut table = Table::new();
        table.load_preset(presets::ASCII_MARKDOWN);
        for (row, root) in program.chunk_by(|a, b| a.root.path == b.root.path).enumerate() {
            let lookups = || root.chunk_by(|a, b| a.lookup.name == b.lookup.name);
            let Some(first) = root.first() else { continue };
            if row == 0 {
                let names = lookups().filter_map(|runs| runs.first()).map(|cell| cell.lookup.name);
                table.set_header(std::iter::once(first.program).chain(names));
            }
            table.add_row(std::iter::once(place(first)).chain(lookups().map(summary)));
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{table}\n");
    }
    let cannot_start = results.cells.iter().any(|cell| matches!(cell.outcome, Outcome::CannotStart));
    if cannot_start {
        text.push_str("(-: this host's C library is another than the dynamic program was linked with, or older)\n\n");
    }
    for (program, why) in &results.not_built {
        let _ = writeln!(text, "FAILED {program} does not build: {why}");
    }
    for program in &results.nowhere {
        let _ = writeln!(text, "FAILED {program} has passed in no root");
    }
    for cell in &results.cells {
        if let Outcome::Failed(why) = &cell.outcome {
            let proc = if cell.proc { "with" } else { "without" };
            let arguments = cell.lookup.arguments.join(" ");
            let _ = writeln!(text, "FAILED {} in {}, {proc} /proc: {arguments}", cell.program, place(cell));
            for line in why.lines() {
                let _ = writeln!(text, "    {line}");
            }
        }
    }
    text
}

/// The row's head: the root, and where it comes from.
fn place(cell: &Cell) -> String {
    let root = &cell.root;
    let arch = if root.arch.is_host() { String::new() } else { format!(" {}", root.arch) };
    let suite = if root.suite.is_empty() { String::new() } else { format!(" ({})", root.suite) };
    format!("{}{arch}{suite}", root.name)
}

/// One cell of the table: the runs without and with `/proc` together.
fn summary(runs: &[Cell]) -> String {
    let failed = |proc: bool| runs.iter().any(|run| run.proc == proc && matches!(run.outcome, Outcome::Failed(_)));
    match (failed(false), failed(true)) {
        (true, true) => "FAILED".to_owned(),
        (true, false) => "FAILED without /proc".to_owned(),
        (false, true) => "FAILED with /proc".to_owned(),
        (false, false) if runs.iter().all(|run| matches!(run.outcome, Outcome::Passed)) => "ok".to_owned(),
        (false, false) if runs.iter().any(|run| matches!(run.outcome, Outcome::CannotStart)) => "-".to_owned(),
        (false, false) => String::new(),
    }
}

/// The cells as an array of objects.
pub(super) fn json(results: &Results) -> Value {
    let not_built =
        |(program, why): &(&str, String)| json!({ "program": program, "outcome": "not built", "output": why });
    let nowhere = |program: &&str| json!({ "program": program, "outcome": "passed nowhere", "output": null });
    let programs = results.not_built.iter().map(not_built).chain(results.nowhere.iter().map(nowhere));
    results.cells.iter().map(object).chain(programs).collect()
}

fn object(cell: &Cell) -> Value {
    let (outcome, output) = match &cell.outcome {
        Outcome::Passed => ("passed", None),
        Outcome::Failed(why) => ("failed", Some(why)),
        Outcome::NotApplicable => ("not applicable", None),
        Outcome::CannotStart => ("cannot start", None),
    };
    json!({
        "program": cell.program,
        "root": cell.root.name,
        "libc": cell.root.libc.name(),
        "version": cell.root.version,
        "arch": cell.root.arch.name(),
        "lookup": cell.lookup.name,
        "proc": cell.proc,
        "outcome": outcome,
        "output": output,
    })
}
