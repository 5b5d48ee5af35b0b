//! What was tried to bind an import.

use core::ffi::CStr;
use core::fmt;

use import_dynamic_loader::{DlError, Text};

/// One try that failed.
#[derive(Clone, Copy)]
pub struct Attempt {
    /// What was tried.
    pub what: Attempted,
    library: Text<96>,
    symbol: Text<96>,
    reason: Text<256>,
}

/// What a try was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attempted {
    /// Opening a library.
    Open,
    /// Looking a symbol up.
    Symbol,
    /// Looking a symbol up by version, where the host has no versions.
    Version,
}

impl Attempt {
    pub(crate) fn open(library: &CStr, error: &DlError) -> Self {
        Self::new(Attempted::Open, library, c"", error.message())
    }

    pub(crate) fn symbol(library: &CStr, symbol: &CStr, error: &DlError) -> Self {
        Self::new(Attempted::Symbol, library, symbol, error.message())
    }

    pub(crate) fn version(library: &CStr, symbol: &CStr) -> Self {
        Self::new(Attempted::Version, library, symbol, "this host's libc has no symbol versions")
    }

    fn new(what: Attempted, library: &CStr, symbol: &CStr, reason: &str) -> Self {
        Self {
            what,
            library: Text::new(library.to_bytes()),
            symbol: Text::new(symbol.to_bytes()),
            reason: Text::new(reason.as_bytes()),
        }
    }

    /// The library's file name; empty for the global scope.
    pub fn library(&self) -> &str {
        self.library.as_str()
    }

    /// The symbol; empty when the library could not even be opened.
    pub fn symbol_name(&self) -> &str {
        self.symbol.as_str()
    }

    /// What the host said.
    pub fn reason(&self) -> &str {
        self.reason.as_str()
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.symbol.is_empty() {
            f.write_str(self.symbol.as_str())?;
            f.write_str(" in ")?;
        }
        f.write_str(if self.library.is_empty() { "the global scope" } else { self.library.as_str() })?;
        f.write_str(": ")?;
        f.write_str(self.reason.as_str())
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Tries in order, as many as are kept.
pub(crate) struct Attempts {
    list: [Option<Attempt>; 8],
    cut: bool,
}

impl Attempts {
    pub(crate) const NONE: Self = Self { list: [None; 8], cut: false };

    pub(crate) fn push(&mut self, attempt: Attempt) {
        match self.list.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(attempt),
            None => self.cut = true,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Attempt> {
        self.list.iter().flatten()
    }

    pub(crate) fn are_cut(&self) -> bool {
        self.cut
    }
}
