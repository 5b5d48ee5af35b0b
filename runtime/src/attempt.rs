//! What was tried to bind an import.

use core::ffi::CStr;
use core::fmt;

use import_dynamic_loader::Text;
use import_dynamic_loader::page::{PageBox, Zeroed};

/// One try that failed.
pub struct Attempt {
    what: Attempted,
    library: Text<96>,
    symbol: Text<96>,
    reason: Text<256>,
}

/// What a try was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Attempted {
    /// Opening a library.
    Open = 0,
    /// Looking a symbol up.
    Symbol,
    /// Looking a symbol up by version, where the host has no versions.
    Version,
}

impl Attempt {
    /// What was tried.
    pub fn what(&self) -> Attempted {
        self.what
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
pub(crate) struct Attempts(Option<PageBox<List>>);

struct List {
    count: usize,
    entries: [Attempt; 8],
}
// SAFETY: numbers, bytes, and an `Attempted` that has a value 0.
unsafe impl Zeroed for List {}

impl Attempts {
    pub(crate) const NONE: Self = Self(None);

    pub(crate) fn push(&mut self, what: Attempted, library: &CStr, symbol: &CStr, reason: &str) {
        if self.0.is_none() {
            self.0 = PageBox::zeroed();
        }
        let Some(list) = self.0.as_deref_mut() else { return };
        if let Some(entry) = list.entries.get_mut(list.count) {
            entry.what = what;
            entry.library.push(library.to_bytes());
            entry.symbol.push(symbol.to_bytes());
            entry.reason.push(reason.as_bytes());
        }
        list.count += 1;
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Attempt> {
        self.0.iter().flat_map(|list| list.entries.iter().take(list.count))
    }

    pub(crate) fn are_cut(&self) -> bool {
        self.0.as_ref().is_none_or(|list| list.count > list.entries.len())
    }
}
