//! The report of `inspect`, which is also its JSON (cli/SCHEMA.md).

use serde::Serialize;

use crate::dlopen::DlopenEntry;
use crate::note::{self, Import};

/// The whole answer.
#[derive(Debug, Serialize)]
pub struct InspectReport {
    /// Version of this format.
    pub schema: u32,
    /// The files, in the order given.
    pub files: Vec<FileReport>,
    /// The files that could not be looked at.
    pub errors: Vec<Failure>,
}

/// A file that could not be looked at.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// The file as given.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

/// One file, or one machine's part of a universal file.
#[derive(Debug, Clone, Serialize)]
pub struct FileReport {
    /// The file as given.
    pub path: String,
    /// Bytes of the file, or of this machine's part.
    pub size: u64,
    /// The object format.
    pub format: Format,
    /// The machine, as in Rust's target triples.
    pub machine: String,
    /// How it is linked.
    pub kind: Kind,
    /// The interpreter that starts it.
    pub interpreter: Option<String>,
    /// The library's own name.
    pub soname: Option<String>,
    /// Libraries that the interpreter loads before the program starts.
    pub needed: Vec<String>,
    /// DT_RPATH or LC_RPATH.
    pub rpath: Vec<String>,
    /// DT_RUNPATH.
    pub runpath: Vec<String>,
    /// What the program imports at run time.
    pub imports: Vec<ImportReport>,
    /// ELF dlopen metadata.
    pub dlopen: Vec<DlopenEntry>,
    /// What the ordinary linker left to the interpreter.
    pub linked: Vec<LinkedImport>,
}

/// An object format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Linux and most others.
    Elf,
    /// Apple's.
    MachO,
}

/// How a file is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A program without interpreter, at a fixed address.
    Static,
    /// A program without interpreter, loaded anywhere.
    StaticPie,
    /// A program that an interpreter starts.
    Dynamic,
    /// A shared library.
    Library,
}

impl Kind {
    /// As in the JSON.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Static => "static",
            Kind::StaticPie => "static-pie",
            Kind::Dynamic => "dynamic",
            Kind::Library => "library",
        }
    }

    /// A program that starts without any interpreter.
    pub fn is_static(self) -> bool {
        matches!(self, Kind::Static | Kind::StaticPie)
    }
}

/// What an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportKind {
    /// A function.
    Function,
    /// A variable.
    Data,
    /// A library as a whole.
    Library,
    /// Not an import: a function that libraries find in the program.
    Export,
}

impl ImportKind {
    /// As in the JSON.
    pub fn name(self) -> &'static str {
        match self {
            ImportKind::Function => "function",
            ImportKind::Data => "data",
            ImportKind::Library => "library",
            ImportKind::Export => "export",
        }
    }
}

/// One import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// What is imported.
    pub kind: ImportKind,
    /// Libraries by preference, as written; none: the global scope.
    pub libraries: Vec<String>,
    /// Symbols by preference.
    pub symbols: Vec<String>,
    /// The symbol version asked for.
    pub version: Option<String>,
    /// Any version will do where that one is missing.
    pub version_optional: bool,
    /// The program can do without it.
    pub optional: bool,
    /// The program has a function of its own instead.
    pub fallback: bool,
    /// The program promises that the function touches no thread-local storage.
    pub no_tls: bool,
    /// The feature that needs it.
    pub feature: Option<String>,
}

impl From<&Import<'_>> for ImportReport {
    fn from(import: &Import<'_>) -> Self {
        ImportReport {
            kind: match import.kind {
                note::Kind::Function => ImportKind::Function,
                note::Kind::Data => ImportKind::Data,
                note::Kind::Library => ImportKind::Library,
                note::Kind::Export => ImportKind::Export,
            },
            libraries: import.libraries().map(str::to_owned).collect(),
            symbols: import.symbols().map(str::to_owned).collect(),
            version: import.version.map(str::to_owned),
            version_optional: import.version_optional(),
            optional: import.optional(),
            fallback: import.fallback(),
            no_tls: import.no_tls(),
            feature: import.feature.map(str::to_owned),
        }
    }
}

/// One symbol that the interpreter binds before or while the program runs, without any of our doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkedImport {
    /// The library, where the file says.
    pub library: Option<String>,
    /// The symbol.
    pub symbol: String,
    /// Its version.
    pub version: Option<String>,
    /// May stay unbound.
    pub weak: bool,
}

/// More bytes than all symbol names of any program.
pub(super) const MAX_LINKED_BYTES: u64 = 64 << 20;

/// Text of a file's bytes; what is no UTF-8 is replaced, what is no name is cut.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(crate::elf::MAX_STRING)]).into_owned()
}
