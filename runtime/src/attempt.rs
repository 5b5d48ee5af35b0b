//! What was tried to bind an import.

use core::ffi::CStr;
use core::fmt;

use import_dynamic_loader::{Message, Sink, Strings, Texts, format, put_list};

/// One try that failed.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    library: &'a CStr,
    symbol: &'a CStr,
    reason: &'a CStr,
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

/// Why a symbol with a version was not even looked for.
pub(crate) const NO_VERSIONS: &CStr = c"this host's libc has no symbol versions";

impl<'a> Attempt<'a> {
    /// What was tried.
    pub fn what(&self) -> Attempted {
        match () {
            () if self.symbol.is_empty() => Attempted::Open,
            () if self.reason == NO_VERSIONS => Attempted::Version,
            () => Attempted::Symbol,
        }
    }

    /// The library's file name; empty for the global scope.
    pub fn library(&self) -> &'a CStr {
        self.library
    }

    /// The symbol; empty when the library could not even be opened.
    pub fn symbol(&self) -> &'a CStr {
        self.symbol
    }

    /// What the host said.
    pub fn reason(&self) -> &'a CStr {
        self.reason
    }
}

/// What the global scope is called.
const GLOBAL: &CStr = c"the global scope";

/// A library's name in messages, where the empty one stands for the global scope.
#[inline(never)]
pub(crate) fn library_name(name: &CStr) -> &CStr {
    if name.is_empty() { GLOBAL } else { name }
}

impl Message for Attempt<'_> {
    fn write_to(&self, out: &mut dyn Sink) {
        let mut attempts = Attempts::NONE;
        attempts.push(self.library, self.symbol, self.reason);
        attempts.put(out, c"");
    }
}

impl fmt::Display for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format(self, f)
    }
}

impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format(self, f)
    }
}

/// Tries in order, as many as there is room for.
pub(crate) struct Attempts(Texts);

impl Attempts {
    pub(crate) const NONE: Self = Self(Texts::NONE);

    pub(crate) fn push(&mut self, library: &CStr, symbol: &CStr, reason: &CStr) {
        self.0.push(symbol.to_bytes());
        self.0.push(library_name(library).to_bytes());
        self.0.push(reason.to_bytes());
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Attempt<'_>> {
        let mut texts = self.0.iter();
        core::iter::from_fn(move || {
            let (symbol, library, reason) = (texts.next()?, texts.next()?, texts.next()?);
            Some(Attempt { library: if library == GLOBAL { c"" } else { library }, symbol, reason })
        })
    }

    /// Gives all of them: symbol, library, reason.
    pub(crate) fn put(&self, out: &mut dyn Sink, first: &CStr) {
        put_list(out, self.0.iter(), first, Strings::new(" in \0: \0; \0"));
    }

    pub(crate) fn are_cut(&self) -> bool {
        self.0.are_cut()
    }
}
