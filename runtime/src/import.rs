//! One declared import: what its declaration says, and its slot.

use core::ffi::{CStr, c_char};

use import_dynamic_loader::LinkMode;

use crate::atomic::AtomicPtr;
use crate::error::ImportError;
use crate::slot::Slot;
use crate::stubs;

/// What an import's declaration says.
pub struct Declaration {
    /// Library alternatives in order, as written; none for the global scope.
    pub libraries: &'static [&'static CStr],
    /// Symbol alternatives in order, at least one.
    pub symbols: &'static [&'static CStr],
    /// The symbol version to ask for.
    pub version: Option<&'static CStr>,
    /// What else it says.
    pub flags: Flags,
    /// The program's own function, used where the import cannot be bound.
    pub fallback: Option<Code>,
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

    pub(crate) const fn is_data(self) -> bool {
        self.0 & Self::DATA != 0
    }
}

/// A declared import: library, symbol, and the slot that its calls go through.
///
/// The slot begins at the import's stub, so that a call needs no test whether it is bound; the stub binds it.
#[repr(C)]
pub struct Import {
    /// What a call jumps to, its first word: the stubs know.
    slot: Slot,
    /// The guest stub, and behind it the bind stub.
    stubs: Code,
    /// The declaration, packed: a small program is largely made of these.
    libraries: *const &'static CStr,
    symbols: *const &'static CStr,
    /// Null for none.
    version: *const c_char,
    /// Null for none.
    fallback: *const (),
    library_count: u16,
    symbol_count: u16,
    flags: Flags,
}

/// Where [`Import::target`] is, for the guest stub.
pub(crate) const TARGET_OFFSET: usize = core::mem::offset_of!(Import, slot.target);

// SAFETY: the slot's words are atomics, the rest is never written.
unsafe impl Sync for Import {}

impl Import {
    /// An unbound import.
    #[doc(hidden)]
    pub const fn new(declaration: &'static Declaration, stubs: *const ()) -> Self {
        let stubs = Code(stubs);
        let Declaration { libraries, symbols, version, flags, fallback } = declaration;
        Self {
            slot: Slot { code: AtomicPtr::new(stubs::unbound(stubs)), target: AtomicPtr::new(core::ptr::null_mut()) },
            stubs,
            libraries: libraries.as_ptr(),
            symbols: symbols.as_ptr(),
            version: match version {
                Some(version) => version.as_ptr(),
                None => core::ptr::null(),
            },
            fallback: match fallback {
                Some(fallback) => fallback.0,
                None => core::ptr::null(),
            },
            library_count: count(libraries),
            symbol_count: count(symbols),
            flags: *flags,
        }
    }

    /// What a call jumps to, where no assembly reads the slot.
    #[doc(hidden)]
    #[inline]
    pub fn target(&'static self) -> *const () {
        stubs::bound(self, self.code())
    }

    /// What the slot holds.
    #[inline]
    pub(crate) fn code(&self) -> *const () {
        self.slot.code()
    }

    /// Binds the import if it is not bound; what a call jumps to then.
    ///
    /// # Errors
    /// When it cannot be bound; nothing has changed then, and a later try may succeed.
    #[doc(hidden)]
    pub fn bind(&'static self) -> Result<*const (), ImportError> {
        let code = self.code();
        if code == stubs::unbound(self.stubs) { crate::bind::bind(self) } else { Ok(code) }
    }

    /// The bound function itself, without the switch of guest mode.
    #[inline]
    pub(crate) fn bare_target(&'static self) -> *const () {
        let target = self.slot.target().cast_const();
        match self.fallback() {
            Some(fallback) if target.is_null() => fallback.0,
            _ => target,
        }
    }

    /// The host's address of a data symbol.
    ///
    /// # Errors
    /// As for [`Import::bind`].
    #[doc(hidden)]
    pub fn address(&'static self) -> Result<*mut (), ImportError> {
        self.bind()?;
        Ok(self.slot.target())
    }

    /// Publishes the host's address.
    pub(crate) fn publish(&'static self, target: *mut (), mode: LinkMode) -> *const () {
        let switches = mode == LinkMode::Guest && self.flags.0 & Flags::NO_TLS == 0 && !self.is_data();
        let code = if switches { stubs::guest(self.stubs, target) } else { target };
        self.slot.publish(target, code);
        code
    }

    /// Publishes the program's own function, unless another thread has found the host's; what a call jumps to.
    pub(crate) fn publish_fallback(&'static self, fallback: Code) -> *const () {
        self.slot.publish_fallback(stubs::unbound(self.stubs), fallback.0.cast_mut())
    }

    /// The program's own function, used where the import cannot be bound.
    pub(crate) fn fallback(&self) -> Option<Code> {
        (!self.fallback.is_null()).then_some(Code(self.fallback))
    }

    pub(crate) fn flags(&self) -> Flags {
        self.flags
    }

    /// Whether the import is bound already.
    pub fn is_bound(&self) -> bool {
        self.code() != stubs::unbound(self.stubs)
    }

    /// The library alternatives, in order, as declared; none for the global scope.
    pub fn libraries(&self) -> &'static [&'static CStr] {
        // SAFETY: a slice's start and length (`new`).
        unsafe { core::slice::from_raw_parts(self.libraries, self.library_count.into()) }
    }

    /// The symbol alternatives, in order.
    pub fn symbols(&self) -> &'static [&'static CStr] {
        // SAFETY: a slice's start and length (`new`).
        unsafe { core::slice::from_raw_parts(self.symbols, self.symbol_count.into()) }
    }

    /// The first symbol alternative.
    pub(crate) fn symbol(&self) -> &'static CStr {
        self.symbols().first().copied().unwrap_or_default()
    }

    /// The first library alternative; empty for the global scope.
    pub(crate) fn library(&self) -> &'static CStr {
        self.libraries().first().copied().unwrap_or_default()
    }

    /// The symbol version asked for.
    pub fn version(&self) -> Option<&'static CStr> {
        // SAFETY: null, or of a C string that stays (`new`).
        (!self.version.is_null()).then(|| unsafe { CStr::from_ptr(self.version) })
    }

    /// Whether the program can do without it.
    pub fn is_optional(&self) -> bool {
        self.flags.is_optional()
    }

    /// Whether the program has a function of its own to use instead.
    pub fn has_fallback(&self) -> bool {
        !self.fallback.is_null()
    }

    /// Whether the symbol is data, not code.
    pub fn is_data(&self) -> bool {
        self.flags.is_data()
    }
}

/// A list's length; the macros see to it that it is short.
const fn count(list: &[&CStr]) -> u16 {
    assert!(list.len() <= u16::MAX as usize);
    list.len() as u16
}

impl core::fmt::Debug for Import {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Import")
            .field("libraries", &self.libraries())
            .field("symbols", &self.symbols())
            .field("version", &self.version())
            .field("bound", &self.is_bound())
            .finish_non_exhaustive()
    }
}
