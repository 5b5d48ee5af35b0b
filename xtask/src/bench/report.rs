//! What was measured, as tables, JSON and plots in target/bench.

use std::fmt::Write;

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Map, Value, json};

use super::{goals, svg};
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
    pub(super) fn get(&self, contender: &str) -> Option<f64> {
        self.medians.iter().find(|(name, _)| *name == contender).map(|(_, median)| *median)
    }
}

#[derive(Debug)]
pub(super) struct Report {
    pub(super) measures: Vec<Measure>,
    skipped: Vec<String>,
}

impl Report {
    pub(super) fn new(skipped: Vec<String>) -> Self {
        Self { measures: Vec::new(), skipped }
    }

    /// Measures that somebody took part in.
    fn taken(&self) -> impl Iterator<Item = &Measure> {
        self.measures.iter().filter(|measure| !measure.medians.is_empty())
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
        let mut text = format!("Medians, interleaved, unless a title says otherwise, on {}.\n", machine());
        for measure in self.taken() {
            let mut rows: Vec<_> = measure.medians.iter().collect();
            rows.sort_by(|a, b| a.1.total_cmp(&b.1));
            let mut table = table(&[measure.name, "result", "to the best"]);
            let best = rows.first().map_or(1.0, |row| row.1);
            for (name, median) in rows {
                table.add_row([(*name).to_owned(), measure.unit.show(*median), format!("{:.2}", median / best)]);
            }
            // Writing to a string cannot fail.
            let _ = write!(text, "\n## {}: {}\n\n{table}\n", measure.name, measure.title);
        }
        let _ = write!(text, "\n## Goals\n\n{}\n", goals::table(&self.measures));
        for skipped in &self.skipped {
            let _ = write!(text, "\nSkipped: {skipped}\n");
        }
        text
    }

    /// The goals and the plots, for the README.
    fn summary(&self) -> String {
        let mut text = format!(
            "Medians, all contenders in turn, unless a plot's title says otherwise, on {}.\nEvery contender's are in \
             [results.md](benches/results/results.md).\n\n{}\n\nPlots:\n\n",
            machine(),
            goals::table(&self.measures),
        );
        for measure in self.taken() {
            let _ = writeln!(text, "- [{}](benches/results/{}.svg)", measure.title, measure.name);
        }
        for skipped in &self.skipped {
            let _ = write!(text, "\nSkipped: {skipped}\n");
        }
        text
    }

    /// Writes everything to target/bench.
    pub(super) fn write(&self, workspace: &Workspace) -> Result<()> {
        let directory = workspace.target.join("bench");
        create_dir(&directory)?;
        workspace::write(&directory.join("results.json"), format!("{:#}\n", self.json()))?;
        workspace::write(&directory.join("results.md"), self.markdown())?;
        workspace::write(&directory.join("table.md"), self.summary())?;
        for measure in self.taken() {
            workspace::write(&directory.join(format!("{}.svg", measure.name)), svg::bars(measure))?;
        }
        eprintln!("xtask: wrote {}", directory.display());
        Ok(())
    }
}

/// A table in Markdown, with numbers to the right.
pub(super) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Processor, kernel and C library. Virtual machines' processors have a number, and no name that says anything.
fn machine() -> String {
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let value = |wanted: &str| {
        let fields = processor.lines().filter_map(|line| line.split_once(':'));
        fields
            .map(|(name, value)| (name.trim(), value.trim()))
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value)
    };
    let name = value("model name").unwrap_or("this machine");
    let number = match (value("cpu family"), value("model")) {
        (Some(family), Some(model)) => format!(" (family {family}, model {model})"),
        _ => String::new(),
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let asked = |program: &str, argument: &str| {
        process::output(std::process::Command::new(program).arg(argument)).unwrap_or_default().trim().to_owned()
    };
    let (system, release, libc) = (asked("uname", "-s"), asked("uname", "-r"), asked("getconf", "GNU_LIBC_VERSION"));
    let version = release.split('-').next().unwrap_or_default();
    format!("{name}{number}, {cores} cores, {system} {version}, {libc}")
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
