//! Finding an import's address: its library alternatives in order, in each its symbol alternatives.

use core::ffi::CStr;
use core::ffi::c_void;
use core::ptr::NonNull;

use import_dynamic_loader::{DlError, Handle, Host};

use crate::attempt::{Attempted, Attempts};
use crate::import::Declaration;
use crate::{debug, handles, library};

/// The address of an import in the host, or everything that was tried.
pub(crate) fn resolve(host: &Host, declaration: &'static Declaration) -> Result<NonNull<c_void>, Attempts> {
    let mut attempts = Attempts::NONE;
    if declaration.libraries.is_empty() {
        return in_library(host, declaration, Handle::GLOBAL, c"", None, &mut attempts).ok_or(attempts);
    }
    for name in declaration.libraries {
        // What is open under this very name is a file; logical names are mapped below.
        if let Some(handle) = handles::find(name) {
            match in_library(host, declaration, handle, name, None, &mut attempts) {
                Some(address) => return Ok(address),
                None => continue,
            }
        }
        let prefix = library::symbol_prefix(name);
        for &file in library::files(name) {
            let found = match open(host, file) {
                Ok(handle) => in_library(host, declaration, handle, file, prefix, &mut attempts),
                Err(error) => {
                    attempts.push(Attempted::Open, file, c"", error.message());
                    None
                }
            };
            if let Some(address) = found {
                return Ok(address);
            }
        }
    }
    Err(attempts)
}

/// Opens a library that the program requires for its own sake: the first of its alternatives that is there.
pub(crate) fn open_required(host: &Host, libraries: &'static [&'static CStr]) -> Result<(), Attempts> {
    let mut attempts = Attempts::NONE;
    for name in libraries {
        for &file in library::files(name) {
            match open(host, file) {
                Ok(_) => return Ok(()),
                Err(error) => attempts.push(Attempted::Open, file, c"", error.message()),
            }
        }
    }
    Err(attempts)
}

/// Opens a library, once.
pub(crate) fn open(host: &Host, file: &'static CStr) -> Result<Handle, DlError> {
    if let Some(handle) = handles::find(file) {
        return Ok(handle);
    }
    let line = debug::Line::start();
    let handle = host.dlopen(file)?;
    handles::remember(file, handle);
    line.end(|| [c"opened ", file]);
    Ok(handle)
}

fn in_library(
    host: &Host,
    declaration: &Declaration,
    handle: Handle,
    file: &CStr,
    prefix: Option<&[u8]>,
    attempts: &mut Attempts,
) -> Option<NonNull<c_void>> {
    for &symbol in declaration.symbols {
        match look_up(host, declaration, handle, symbol) {
            Some(Ok(address)) => return Some(address),
            Some(Err(error)) => attempts.push(Attempted::Symbol, file, symbol, error.message()),
            None => attempts.push(Attempted::Version, file, symbol, "this host's libc has no symbol versions"),
        }
        let mut other = [0; 128];
        if let Some(symbol) = prefix.and_then(|prefix| prefixed(&mut other, prefix, symbol))
            && let Some(Ok(address)) = look_up(host, declaration, handle, symbol)
        {
            return Some(address);
        }
    }
    None
}

/// The address of a symbol in a library; `None` when a version is wanted and the host has none.
fn look_up(
    host: &Host,
    declaration: &Declaration,
    handle: Handle,
    symbol: &CStr,
) -> Option<Result<NonNull<c_void>, DlError>> {
    match declaration.version.map(|version| host.dlvsym(handle, symbol, version)) {
        Some(Some(result)) => Some(result),
        Some(None) if !declaration.flags.is_version_optional() => None,
        _ => Some(host.dlsym(handle, symbol)),
    }
}

/// `prefix` and `symbol` as one C string in `buffer`, if it fits.
fn prefixed<'a>(buffer: &'a mut [u8], prefix: &[u8], symbol: &CStr) -> Option<&'a CStr> {
    let symbol = symbol.to_bytes_with_nul();
    buffer.get_mut(..prefix.len())?.copy_from_slice(prefix);
    buffer.get_mut(prefix.len()..prefix.len() + symbol.len())?.copy_from_slice(symbol);
    CStr::from_bytes_until_nul(buffer).ok()
}
