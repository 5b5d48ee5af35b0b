//! The report of `check`, which is also its JSON (cli/SCHEMA.md).

use serde::Serialize;

use crate::host::{How, Libc, Tried};
use crate::inspect::{ImportReport, Kind};

/// The whole answer.
#[derive(Debug, Serialize)]
pub struct CheckReport {
    /// Version of this format.
    pub schema: u32,
    /// The program.
    pub file: String,
    /// How it is linked.
    pub kind: Kind,
    /// Its machine.
    pub machine: String,
    /// The root directory.
    pub root: String,
    /// The interpreter that would serve it.
    pub interpreter: InterpreterReport,
    /// Every library that it would ask for, once.
    pub libraries: Vec<LibraryReport>,
    /// Every import.
    pub imports: Vec<ImportResult>,
    /// How many of each verdict, over the program's start, its libraries and its imports.
    pub summary: Summary,
}

/// The interpreter.
#[derive(Debug, Serialize)]
pub struct InterpreterReport {
    /// Its path inside of the root; none when there is none.
    pub path: Option<String>,
    /// Whose it is.
    pub libc: Option<Libc>,
    /// The libc's version.
    pub version: Option<String>,
    /// The places that were looked at before, or in vain.
    pub tried: Vec<Tried>,
    /// What its absence means for the program.
    pub verdict: Verdict,
    /// What keeps the libc from starting.
    pub error: Option<String>,
}

/// One library that the program would ask for.
#[derive(Debug, Clone, Serialize)]
pub struct LibraryReport {
    /// The name as the interpreter is given it.
    pub name: String,
    /// What came of it.
    pub status: LibraryStatus,
    /// Where it was found, inside of the root.
    pub path: Option<String>,
    /// What made the interpreter look there.
    pub how: Option<How>,
    /// All that it needs, directly or not, by path.
    pub needs: Vec<String>,
    /// Why it would not be opened.
    pub error: Option<String>,
    /// Every place that was looked at in vain.
    pub tried: Vec<Tried>,
}

/// What came of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LibraryStatus {
    /// It would be opened.
    Found,
    /// It is nowhere.
    NotFound,
    /// It is there, but would not be opened.
    Unusable,
}

/// One import and what came of it.
#[derive(Debug, Serialize)]
pub struct ImportResult {
    /// The import as the program declares it.
    #[serde(flatten)]
    pub import: ImportReport,
    /// What came of it.
    pub status: ImportStatus,
    /// What that means for the program.
    pub verdict: Verdict,
    /// The library that gives the symbol, by path.
    pub path: Option<String>,
    /// The alternative that was found.
    pub symbol: Option<String>,
    /// The versions in which the symbol is there instead.
    pub versions: Vec<String>,
}

/// What came of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportStatus {
    /// It would be bound.
    Present,
    /// No library of its list would be opened.
    NoLibrary,
    /// No library of its list has the symbol.
    NoSymbol,
    /// The symbol is there, but not in that version.
    WrongVersion,
    /// The host's libc has no symbol versions.
    NoVersions,
    /// There is no interpreter, or its libc would not start.
    NoInterpreter,
}

impl ImportStatus {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            ImportStatus::Present => "present",
            ImportStatus::NoLibrary => "no library",
            ImportStatus::NoSymbol => "missing",
            ImportStatus::WrongVersion => "wrong version",
            ImportStatus::NoVersions => "libc has no versions",
            ImportStatus::NoInterpreter => "no interpreter",
        }
    }
}

/// What a finding means for the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All is well.
    Ok,
    /// Something that the program can do without is missing.
    Warning,
    /// The program's own function serves instead.
    Fallback,
    /// Something required is missing.
    Error,
}

/// How many of each verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Bound.
    pub ok: usize,
    /// Missing, but optional.
    pub warnings: usize,
    /// Missing, but covered.
    pub fallbacks: usize,
    /// Missing and required.
    pub errors: usize,
}

impl Summary {
    /// Counts one more verdict.
    pub fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Ok => self.ok += 1,
            Verdict::Warning => self.warnings += 1,
            Verdict::Fallback => self.fallbacks += 1,
            Verdict::Error => self.errors += 1,
        }
    }
}
