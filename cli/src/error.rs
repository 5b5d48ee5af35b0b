//! Everything that ends a subcommand with status 2, one line each.

use std::io;
use std::path::PathBuf;

use crate::bundle::BundleError;
use crate::check::CheckError;
use crate::file::{FileError, plain};

/// Bad input, or output that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that was given.
    #[error("{} {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: FileError,
    },
    /// The root directory.
    #[error("{} cannot be a root directory: {reason}", path.display())]
    Root {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A program that cannot be checked.
    #[error("{} {error}", path.display())]
    Check {
        /// The program.
        path: PathBuf,
        /// Why.
        error: CheckError,
    },
    /// A bundle that cannot be made.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Standard output.
    #[error("standard output: {}", plain(.0))]
    Output(io::Error),
    /// A file that is written.
    #[error("{}: {}", path.display(), plain(error))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why it could not be written.
        error: io::Error,
    },
}
