//! Opens files for reading without ever holding their bytes in memory of our own.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::format::FormatError;

/// Why a file could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The operating system's answer.
    #[error("{}", plain(.0))]
    Io(#[from] io::Error),
    /// A directory.
    #[error("is a directory")]
    Directory,
    /// A device, pipe or socket: opening one may wait or do something.
    #[error("is not a regular file")]
    NotRegular,
    /// Zero bytes.
    #[error("is empty")]
    Empty,
    /// A file that is no program or library.
    #[error(transparent)]
    Format(#[from] FormatError),
}

/// The operating system's message without Rust's `(os error 2)`.
pub fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// A mapped file.
#[derive(Debug)]
pub struct Input {
    path: PathBuf,
    metadata: Metadata,
    map: Mmap,
}

impl Input {
    /// Opens and maps the regular file at `path`.
    ///
    /// # Errors
    /// See [`FileError`]; the contents are not looked at.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        // Asked before opening, since opening a pipe waits for its other end.
        check_type(&std::fs::metadata(path)?)?;
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        check_type(&metadata)?;
        // SAFETY: the mapping is private and read-only, and is used as plain bytes, every read bounds-checked. Another
        // process that changes the file meanwhile can change what is read, which no reader relies on; one that
        // truncates it can stop this process with SIGBUS, as it can with any program that maps files.
        let map = unsafe { Mmap::map(&file) }?;
        if map.is_empty() {
            return Err(FileError::Empty);
        }
        Ok(Input { path: path.to_owned(), metadata, map })
    }

    /// The contents.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// The path that it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Size in bytes, mode, identity.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

fn check_type(metadata: &Metadata) -> Result<(), FileError> {
    match metadata.file_type() {
        kind if kind.is_dir() => Err(FileError::Directory),
        kind if !kind.is_file() => Err(FileError::NotRegular),
        _ if metadata.len() == 0 => Err(FileError::Empty),
        _ => Ok(()),
    }
}
