//! What is wrong with a file that should be a program or library: one named rejection each.

use crate::note::NoteError;

/// Why a file is not accepted as ELF or Mach-O.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// No known magic number.
    #[error("is neither ELF nor Mach-O")]
    Unknown,
    /// A 32-bit file.
    #[error("is a 32-bit {0} file; only 64-bit ones are supported")]
    Class32(&'static str),
    /// A big-endian file.
    #[error("is a big-endian {0} file; only little-endian ones are supported")]
    BigEndian(&'static str),
    /// ELF, but neither program nor library.
    #[error("is neither a program nor a shared library ({0})")]
    NotLinked(&'static str),
    /// The file ends before something that it must hold.
    #[error("is cut short: {what} ends at byte {end}, the file at byte {size}")]
    CutShort {
        /// What is missing.
        what: &'static str,
        /// Where it should end.
        end: u64,
        /// The file's size.
        size: u64,
    },
    /// Something is not as the format says.
    #[error("is damaged: {0}")]
    Damaged(&'static str),
    /// A table that is larger than any real one.
    #[error("is damaged: {what} takes {size} bytes, more than the {limit} that are read")]
    TooLarge {
        /// Which table.
        what: &'static str,
        /// Its size.
        size: u64,
        /// The largest size that is read.
        limit: u64,
    },
    /// A note that cannot be read.
    #[error("is damaged: {0}")]
    Note(#[from] NoteError),
    /// A Mach-O file that cannot be read.
    #[error("is damaged: {0}")]
    MachO(object::read::Error),
}
