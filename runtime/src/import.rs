//! One declared import: what its declaration says, and its slot.

use core::ffi::{CStr, c_char};

use import_dynamic_loader::{LinkMode, Symbols};

use crate::atomic::AtomicPtr;
use crate::declaration::{Code, Declaration, Flags};
use crate::error::ImportError;
use crate::slot::Slot;
use crate::stubs;

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
    /// Of the first symbol's name, for [`Symbols`].
    hash: u32,
    library_count: u8,
    symbol_count: u8,
    flags: Flags,
}

/// Where [`Import::target`] is, for the guest stub.
pub(crate) const TARGET_OFFSET: usize = core::mem::offset_of!(Import, slot.target);

/// The distance of an import from the one before it, which stubs have as a number.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Import>() == 64);

// SAFETY: the slot's words are atomics, the rest is never written.
unsafe impl Sync for Import {}

impl Import {
    /// The unbound imports of one group, which have their libraries in common: alternatives in order, as written; none for
    /// the global scope. `symbols` are those of all imports, one import's behind the other's, and `stubs` likewise.
    #[doc(hidden)]
    pub const fn table<const COUNT: usize>(
        stubs: *const (),
        libraries: &'static [&'static CStr],
        symbols: &'static [&'static CStr],
        declarations: &[Declaration; COUNT],
    ) -> [Self; COUNT] {
        let mut table = [const { Self::new() }; COUNT];
        let library_count = count(libraries);
        let (mut index, mut first) = (0, 0);
        while index < COUNT {
            let Declaration { symbols: symbol_count, version, flags, fallback } = declarations[index];
            let import = &mut table[index];
            import.stubs = Code(stubs.wrapping_byte_add(index * stubs::STRIDE));
            import.slot.code = AtomicPtr::new(stubs::unbound(import.stubs));
            import.libraries = libraries.as_ptr();
            import.library_count = library_count;
            assert!(symbols.len() - first >= symbol_count as usize);
            import.symbols = symbols.as_ptr().wrapping_add(first);
            import.symbol_count = symbol_count;
            if symbol_count > 0 {
                import.hash = Symbols::hash(symbols[first]);
            }
            import.flags = flags;
            if let Some(version) = version {
                import.version = version.as_ptr();
            }
            if let Some(fallback) = fallback {
                import.fallback = fallback.0;
            }
            first += symbol_count as usize;
            index += 1;
        }
        table
    }

    /// What [`Import::table`] starts from.
    const fn new() -> Self {
        Self {
            slot: Slot { code: AtomicPtr::new(core::ptr::null_mut()), target: AtomicPtr::new(core::ptr::null_mut()) },
            stubs: Code(core::ptr::null()),
            libraries: core::ptr::null(),
            symbols: core::ptr::null(),
            version: core::ptr::null(),
            fallback: core::ptr::null(),
            hash: 0,
            library_count: 0,
            symbol_count: 0,
            flags: Flags::NONE,
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
    #[inline]
    pub(crate) fn publish(&'static self, target: *mut (), mode: LinkMode) -> *const () {
        let switches = mode == LinkMode::Guest && self.flags.touches_tls() && !self.is_data();
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
    #[inline]
    pub fn is_bound(&self) -> bool {
        self.code() != stubs::unbound(self.stubs)
    }

    /// Whether it is bound to the host's function, not the program's own in its place.
    pub(crate) fn is_bound_to_host(&self) -> bool {
        !self.slot.target().is_null()
    }

    /// The library alternatives, in order, as declared; none for the global scope.
    #[inline]
    pub fn libraries(&self) -> &'static [&'static CStr] {
        // SAFETY: a slice's start and length (`table`).
        unsafe { core::slice::from_raw_parts(self.libraries, self.library_count.into()) }
    }

    /// The symbol alternatives, in order.
    #[inline]
    pub fn symbols(&self) -> &'static [&'static CStr] {
        // SAFETY: within a slice (`table`).
        unsafe { core::slice::from_raw_parts(self.symbols, self.symbol_count.into()) }
    }

    /// The first symbol alternative.
    #[inline]
    pub(crate) fn symbol(&self) -> &'static CStr {
        self.symbols().first().copied().unwrap_or_default()
    }

    /// Its hash.
    #[inline]
    pub(crate) fn hash(&self) -> u32 {
        self.hash
    }

    /// The first library alternative; empty for the global scope.
    #[inline]
    pub(crate) fn library(&self) -> &'static CStr {
        self.libraries().first().copied().unwrap_or_default()
    }

    /// The symbol version asked for.
    #[inline]
    pub fn version(&self) -> Option<&'static CStr> {
        // SAFETY: null, or of a C string that stays (`table`).
        (!self.version.is_null()).then(|| unsafe { CStr::from_ptr(self.version) })
    }

    /// Whether the program can do without it.
    #[inline]
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

/// Binds `import` if need be and returns the function.
///
/// # Errors
/// As for [`Import::bind`].
///
/// # Safety
/// Behavior is undefined if `Function` is not the type of a pointer to the import's function.
#[inline]
pub unsafe fn resolve<Function: Copy>(import: &'static Import) -> Result<Function, ImportError> {
    let code = import.bind()?;
    const { assert!(size_of::<Function>() == size_of::<*const ()>()) };
    // SAFETY: the caller's: the same address, as a pointer of another type.
    Ok(unsafe { core::mem::transmute_copy::<*const (), Function>(&code) })
}

/// Whether `import` can be bound; binds it if so.
#[inline]
pub fn is_available(import: &'static Import) -> bool {
    import.bind().is_ok()
}

/// A list's length.
const fn count(list: &[&CStr]) -> u8 {
    assert!(list.len() <= u8::MAX as usize, "more than 255 alternatives");
    list.len() as u8
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
