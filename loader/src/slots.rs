//! The symbols of the host's libc that are asked for: one slot each, 0 where the host has none.

/// Defines an index per symbol, their number, and one string with all names; in [`native`] the same as a table.
macro_rules! slots {
    ($($index:ident = $name:literal,)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "indices, named as constants are")]
        enum Index { $($index,)* }
        $(
                pub(crate) const $index: usize = Index::$index as usize;
        )*
        /// How many slots there are.
        pub(crate) const COUNT: usize = [$($name,)*].len();
        /// All names, NUL-terminated, one after another.
        #[cfg(loader)]
        pub(crate) const NAMES: &str = concat!($($name, "\0",)*);

        // The addresses in a dynamic program, which its linker and its interpreter fill in. Weak references of their own
        // names: one that is weak anywhere in a module is weak everywhere in it, and link-time optimisation makes one
        // module of all code.
        #[cfg(all(loader, native))]
        core::arch::global_asm!(
            ".pushsection .data.rel.ro.import_dynamic_native, \"aw\"",
            ".balign 8",
            ".hidden import_dynamic_native",
            ".globl import_dynamic_native",
            "import_dynamic_native:",
            $(
                concat!(".weakref __import_dynamic_native_", $name, ", ", $name), // absent is allowed
                concat!(".quad __import_dynamic_native_", $name),                 // the address, or 0
            )*
            ".popsection",
        );
    };
}

/// The symbols of all link modes, then those given.
macro_rules! slots_and {
    ($($more:tt)*) => { slots! {
    START_MAIN = "__libc_start_main",
    DLOPEN = "dlopen",
    DLSYM = "dlsym",
    DLVSYM = "dlvsym",
    DLERROR = "dlerror",
    ERRNO_LOCATION = "__errno_location",
    VERSION = "gnu_get_libc_version",
    EXIT = "exit",
    FFLUSH = "fflush",
    $($more)*
    } };
}

#[cfg(not(guest))]
slots_and! {}
#[cfg(guest)]
slots_and! {
    PTHREAD_CREATE = "pthread_create",
    PTHREAD_ATTR_INIT = "pthread_attr_init",
    PTHREAD_ATTR_SETSTACKSIZE = "pthread_attr_setstacksize",
    PTHREAD_DETACH = "pthread_detach",
    PTHREAD_SELF = "pthread_self",
    PTHREAD_GETATTR = "pthread_getattr_np",
    PTHREAD_ATTR_GETSTACK = "pthread_attr_getstack",
    PTHREAD_ATTR_DESTROY = "pthread_attr_destroy",
    PTHREAD_KEY_CREATE = "pthread_key_create",
    PTHREAD_SETSPECIFIC = "pthread_setspecific",
    STDOUT = "stdout",
}

/// The addresses of the host's functions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slots(*const [usize; COUNT]);

// SAFETY: addresses that nobody writes any more (`new`).
unsafe impl Send for Slots {}
// SAFETY: as above.
unsafe impl Sync for Slots {}

impl Slots {
    /// The slots at `table`.
    ///
    /// # Safety
    /// Behavior is undefined if any of the following conditions are violated:
    /// - `table` is `COUNT` words that stay, and that nobody writes any more;
    /// - each is 0 or the address of the function that its index stands for.
    pub(crate) unsafe fn new(table: *const usize) -> Self {
        Self(table.cast())
    }

    /// The table of a dynamic program's own libraries.
    #[cfg(all(loader, native))]
    pub(crate) fn native() -> Self {
        // SAFETY: defined above, filled in before any code runs.
        unsafe extern "C" {
            #[link_name = "import_dynamic_native"]
            static TABLE: [usize; COUNT];
        }
        Self(&raw const TABLE)
    }

    /// The address in a slot; 0 where the host has no such symbol.
    pub(crate) fn get(self, index: usize) -> usize {
        // SAFETY: readable words (`new`).
        unsafe { (*self.0).get(index).copied().unwrap_or(0) }
    }

    /// Whether there is all that every host needs.
    pub(crate) fn are_usable(self) -> bool {
        self.get(DLOPEN) != 0 && self.get(DLSYM) != 0
    }
}
