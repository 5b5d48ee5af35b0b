//! `inspect` for people.

use super::report::{FileReport, ImportReport};
use crate::text::{BAD, Cell, GOOD, HEADING, Table, WARNING, clean, field, size, styled};

/// Labels of a file's block are this wide.
const LABELS: usize = 11;

/// Appends everything about one file.
pub fn write_report(out: &mut String, file: &FileReport, linked: bool) {
    out.push_str(&styled(HEADING, &file.path));
    out.push('\n');
    let format = match file.format {
        super::Format::Elf => "ELF",
        super::Format::MachO => "Mach-O",
    };
    let kind = styled(if file.kind.is_static() { GOOD } else { WARNING }, file.kind.name());
    field(out, LABELS, "kind", &format!("{kind}, {format} {}", file.machine));
    field(out, LABELS, "size", &size(file.size));
    field(out, LABELS, "interpreter", &clean(file.interpreter.as_deref().unwrap_or("none")));
    if let Some(soname) = &file.soname {
        field(out, LABELS, "soname", &clean(soname));
    }
    field(out, LABELS, "needed", &list(&file.needed));
    for (label, paths) in [("rpath", &file.rpath), ("runpath", &file.runpath)] {
        if !paths.is_empty() {
            field(out, LABELS, label, &list(paths));
        }
    }
    write_imports(out, &file.imports);
    write_dlopen(out, file);
    write_linked(out, file, linked);
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { clean(&names.join(", ")) }
}

fn write_imports(out: &mut String, imports: &[ImportReport]) {
    field(out, LABELS, "imports", &imports.len().to_string());
    if imports.is_empty() {
        return;
    }
    let mut table = Table::new(4, ["SYMBOL", "LIBRARY", "VERSION", "IF MISSING", "FEATURE", "NOTES"]);
    for import in imports {
        let missing = match import {
            ImportReport { kind: super::ImportKind::Export, .. } => Cell::from(""),
            ImportReport { fallback: true, .. } => Cell::styled(GOOD, "fallback"),
            ImportReport { optional: true, .. } => Cell::styled(WARNING, "optional"),
            _ => Cell::styled(BAD, "error"),
        };
        let mut notes = Vec::new();
        if import.kind != super::ImportKind::Function {
            notes.push(import.kind.name());
        }
        if import.version_optional {
            notes.push("any version");
        }
        if import.no_tls {
            notes.push("no TLS");
        }
        let libraries = match (import.libraries.as_slice(), import.kind) {
            ([], super::ImportKind::Export) => "(exported)".to_owned(),
            ([], _) => "(global)".to_owned(),
            (libraries, _) => libraries.join(" | "),
        };
        table.row([
            Cell::from(import.symbols.join(" | ")),
            Cell::from(libraries),
            Cell::from(import.version.as_deref().unwrap_or("")),
            missing,
            Cell::from(import.feature.as_deref().unwrap_or("")),
            Cell::from(notes.join(", ")),
        ]);
    }
    table.write(out);
}

fn write_dlopen(out: &mut String, file: &FileReport) {
    if file.dlopen.is_empty() {
        return;
    }
    field(out, LABELS, "dlopen", &file.dlopen.len().to_string());
    let mut table = Table::new(4, ["SONAME", "PRIORITY", "FEATURE", "DESCRIPTION"]);
    for entry in &file.dlopen {
        table.row([
            Cell::from(entry.soname.join(" | ")),
            Cell::from(entry.priority.as_deref().unwrap_or("")),
            Cell::from(entry.feature.as_deref().unwrap_or("")),
            Cell::from(entry.description.as_deref().unwrap_or("")),
        ]);
    }
    table.write(out);
}

fn write_linked(out: &mut String, file: &FileReport, list_them: bool) {
    if file.linked.is_empty() {
        return;
    }
    let hint = if list_them { "" } else { " symbols (--linked lists them)" };
    field(out, LABELS, "linked", &format!("{}{hint}", file.linked.len()));
    if !list_them {
        return;
    }
    let mut table = Table::new(4, ["SYMBOL", "LIBRARY", "VERSION", "NOTES"]);
    for import in &file.linked {
        table.row([
            Cell::from(&import.symbol),
            Cell::from(import.library.as_deref().unwrap_or("")),
            Cell::from(import.version.as_deref().unwrap_or("")),
            Cell::from(if import.weak { "weak" } else { "" }),
        ]);
    }
    table.write(out);
}

/// Appends one line per file: what starts where, and with what.
pub fn write_matrix(out: &mut String, files: &[FileReport]) {
    let mut table = Table::new(0, ["FILE", "STATIC", "DYNAMIC", "KIND", "MACHINE", "NEEDED", "IMPORTS", "SIZE"]);
    for file in files {
        let mark = |yes: bool, style| if yes { Cell::styled(style, "yes") } else { Cell::from("-") };
        table.row([
            Cell::from(&file.path),
            mark(file.kind.is_static(), GOOD),
            mark(!file.kind.is_static(), WARNING),
            Cell::from(file.kind.name()),
            Cell::from(&file.machine),
            Cell::from(file.needed.len().to_string()),
            Cell::from(file.imports.len().to_string()),
            Cell::from(size(file.size)),
        ]);
    }
    table.write(out);
}
