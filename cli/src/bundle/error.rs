//! Why a bundle cannot be made.

use std::io;
use std::path::PathBuf;

use crate::file::plain;

/// Why a bundle cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A path with `..` where a plain one is needed.
    #[error("{}: paths with .. are not bundled", .0.display())]
    Parent(PathBuf),
    /// Links lead out of the root directory.
    #[error("{}: leads out of the root directory", .0.display())]
    Leaves(PathBuf),
    /// A file of the root that cannot be bundled.
    #[error("{}: {}", path.display(), plain(error))]
    Io {
        /// The path inside of the root.
        path: PathBuf,
        /// What is wrong.
        error: io::Error,
    },
    /// A device, pipe or socket.
    #[error("{}: is neither file, directory nor link", .0.display())]
    Special(PathBuf),
    /// Two things would be at one place.
    #[error("{}: {why}, so the program cannot be there (choose another place with --program)", path.display())]
    Taken {
        /// The place in the bundle.
        path: PathBuf,
        /// What is there.
        why: &'static str,
    },
    /// More than any program needs.
    #[error("more than {0} files")]
    TooMany(usize),
    /// Data was asked for that the host does not have.
    #[error("{what} {name} is not there: {}", looked_at.display())]
    NoData {
        /// Which sort of data.
        what: &'static str,
        /// Its name.
        name: String,
        /// Where it would be.
        looked_at: PathBuf,
    },
    /// The output directory is in use.
    #[error("{}: is there already and not empty", .0.display())]
    InTheWay(PathBuf),
}
