//! What macro expansions say of an import.

use core::ffi::CStr;

/// What an import's declaration says, but for its names.
#[derive(Clone, Copy)]
pub struct Declaration {
    /// How many symbol alternatives there are, at least one.
    pub symbols: u8,
    /// The symbol version to ask for.
    pub version: Option<&'static CStr>,
    /// What else it says.
    pub flags: Flags,
    /// The program's own function, used where the import cannot be bound.
    pub fallback: Option<Code>,
}

impl Declaration {
    /// What most declarations say: one symbol, and nothing else.
    pub const PLAIN: Self = Self { symbols: 1, version: None, flags: Flags::NONE, fallback: None };
}

/// A code address in a constant.
#[derive(Clone, Copy)]
pub struct Code(pub *const ());

// SAFETY: an address of code, which is never written.
unsafe impl Sync for Code {}
// SAFETY: as above.
unsafe impl Send for Code {}

/// The yes-or-no parts of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// None of them.
    pub const NONE: Self = Self(0);
    const OPTIONAL: u8 = 1;
    const VERSION_OPTIONAL: u8 = 2;
    const NO_TLS: u8 = 4;
    const DATA: u8 = 8;

    /// The import may be absent.
    pub const fn optional(self) -> Self {
        Self(self.0 | Self::OPTIONAL)
    }

    /// A host without symbol versions may give any.
    pub const fn version_optional(self) -> Self {
        Self(self.0 | Self::VERSION_OPTIONAL)
    }

    /// The function touches no thread-local storage.
    pub const fn no_tls(self) -> Self {
        Self(self.0 | Self::NO_TLS)
    }

    /// The symbol is data.
    pub const fn data(self) -> Self {
        Self(self.0 | Self::DATA)
    }

    /// There is a fallback.
    pub const fn fallback(self) -> Self {
        self
    }

    pub(crate) const fn is_optional(self) -> bool {
        self.0 & Self::OPTIONAL != 0
    }

    pub(crate) const fn is_version_optional(self) -> bool {
        self.0 & Self::VERSION_OPTIONAL != 0
    }

    pub(crate) const fn touches_tls(self) -> bool {
        self.0 & Self::NO_TLS == 0
    }

    pub(crate) const fn is_data(self) -> bool {
        self.0 & Self::DATA != 0
    }
}
