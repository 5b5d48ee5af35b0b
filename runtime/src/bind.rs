//! Binding an import: resolve, then publish. Any number of threads may bind the same import at once.

use core::ffi::CStr;

use crate::debug;
use crate::error::{Cause, ImportError};
use crate::import::Import;
use crate::resolve::resolve;

/// Binds an import.
#[cold]
pub(crate) fn bind(import: &'static Import) -> Result<*const (), ImportError> {
    let declaration = import.declaration();
    let line = debug::Line::start();
    let cause = match import_dynamic_loader::host() {
        Ok(host) => match resolve(host, declaration) {
            Ok(address) => {
                let code = import.publish(address.as_ptr().cast(), host.link_mode());
                line.end(|| [c"bound ", symbol(import), c" from ", library(import)]);
                return Ok(code);
            }
            Err(attempts) => Cause::Unresolved(attempts),
        },
        Err(error) => Cause::Host(error),
    };
    match declaration.fallback {
        Some(fallback) => {
            line.end(|| [c"fell back for ", symbol(import), c" of ", library(import)]);
            Ok(import.publish_fallback(fallback))
        }
        None => Err(ImportError::new(import, cause)),
    }
}

fn symbol(import: &Import) -> &'static CStr {
    import.symbols().first().copied().unwrap_or(c"?")
}

fn library(import: &Import) -> &'static CStr {
    import.libraries().first().copied().unwrap_or(c"the global scope")
}
