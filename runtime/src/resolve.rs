//! Finding an import's address: its library alternatives in order, in each its symbol alternatives.

use core::ffi::CStr;
use core::ffi::c_void;
use core::ptr::NonNull;

use import_dynamic_loader::{Handle, Host, Strings, copy};

use crate::attempt::{Attempts, NO_VERSIONS};
use crate::import::Import;
use crate::{debug, handles, library};

/// The address of an import in the host, or everything that was tried.
#[inline(never)]
pub(crate) fn resolve(host: &Host, import: &'static Import) -> Result<NonNull<c_void>, Attempts> {
    let mut search = Search { host, import, attempts: Attempts::NONE };
    if import.libraries().is_empty() {
        return search.in_library(Handle::GLOBAL, c"", "").ok_or(search.attempts);
    }
    for &name in import.libraries() {
        // What is open under this very name is a file; logical names are mapped below.
        if let Some(handle) = handles::find(name) {
            if let Some(address) = search.in_library(handle, name, "") {
                return Ok(address);
            }
            continue;
        }
        let prefix = library::symbol_prefix(name);
        for file in library::candidates(name) {
            if let Some(handle) = open(host, file, &mut search.attempts)
                && let Some(address) = search.in_library(handle, file, prefix)
            {
                return Ok(address);
            }
        }
    }
    Err(search.attempts)
}

/// Opens a library that the program requires for its own sake: the first of its alternatives that is there.
pub(crate) fn open_required(host: &Host, libraries: &'static [&'static CStr]) -> Result<(), Attempts> {
    let mut attempts = Attempts::NONE;
    for name in libraries {
        for file in library::candidates(name) {
            if open(host, file, &mut attempts).is_some() {
                return Ok(());
            }
        }
    }
    Err(attempts)
}

/// Opens a library, once.
fn open(host: &Host, file: &'static CStr, attempts: &mut Attempts) -> Option<Handle> {
    if let Some(handle) = handles::find(file) {
        return Some(handle);
    }
    let line = debug::Line::start();
    let Some(handle) = host.open(file) else {
        attempts.push(file, c"", host.last_error());
        return None;
    };
    handles::remember(file, handle);
    line.end_opened(file);
    Some(handle)
}

/// The search for one import.
struct Search<'a> {
    host: &'a Host,
    import: &'static Import,
    attempts: Attempts,
}

impl Search<'_> {
    #[inline(never)]
    fn in_library(&mut self, handle: Handle, file: &CStr, prefix: &str) -> Option<NonNull<c_void>> {
        let (host, wanted) = (self.host, self.import.version());
        let version = wanted.filter(|_| host.has_versions());
        let is_refused = version.is_none() && wanted.is_some() && !self.import.flags().is_version_optional();
        for &symbol in self.import.symbols() {
            if is_refused {
                self.attempts.push(file, symbol, NO_VERSIONS);
                continue;
            }
            if let Some(address) = host.find(handle, symbol, version) {
                return Some(address);
            }
            self.attempts.push(file, symbol, host.last_error());
            let mut other = [0; 128];
            if let Some(symbol) = prefixed(&mut other, prefix, symbol)
                && let Some(address) = host.find(handle, symbol, version)
            {
                return Some(address);
            }
        }
        None
    }
}

/// `prefix` and `symbol` as one C string in `buffer`, if it fits; none without a prefix.
fn prefixed<'a>(buffer: &'a mut [u8; 128], prefix: &str, symbol: &CStr) -> Option<&'a CStr> {
    let (start, rest) = buffer.split_at_mut_checked(prefix.len())?;
    let rest = rest.get_mut(..symbol.count_bytes() + 1).filter(|_| !prefix.is_empty())?;
    copy(start, prefix.as_bytes());
    copy(rest, symbol.to_bytes_with_nul());
    Strings::all(buffer).next()
}
