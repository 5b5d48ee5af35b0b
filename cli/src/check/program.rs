//! What a check must know of a program.

use crate::dlopen::dlopen_metadata;
use crate::elf::Elf;
use crate::format::FormatError;
use crate::inspect::{ImportKind, ImportReport, Kind, kind};

/// A program, apart from its code.
#[derive(Debug, Clone)]
pub struct Program {
    /// The path as given.
    pub path: String,
    /// Its machine, as a number of the ELF standard.
    pub machine: u16,
    /// How it is linked.
    pub kind: Kind,
    /// The interpreter that it names, when dynamic.
    pub interpreter: Option<String>,
    /// What it needs before it starts, when dynamic.
    pub needed: Vec<String>,
    /// DT_RPATH, when dynamic.
    pub rpath: Option<Vec<u8>>,
    /// DT_RUNPATH, when dynamic.
    pub runpath: Option<Vec<u8>>,
    /// What it imports, and what it exports.
    pub imports: Vec<ImportReport>,
}

impl Program {
    /// Reads a program.
    ///
    /// # Errors
    /// When the file is no ELF program, or damaged.
    pub fn parse(path: &str, bytes: &[u8]) -> Result<Self, FormatError> {
        let elf = Elf::parse(bytes)?;
        let interpreter = elf.interpreter()?;
        let dynamic = elf.dynamic()?;
        let kind = kind(&elf, dynamic.as_ref(), interpreter.is_some());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut program = Program {
            path: path.to_owned(),
            machine: elf.machine(),
            kind,
            interpreter: None,
            needed: Vec::new(),
            rpath: None,
            runpath: None,
            imports: imports(&elf)?,
        };
        // A library is loaded into some dynamic program: its own needs are checked as if it were one.
        if let (false, Some(dynamic)) = (kind.is_static(), dynamic) {
            program.kind = Kind::Dynamic;
            program.interpreter = interpreter.map(text);
            program.needed = dynamic.needed.iter().map(|name| text(name)).collect();
            program.rpath = dynamic.rpath.map(<[u8]>::to_vec);
            program.runpath = dynamic.runpath.map(<[u8]>::to_vec);
        }
        Ok(program)
    }

    /// The symbols that libraries find in the program.
    pub fn exported(&self) -> Vec<Vec<u8>> {
        let exports = self.imports.iter().filter(|import| import.kind == ImportKind::Export);
        exports.flat_map(|export| export.symbols.iter().map(|symbol| symbol.clone().into_bytes())).collect()
    }
}

/// The imports of a program; for one of other make, the libraries that its dlopen metadata names.
fn imports(elf: &Elf<'_>) -> Result<Vec<ImportReport>, FormatError> {
    let imports: Vec<_> = elf.imports()?.iter().map(ImportReport::from).collect();
    if !imports.is_empty() {
        return Ok(imports);
    }
    let entries = dlopen_metadata(elf)?;
    let library = entries.into_iter().map(|entry| ImportReport {
        kind: ImportKind::Library,
        libraries: entry.soname,
        symbols: Vec::new(),
        version: None,
        version_optional: false,
        // UAPI.12: what says nothing is recommended.
        optional: entry.priority.as_deref() != Some("required"),
        fallback: false,
        no_tls: false,
        feature: entry.feature,
    });
    Ok(library.collect())
}
