//! Binding everything at once. Imports come by library, so that most need nothing but the symbol's address.

use core::ffi::CStr;

use import_dynamic_loader::{Handle, Host, host_if_up};

use crate::error::{ImportErrors, required};
use crate::import::Import;
use crate::registry::imports;
use crate::{debug, handles, library};

/// Binds every import that is linked into the program, as LD_BIND_NOW does.
///
/// # Errors
/// When one that is not optional cannot be bound, after all the others have been; the error names each.
pub fn bind_all() -> Result<(), ImportErrors> {
    let mut last = Last(None);
    let count = required().filter(|import| !last.bind(import)).count();
    for import in imports().filter(|import| import.is_optional()) {
        last.bind(import); // it may be absent
    }
    if count == 0 { Ok(()) } else { Err(ImportErrors { count }) }
}

/// The library in which the last import was found, by the name that it was declared with: imports of one block have the
/// same string.
struct Last(Option<(&'static Host, &'static CStr, Handle)>);

impl Last {
    /// Binds an import; whether it is bound.
    fn bind(&mut self, import: &'static Import) -> bool {
        if import.is_bound() {
            return true;
        }
        if let Some((host, library, handle)) = self.0
            && core::ptr::eq(library, import.library())
            && import.version().is_none()
            && let Some(address) = host.find(handle, import.symbol(), None)
        {
            import.publish(address.as_ptr().cast(), host.link_mode());
            return true;
        }
        let is_bound = import.bind().is_ok();
        self.0 = if debug::is_on() { None } else { self::last(import) };
        is_bound
    }
}

/// The library that an import is looked for in first, if it is open.
fn last(import: &'static Import) -> Option<(&'static Host, &'static CStr, Handle)> {
    let name = import.library();
    let first = || library::candidates(name).next().and_then(handles::find);
    Some((host_if_up()?, name, handles::find(name).or_else(first)?))
}
