//! ELF dlopen metadata (UAPI.12): what a program says it may open, for any tool to read.

use serde::{Deserialize, Serialize};

use crate::elf::Elf;
use crate::format::FormatError;
use crate::note::{DLOPEN_OWNER, DLOPEN_TYPE};

/// One group of alternatives that a program may open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DlopenEntry {
    /// The alternatives, by preference.
    pub soname: Vec<String>,
    /// The feature of the program that needs one of them.
    #[serde(default)]
    pub feature: Option<String>,
    /// What the feature is.
    #[serde(default)]
    pub description: Option<String>,
    /// `required`, `recommended` or `suggested`.
    #[serde(default)]
    pub priority: Option<String>,
}

/// All dlopen metadata of the file.
///
/// # Errors
/// When the notes cannot be read or one holds no array of such objects.
pub fn dlopen_metadata(elf: &Elf<'_>) -> Result<Vec<DlopenEntry>, FormatError> {
    let mut found = Vec::new();
    for note in elf.notes_of(DLOPEN_OWNER)? {
        if note.kind != DLOPEN_TYPE {
            continue;
        }
        let json = note.desc.split(|&byte| byte == 0).next().unwrap_or(&[]);
        let entries: Vec<DlopenEntry> =
            serde_json::from_slice(json).map_err(|_| FormatError::Damaged("dlopen metadata"))?;
        found.extend(entries);
    }
    Ok(found)
}
