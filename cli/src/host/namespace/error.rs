//! Why a library would not be opened.

use std::path::PathBuf;

use crate::host::Tried;

/// The library that could not be opened, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// The name that was asked for.
    pub library: String,
    /// The library that asked for it; `None`: the program.
    pub needed_by: Option<String>,
    /// The reason.
    pub why: Why,
}

/// What the interpreter would complain about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is nowhere.
    NotFound {
        /// Every place that was looked at.
        tried: Vec<Tried>,
        /// A directory of `/etc/ld.so.conf` holds it, but the cache does not have it.
        after_ldconfig: Option<PathBuf>,
    },
    /// A file that ends the search, but cannot be used.
    Unusable {
        /// Its path inside of the root.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The library needs a version that another does not define.
    Version {
        /// The version.
        version: String,
        /// The library that should define it.
        of: String,
    },
    /// The library needs a symbol that nobody defines.
    Symbol {
        /// The symbol, with its version if it asks for one.
        symbol: String,
    },
    /// More libraries than can be real.
    TooMany,
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = &self.library;
        match &self.why {
            Why::NotFound { .. } => write!(f, "{name} is not found")?,
            Why::Unusable { path, reason } => write!(f, "{path} {reason}")?,
            Why::Version { version, of } => write!(f, "{name} needs version {version} of {of}")?,
            Why::Symbol { symbol } => write!(f, "{name} needs the symbol {symbol}")?,
            Why::TooMany => write!(f, "{name} is one library too many")?,
        }
        if let Some(requester) = &self.needed_by {
            write!(f, " (needed by {requester})")?;
        }
        if let Why::NotFound { after_ldconfig: Some(path), .. } = &self.why {
            write!(f, "; {} would be found after ldconfig", path.display())?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}
