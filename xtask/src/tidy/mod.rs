//! `cargo xtask tidy`: the rules that the sources keep to and that no compiler checks.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

use crate::count::Count;
use crate::workspace::Workspace;

mod assembly;
mod layers;
mod length;
mod manifests;
mod proofs;
mod words;

/// A text file of the project.
#[derive(Debug)]
struct Source {
    /// Relative to the workspace.
    path: PathBuf,
    text: String,
}

impl Source {
    fn has_extension(&self, extensions: &[&str]) -> bool {
        let extension = self.path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        extensions.contains(&extension)
    }

    /// Whether one of the directories above the file is called so.
    fn is_under(&self, directory: &str) -> bool {
        self.path.parent().is_some_and(|parent| parent.iter().any(|part| part == directory))
    }

    /// The lines with their numbers from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// A place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: PathBuf,
    line: usize,
    what: String,
}

impl Finding {
    fn new(path: &Path, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.what)
    }
}

/// A rule: its name, and what finds the breaches in one file.
type Rule = (&'static str, fn(&Source) -> Vec<Finding>);

const RULES: &[Rule] = &[
    ("files are short", length::check),
    ("words are those of the design", words::check),
    ("the loader knows nothing of imports", layers::check),
    ("manifests inherit from the workspace", manifests::check),
    ("README names tests and programs that exist", proofs::check),
    ("every line of assembly says its effect", assembly::check),
];

/// Checks every rule and prints what breaks it.
pub(crate) fn run(workspace: &Workspace) -> Result<Count> {
    let mut sources = Vec::new();
    for path in workspace.files()? {
        // What is not text keeps to no rule here.
        if let Ok(text) = std::fs::read_to_string(workspace.root.join(&path)) {
            sources.push(Source { path, text });
        }
    }
    let mut count = Count::default();
    for (name, check) in RULES {
        let findings: Vec<_> = sources.iter().flat_map(check).collect();
        println!("{:6} {name}", if findings.is_empty() { "ok" } else { "FAILED" });
        for finding in &findings {
            println!("       {finding}");
        }
        count.add(findings.is_empty());
    }
    Ok(count)
}

/// `cargo xtask tidy`.
pub(crate) fn command(workspace: &Workspace) -> Result<ExitCode> {
    Ok(run(workspace)?.exit_code())
}

#[cfg(test)]
fn source(path: &str, text: &str) -> Source {
    Source { path: path.into(), text: text.to_owned() }
}
