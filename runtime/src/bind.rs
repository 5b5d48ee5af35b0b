//! Binding an import: resolve, then publish. Any number of threads may bind the same import at once.

use core::sync::atomic::{AtomicBool, Ordering};

use import_dynamic_loader::Host;

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
    let cause = match import_dynamic_loader::host() {
        Ok(host) => match open_requirements(host).and_then(|()| resolve(host, import)) {
            Ok(address) => {
                let code = import.publish(address.as_ptr().cast(), host.link_mode());
                line.end("bound ", import);
                return Ok(code);
            }
            Err(attempts) => Cause::Unresolved(attempts),
        },
        Err(error) => Cause::Host(error),
    };
    match import.fallback() {
        Some(fallback) => {
            line.end("fell back for ", import);
            Ok(import.publish_fallback(fallback))
        }
        None => Err(ImportError::new(import, cause)),
    }
}

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
