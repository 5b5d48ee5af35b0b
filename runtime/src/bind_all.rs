//! Binding everything at once. Imports come by library, so that most need nothing but the symbol's address.

use core::ffi::{CStr, c_void};
use core::ptr::NonNull;

use import_dynamic_loader::{Handle, Host, Symbols, host_if_up};

use crate::bind::publish;
use crate::error::{ImportErrors, required};
use crate::import::Import;
use crate::registry::imports;
use crate::{debug, handles, library};

/// Binds every import that is linked into the program, as LD_BIND_NOW does.
///
/// # Errors
/// When one that is not optional cannot be bound, after all the others have been; the error names each.
#[inline] // compiled for the program, as all that it does once for each import
pub fn bind_all() -> Result<(), ImportErrors> {
    let mut last = Last(None);
    let count = required().filter(|import| !last.bind(import)).count();
    for import in imports().filter(|import| import.is_optional()) {
        last.bind(import); // it may be absent
    }
    if count == 0 { Ok(()) } else { Err(ImportErrors { count }) }
}

/// Fewer imports are bound before it is known where their symbols are.
const MANY: usize = 128;

/// The library in which the last import was found.
struct Last(Option<Library>);

struct Library {
    host: &'static Host,
    /// The name that it was declared with: imports of one block have the same string.
    name: &'static CStr,
    handle: Handle,
    symbols: Option<Symbols>,
}

impl Last {
    /// Binds an import; whether it is bound.
    #[inline]
    fn bind(&mut self, import: &'static Import) -> bool {
        if import.is_bound() {
            return true;
        }
        if let Some(library) = &self.0
            && core::ptr::eq(library.name, import.library())
            && import.version().is_none()
            && let Some(address) = library.find(import)
        {
            publish(library.host, import, address.as_ptr().cast());
            return true;
        }
        self.bind_slowly(import)
    }

    /// As every other way of binding does it; whether it is bound.
    #[cold]
    #[inline(never)]
    fn bind_slowly(&mut self, import: &'static Import) -> bool {
        let is_bound = import.bind().is_ok();
        let is_last = self.0.as_ref().is_some_and(|library| core::ptr::eq(library.name, import.library()));
        if is_bound && !is_last {
            // Each has a line of its own there.
            self.0 = if debug::is_on() { None } else { Library::of(import) };
        }
        is_bound
    }
}

impl Library {
    /// The library that an import is looked for in first, if it is open.
    fn of(import: &'static Import) -> Option<Self> {
        let (host, name) = (host_if_up()?, import.library());
        let first = || library::candidates(name).next().and_then(handles::find);
        let handle = handles::find(name).or_else(first)?;
        let symbols = if imports().len() < MANY { None } else { host.symbols(handle) };
        Some(Self { host, name, handle, symbols })
    }

    #[inline]
    fn find(&self, import: &'static Import) -> Option<NonNull<c_void>> {
        let symbol = import.symbol();
        let own = self.symbols.as_ref().and_then(|symbols| symbols.find(symbol, import.hash()));
        own.or_else(|| self.host.find(self.handle, symbol, None))
    }
}
