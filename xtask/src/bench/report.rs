//! What was measured, as tables, JSON and plots in target/bench.

use std::fmt::Write;

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Map, Value, json};

use super::svg;
use crate::process;
use crate::workspace::{self, Workspace, create_dir};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Nanoseconds,
    Bytes,
}

impl Unit {
    /// A value with three digits or so, in the unit that suits it.
    pub(super) fn show(self, value: f64) -> String {
        let steps: &[(f64, &str)] = match self {
            Self::Nanoseconds => &[(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")],
            Self::Bytes => &[(1024.0 * 1024.0, "MiB"), (1024.0, "KiB"), (1.0, "bytes")],
        };
        let smallest = steps[steps.len() - 1];
        let (size, name) = steps.iter().copied().find(|(size, _)| value >= *size).unwrap_or(smallest);
        let scaled = value / size;
        let digits = if scaled >= 100.0 {
            0
        } else if scaled >= 10.0 {
            1
        } else {
            2
        };
        format!("{scaled:.digits$} {name}")
    }
}

/// One measure's results.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) unit: Unit,
    pub(super) medians: Vec<(&'static str, f64)>,
}

impl Measure {
    fn get(&self, contender: &str) -> Option<f64> {
        self.medians.iter().find(|(name, _)| *name == contender).map(|(_, median)| *median)
    }
}

/// What a contender may cost.
struct Goal {
    measure: &'static str,
    contender: &'static str,
    /// So many times as much as `reference`, and so much on top.
    factor: f64,
    reference: &'static str,
    more: f64,
}

const fn goal(measure: &'static str, contender: &'static str, factor: f64, reference: &'static str) -> Goal {
    Goal { measure, contender, factor, reference, more: 0.0 }
}

const GOALS: &[Goal] = &[
    goal("call", "import_native", 1.03, "c_pointer_mem"),
    goal("call", "import_adopted", 1.03, "c_pointer_mem"),
    goal("call", "import_guest_no_tls", 1.03, "c_pointer_mem"),
    Goal { more: 12.0, ..goal("call", "import_guest", 1.0, "c_pointer_mem") },
    goal("call", "import_guest", 1.0 / 3.0, "go_cgo"),
    Goal { more: 2.0, ..goal("call", "import_guest_scope", 1.0, "import_native") },
    goal("call_8_threads", "import_guest", 1.05, "call/import_guest"),
    goal("call_8_threads", "import_native", 1.05, "call/import_native"),
    Goal { more: 300.0, ..goal("first_call", "import_native", 1.0, "libloading_open_get_call") },
    Goal { more: 300.0, ..goal("first_call", "import_guest", 1.0, "libloading_open_get_call") },
    goal("bind_all", "bind_all_native", 1.0, "dlsym_native"),
    goal("bind_all", "bind_all_guest", 1.0, "dlsym_guest"),
    // Attaching alone may cost one and a half threads.
    goal("thread", "thread_with_guest_call", 2.5, "thread"),
    goal("bring_up", "import_adopted", 1.1, "c_dynamic"),
    goal("bring_up", "import_guest", 1.1, "c_dynamic"),
    goal("resolve", "nostd_dns", 1.0, "c_dynamic"),
    goal("resolve", "dns_lookup", 1.0, "c_dynamic"),
    Goal { more: 12.0 * 1024.0, ..goal("size", "nostd_dns", 0.0, "c_dynamic") },
    Goal { more: 200.0 * 1024.0, ..goal("memory", "nostd_dns", 1.0, "c_dynamic") },
    Goal { more: 200.0 * 1024.0, ..goal("memory", "dns_lookup", 1.0, "c_dynamic") },
    Goal { more: 2e9, ..goal("compile_time", "imports", 1.0, "extern_block") },
];

#[derive(Debug)]
pub(super) struct Report {
    pub(super) measures: Vec<Measure>,
    skipped: Vec<String>,
}

impl Report {
    pub(super) fn new(skipped: Vec<String>) -> Self {
        Self { measures: Vec::new(), skipped }
    }

    /// `{measure: {contender: median}}`, in nanoseconds or bytes.
    pub(super) fn json(&self) -> Value {
        let medians = |measure: &Measure| -> Value {
            measure
                .medians
                .iter()
                .map(|(name, median)| ((*name).to_owned(), json!(median)))
                .collect::<Map<_, _>>()
                .into()
        };
        self.measures.iter().map(|measure| (measure.name.to_owned(), medians(measure))).collect::<Map<_, _>>().into()
    }

    pub(super) fn markdown(&self) -> String {
        let mut text = format!("Medians, interleaved, on {}.\n", machine());
        for measure in &self.measures {
            let mut rows: Vec<_> = measure.medians.iter().collect();
            rows.sort_by(|a, b| a.1.total_cmp(&b.1));
            let mut table = table(&[measure.name, "median", "to the best"]);
            let best = rows.first().map_or(1.0, |row| row.1);
            for (name, median) in rows {
                table.add_row([(*name).to_owned(), measure.unit.show(*median), format!("{:.2}", median / best)]);
            }
            // Writing to a string cannot fail.
            let _ = write!(text, "\n## {}: {}\n\n{table}\n", measure.name, measure.title);
        }
        let _ = write!(text, "\n## Goals\n\n{}\n", self.goals());
        for skipped in &self.skipped {
            let _ = write!(text, "\nSkipped: {skipped}\n");
        }
        text
    }

    /// A line for each measure, for the README.
    fn summary(&self) -> String {
        let mut table = table(&["", "this project", "beside"]);
        for column in table.column_iter_mut() {
            column.set_cell_alignment(CellAlignment::Left);
        }
        for measure in &self.measures {
            let mut rows: Vec<_> = measure.medians.iter().collect();
            rows.sort_by(|a, b| a.1.total_cmp(&b.1));
            let list = |ours: bool| {
                let rows = rows.iter().filter(|(name, _)| svg::is_ours(name) == ours);
                let cells =
                    rows.map(|(name, median)| format!("{} {}", name.replace('_', " "), measure.unit.show(*median)));
                cells.collect::<Vec<_>>().join(", ")
            };
            let plot = format!("[{}](benches/results/{}.svg)", measure.title, measure.name);
            table.add_row([plot, list(true), list(false)]);
        }
        format!("Medians, all contenders in turn, on {}.\n\n{table}\n", machine())
    }

    fn goals(&self) -> Table {
        let mut table = table(&["goal", "is", "may be", ""]);
        for goal in GOALS {
            let Some(measure) = self.measures.iter().find(|measure| measure.name == goal.measure) else { continue };
            let reference = match goal.reference.split_once('/') {
                Some((other, name)) => {
                    self.measures.iter().find(|measure| measure.name == other).and_then(|m| m.get(name))
                }
                None => measure.get(goal.reference),
            };
            let (Some(is), Some(reference)) = (measure.get(goal.contender), reference) else { continue };
            let limit = goal.factor * reference + goal.more;
            let mut text = format!("{} {}:", goal.measure, goal.contender);
            if goal.factor > 0.0 {
                let _ = write!(text, " {:.2} x {}", goal.factor, goal.reference);
            }
            if goal.more > 0.0 {
                let _ = write!(text, " + {}", measure.unit.show(goal.more));
            }
            let verdict = if is <= limit { "met" } else { "missed" };
            table.add_row([text, measure.unit.show(is), measure.unit.show(limit), verdict.to_owned()]);
        }
        table
    }

    /// Writes everything to target/bench.
    pub(super) fn write(&self, workspace: &Workspace) -> Result<()> {
        let directory = workspace.target.join("bench");
        create_dir(&directory)?;
        workspace::write(&directory.join("results.json"), format!("{:#}\n", self.json()))?;
        workspace::write(&directory.join("results.md"), self.markdown())?;
        workspace::write(&directory.join("table.md"), self.summary())?;
        for measure in &self.measures {
            workspace::write(&directory.join(format!("{}.svg", measure.name)), svg::bars(measure))?;
        }
        eprintln!("xtask: wrote {}", directory.display());
        Ok(())
    }
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Processor, kernel and C library.
fn machine() -> String {
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let asked = |program: &str, argument: &str| {
        process::output(std::process::Command::new(program).arg(argument)).unwrap_or_default().trim().to_owned()
    };
    let libc = asked("getconf", "GNU_LIBC_VERSION");
    format!(
        "{}, {cores} cores, {} {}, {libc}",
        model.unwrap_or("this machine"),
        asked("uname", "-s"),
        asked("uname", "-r")
    )
}

#[cfg(test)]
mod tests {
    use super::Unit;

    #[test]
    fn units() {
        assert_eq!(Unit::Nanoseconds.show(0.5), "0.50 ns");
        assert_eq!(Unit::Nanoseconds.show(12_345.0), "12.3 µs");
        assert_eq!(Unit::Bytes.show(2048.0), "2.00 KiB");
        assert_eq!(Unit::Bytes.show(3.0 * 1024.0 * 1024.0), "3.00 MiB");
    }
}
