//! Binding an import: resolve, then publish. Any number of threads may bind the same import at once.

use core::sync::atomic::{AtomicBool, Ordering};

use import_dynamic_loader::{Error, Host};

use crate::attempt::Attempts;
use crate::debug;
use crate::error::{Cause, ImportError};
use crate::import::Import;
use crate::registry::requirements;
use crate::resolve::resolve;

/// Binds an import.
#[cold]
pub(crate) fn bind(import: &'static Import) -> Result<*const (), ImportError> {
    let line = debug::Line::start();
    let bound = match import_dynamic_loader::host() {
        Ok(host) => open_requirements(host)
            .and_then(|()| resolve(host, import))
            .map(|address| publish(host, import, address.as_ptr().cast()))
            .map_err(Cause::Unresolved),
        Err(error) => Err(Cause::Host(error)),
    };
    let (verb, code) = match (bound, import.fallback()) {
        (Ok(code), _) => ("bound ", code),
        // This call's alone: what was short now need not be next time.
        (Err(Cause::Host(ref error)), Some(fallback)) if passes(error) => ("fell back once for ", fallback.0),
        (Err(_), Some(fallback)) => ("fell back for ", import.publish_fallback(fallback)),
        (Err(cause), None) => return Err(ImportError::new(import, cause)),
    };
    line.end(verb, import);
    Ok(code)
}

import_dynamic_loader::__if_guest! {{
    /// Whether an error may be gone at the next try: memory, threads, or a bring-up that is under way.
    fn passes(error: &Error) -> bool {
        matches!(error, Error::Memory(_) | Error::Thread(_) | Error::Attach(_) | Error::Recursive)
    }

    /// Publishes the host's function; in guest mode, for one that manages the process as a whole, what stands for it there.
    pub(crate) fn publish(host: &Host, import: &'static Import, found: *mut ()) -> *const () {
        use import_dynamic_loader::LinkMode;
        use import_dynamic_loader::guest::overrides::{Replacement, replacement};

        if host.link_mode() == LinkMode::Guest && !import.is_data() {
            match import.symbols().iter().find_map(|symbol| replacement(host, symbol, found)) {
                Some(Replacement::AtHome(code)) => return import.publish(code.cast_mut(), LinkMode::Native),
                Some(Replacement::InGuest(code)) => return import.publish(code.cast_mut(), LinkMode::Guest),
                None => {}
            }
        }
        import.publish(found, host.link_mode())
    }
} {
    /// A program without a libc of its own has one thread when it brings the host up, and one try.
    fn passes(_: &Error) -> bool {
        false
    }

    /// Publishes the host's function.
    pub(crate) fn publish(host: &Host, import: &'static Import, found: *mut ()) -> *const () {
        import.publish(found, host.link_mode())
    }
}}

/// Opens the libraries that the program requires, before its first import is bound.
#[inline(never)]
fn open_requirements(host: &Host) -> Result<(), Attempts> {
    static ARE_OPEN: AtomicBool = AtomicBool::new(false);
    if ARE_OPEN.load(Ordering::Relaxed) {
        return Ok(());
    }
    for requirement in requirements() {
        requirement.open(host)?;
    }
    ARE_OPEN.store(true, Ordering::Relaxed); // only saves work: opening again would do no harm
    Ok(())
}
