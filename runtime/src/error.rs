//! What can go wrong with an import.

use core::ffi::CStr;
use core::fmt;

use import_dynamic_loader::{Errno, Error as HostError, Message, Sink, format};

use crate::attempt::{Attempts, library_name};
use crate::import::Import;
use crate::registry::{Imports, imports};

pub use crate::attempt::{Attempt, Attempted};

/// An import could not be bound: which, what was tried, and why each try failed.
pub struct ImportError {
    import: &'static Import,
    cause: Cause,
}

/// Why.
pub(crate) enum Cause {
    /// There is no host.
    Host(HostError),
    /// The host has no such library or symbol.
    Unresolved(Attempts),
}

impl ImportError {
    pub(crate) fn new(import: &'static Import, cause: Cause) -> Self {
        Self { import, cause }
    }

    /// The import that could not be bound.
    pub fn import(&self) -> &'static Import {
        self.import
    }

    /// Its symbol (the first alternative).
    pub fn symbol(&self) -> &'static CStr {
        self.import.symbol()
    }

    /// Its library as declared (the first alternative); none for the global scope.
    pub fn library(&self) -> Option<&'static CStr> {
        self.import.libraries().first().copied()
    }

    /// Why there is no host, if that is the reason.
    pub fn host_error(&self) -> Option<&HostError> {
        match &self.cause {
            Cause::Host(error) => Some(error),
            _ => None,
        }
    }

    /// What was tried in the host, in order.
    pub fn attempts(&self) -> impl Iterator<Item = Attempt<'_>> {
        let attempts = match &self.cause {
            Cause::Unresolved(attempts) => Some(attempts),
            _ => None,
        };
        attempts.into_iter().flat_map(Attempts::iter)
    }
}

impl Message for ImportError {
    fn write_to(&self, out: &mut dyn Sink) {
        out.put(b"cannot import ");
        out.put(self.symbol().to_bytes());
        if let Some(version) = self.import.version() {
            out.put(b"@");
            out.put(version.to_bytes());
        }
        out.put(b" from ");
        out.put(library_name(self.import.library()).to_bytes());
        match &self.cause {
            Cause::Host(error) => {
                out.put(b": ");
                error.write_to(out);
            }
            Cause::Unresolved(attempts) => {
                attempts.put(out, c": ");
                if attempts.are_cut() {
                    out.put(b"; and more");
                }
            }
        }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format(self, f)
    }
}

impl fmt::Debug for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImportError(")?;
        fmt::Display::fmt(self, f)?;
        f.write_str(")")
    }
}

impl core::error::Error for ImportError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.cause {
            Cause::Host(error) => Some(error),
            _ => None,
        }
    }
}

/// Some imports of the program could not be bound; every other one is.
pub struct ImportErrors {
    pub(crate) count: usize,
}

impl ImportErrors {
    /// How many.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Why each: every import that is not bound is tried once more.
    pub fn iter(&self) -> impl Iterator<Item = ImportError> {
        required().filter_map(|import| import.bind().err())
    }
}

/// The imports that the program cannot do without.
pub(crate) fn required() -> core::iter::Filter<Imports, fn(&&'static Import) -> bool> {
    imports().filter(|import| !import.is_optional())
}

impl Message for ImportErrors {
    fn write_to(&self, out: &mut dyn Sink) {
        let mut separator: &[u8] = b"";
        for error in self.iter() {
            out.put(separator);
            error.write_to(out);
            separator = b"\n";
        }
    }
}

impl fmt::Display for ImportErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format(self, f)
    }
}

impl fmt::Debug for ImportErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl core::error::Error for ImportErrors {}

/// The errno of a call that went to the host's function, or else to the program's own in its place.
#[inline]
pub fn errno_of(import: &'static Import) -> Errno {
    if import.is_bound_to_host() { crate::errno() } else { import_dynamic_loader::own_errno() }
}

/// A return type that tells by its value that `errno` holds the reason (errno(3)).
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no value that stands for an error: `errno` needs a signed integer or a pointer"
)]
pub trait ErrnoReturn {
    /// Whether the value stands for an error: -1, or null.
    fn is_error(&self) -> bool;
}

macro_rules! errno_return {
    ($($integer:ty)*) => {$(
        impl ErrnoReturn for $integer {
            #[inline]
            fn is_error(&self) -> bool {
                *self == -1
            }
        }
    )*};
}
errno_return!(i8 i16 i32 i64 isize);

impl<T> ErrnoReturn for *mut T {
    #[inline]
    fn is_error(&self) -> bool {
        self.is_null()
    }
}

impl<T> ErrnoReturn for *const T {
    #[inline]
    fn is_error(&self) -> bool {
        self.is_null()
    }
}

const _: fn() = || {
    fn send_and_sync<T: Send + Sync>() {}
    send_and_sync::<ImportError>();
};
