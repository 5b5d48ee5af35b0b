//! `inspect`: what a file says about itself.

mod elf;
mod macho;
mod report;
mod text;

use std::path::Path;

pub use report::{Failure, FileReport, Format, ImportKind, ImportReport, InspectReport, Kind, LinkedImport};
pub use text::{write_matrix, write_report};

pub(crate) use elf::kind;

use crate::file::{FileError, Input};
use crate::format::FormatError;

/// Looks at one file: one report, or one for each machine of a universal Mach-O file.
///
/// # Errors
/// When the file cannot be read, or is damaged.
pub fn inspect_file(path: &Path) -> Result<Vec<FileReport>, FileError> {
    let input = Input::open(path)?;
    Ok(inspect_bytes(&path.to_string_lossy(), input.bytes())?)
}

/// Looks at the contents of a file that is called `path` in the reports.
///
/// # Errors
/// When the file is damaged or not supported.
pub fn inspect_bytes(path: &str, bytes: &[u8]) -> Result<Vec<FileReport>, FormatError> {
    if bytes.starts_with(&object::elf::ELFMAG) {
        return Ok(vec![elf::inspect(path, bytes)?]);
    }
    macho::inspect(path, bytes)
}
