//! The report of `bundle`, as text and as JSON (cli/SCHEMA.md).

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::plan::{Node, Plan};
use crate::host::Root;
use crate::text::{Cell, Table, size};

/// The whole answer.
#[derive(Debug, Serialize)]
pub struct BundleReport {
    /// Version of this format.
    pub schema: u32,
    /// The program as given.
    pub file: String,
    /// The root directory.
    pub root: String,
    /// Nothing was written.
    pub dry_run: bool,
    /// Where the program is in the bundle.
    pub program: Option<String>,
    /// Everything in the bundle, sorted by path.
    pub entries: Vec<EntryReport>,
    /// Bytes of all files together.
    pub size: u64,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// One file, link or directory.
#[derive(Debug, Serialize)]
pub struct EntryReport {
    /// The path in the bundle.
    pub path: String,
    /// `file`, `link` or `directory`.
    pub kind: &'static str,
    /// Permissions, in octal digits.
    pub mode: Option<String>,
    /// Bytes of a file.
    pub size: Option<u64>,
    /// What a link says.
    pub target: Option<String>,
    /// What it is for.
    pub why: String,
}

/// The report on a plan.
pub fn report(plan: &Plan, file: &Path, root: &Root, dry_run: bool) -> BundleReport {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let octal = |mode: u32| Some(format!("{mode:04o}"));
    let entries = plan.entries.iter().map(|(path, entry)| {
        let (kind, mode, size, target) = match &entry.node {
            Node::Directory { mode } => ("directory", octal(*mode), None, None),
            Node::Link { target } => ("link", None, None, Some(text(target))),
            Node::File { mode, size, .. } => ("file", octal(*mode), Some(*size), None),
        };
        EntryReport { path: text(path), kind, mode, size, target, why: entry.why.clone() }
    });
    BundleReport {
        schema: crate::SCHEMA,
        file: text(file),
        root: text(root.directory()),
        dry_run,
        program: plan.program.as_deref().map(text),
        entries: entries.collect(),
        size: plan.size(),
        warnings: plan.warnings.clone(),
    }
}

/// Appends the list of files and links for people.
pub fn write_list(out: &mut String, plan: &Plan, dry_run: bool) {
    let mut table = Table::new(0, ["PATH", "MODE", "SIZE", "FOR"]);
    let mut files = 0;
    for (path, entry) in &plan.entries {
        let path = path.to_string_lossy();
        let (name, mode, bytes) = match &entry.node {
            Node::Directory { .. } => continue,
            Node::Link { target } => (format!("{path} -> {}", target.display()), String::new(), String::new()),
            Node::File { mode, size: bytes, .. } => {
                files += 1;
                (path.into_owned(), format!("{mode:04o}"), size(*bytes))
            }
        };
        table.row([Cell::from(name), Cell::from(mode), Cell::from(bytes), Cell::from(&entry.why)]);
    }
    table.write(out);
    let done = if dry_run { "would be bundled" } else { "bundled" };
    let _ = writeln!(out, "\n{files} files, {} {done}", size(plan.size()));
}
