//! `check` for people.

use std::fmt::Write as _;

use anstyle::Style;

use super::report::{CheckReport, ImportResult, ImportStatus, LibraryReport, LibraryStatus, Verdict};
use crate::host::Tried;
use crate::text::{BAD, Cell, GOOD, HEADING, Table, WARNING, clean, field, styled};

/// Labels of the first block are this wide.
const LABELS: usize = 11;

impl Verdict {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Fallback => "fallback",
            Verdict::Error => "error",
        }
    }

    fn style(self) -> Style {
        match self {
            Verdict::Ok | Verdict::Fallback => GOOD,
            Verdict::Warning => WARNING,
            Verdict::Error => BAD,
        }
    }
}

/// Appends the whole report.
pub fn write_report(out: &mut String, report: &CheckReport, verbose: bool) {
    out.push_str(&styled(HEADING, &report.file));
    out.push('\n');
    field(out, LABELS, "kind", &format!("{}, {}", report.kind.name(), clean(&report.machine)));
    field(out, LABELS, "root", &clean(&report.root));
    write_interpreter(out, report);
    write_libraries(out, &report.libraries, verbose);
    write_imports(out, &report.imports);
    let summary = report.summary;
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let _ = writeln!(
        out,
        "\n{}, {}, {}, {} ok",
        count(summary.errors, "error"),
        count(summary.warnings, "warning"),
        count(summary.fallbacks, "fallback"),
        summary.ok
    );
}

fn write_interpreter(out: &mut String, report: &CheckReport) {
    let interpreter = &report.interpreter;
    if let (Some(path), Some(libc)) = (&interpreter.path, interpreter.libc) {
        let version = interpreter.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
        field(out, LABELS, "interpreter", &format!("{} ({}{})", clean(path), libc.name(), clean(&version)));
    }
    if let Some(error) = &interpreter.error {
        let verdict = styled(interpreter.verdict.style(), interpreter.verdict.name());
        field(out, LABELS, verdict_label(interpreter.path.is_some()), &format!("{verdict}: {}", clean(error)));
    }
    write_tried(out, &interpreter.tried);
}

/// The interpreter's own line is taken when there is one.
fn verdict_label(has_interpreter: bool) -> &'static str {
    if has_interpreter { "start" } else { "interpreter" }
}

fn write_tried(out: &mut String, tried: &[Tried]) {
    for place in tried {
        let _ = writeln!(out, "      {} {}", clean(&place.path), clean(&place.outcome));
    }
}

fn write_libraries(out: &mut String, libraries: &[LibraryReport], verbose: bool) {
    if libraries.is_empty() {
        return;
    }
    out.push('\n');
    let mut table = Table::new(2, ["LIBRARY", "STATUS", "WHERE", "HOW"]);
    for library in libraries {
        let status = match library.status {
            LibraryStatus::Found => Cell::styled(GOOD, "found"),
            LibraryStatus::NotFound => Cell::styled(WARNING, "not found"),
            LibraryStatus::Unusable => Cell::styled(BAD, "unusable"),
        };
        table.row([
            Cell::from(&library.name),
            status,
            Cell::from(library.path.as_deref().unwrap_or("")),
            Cell::from(library.how.map_or("", |how| how.name())),
        ]);
    }
    table.write(out);
    for library in libraries {
        if let Some(error) = &library.error {
            let _ = writeln!(out, "    {}", clean(error));
            write_tried(out, &library.tried);
        } else if verbose && !library.needs.is_empty() {
            let _ = writeln!(out, "    {} needs {}", clean(&library.name), clean(&library.needs.join(", ")));
        }
    }
}

fn write_imports(out: &mut String, imports: &[ImportResult]) {
    if imports.is_empty() {
        out.push_str("\n  the file has no imports\n");
        return;
    }
    out.push('\n');
    let mut table = Table::new(2, ["IMPORT", "VERSION", "STATUS", "VERDICT", "WHERE"]);
    for result in imports {
        let import = &result.import;
        let name = if import.symbols.is_empty() { import.libraries.join(" | ") } else { import.symbols.join(" | ") };
        let place = match (&result.path, &result.symbol) {
            (Some(path), Some(symbol)) if import.symbols.first() != Some(symbol) => format!("{path} as {symbol}"),
            (Some(path), _) => path.clone(),
            (None, _) if !result.versions.is_empty() => format!("only as {}", result.versions.join(", ")),
            (None, _) => not_in(result),
        };
        table.row([
            Cell::from(name),
            Cell::from(import.version.as_deref().unwrap_or("")),
            Cell::from(result.status.name()),
            Cell::styled(result.verdict.style(), result.verdict.name()),
            Cell::from(place),
        ]);
    }
    table.write(out);
}

/// Where a missing import is not.
fn not_in(result: &ImportResult) -> String {
    let libraries = result.import.libraries.as_slice();
    match (result.status, libraries) {
        (ImportStatus::NoLibrary | ImportStatus::NoSymbol, []) => "not in the global scope".to_owned(),
        (ImportStatus::NoLibrary | ImportStatus::NoSymbol, _) => format!("not in {}", libraries.join(" | ")),
        _ => String::new(),
    }
}
