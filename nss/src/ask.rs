//! Asking C's functions from Rust: buffers that grow while they are too small, and the strings of records.

use core::ffi::{CStr, c_char, c_int};
use core::mem::MaybeUninit;
use core::ptr;
use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;

use crate::error::Error;
use crate::records::{self, Place};

/// A name for C.
pub(crate) fn c_string(name: &str) -> Result<CString, Error> {
    CString::new(name).map_err(|_| Error::NulInName { name: name.to_owned() })
}

/// How large a record may get, in bytes.
const LARGEST: usize = 1 << 24;

/// Asks with a buffer that grows while it is too small.
pub(crate) fn get<R, T>(
    name: &str,
    ask: impl Fn(Place<R>) -> c_int,
    read: impl Fn(&R) -> T,
) -> Result<Option<T>, Error> {
    let mut buffer: Vec<c_char> = vec![0; 1024];
    loop {
        let mut record = MaybeUninit::<R>::uninit();
        let mut result = ptr::null_mut();
        let place = Place {
            record: record.as_mut_ptr(),
            buffer: buffer.as_mut_ptr(),
            length: buffer.len(),
            result: &raw mut result,
        };
        let code = ask(place);
        // SAFETY: null, or the record, whose strings are in the buffer.
        if let Some(record) = unsafe { result.as_ref() } {
            return Ok(Some(read(record)));
        }
        match code {
            libc::ERANGE if buffer.len() < LARGEST => buffer.resize(buffer.len() * 2, 0),
            // So says a libc whose files, or whose sources, do not have the name (getpwnam(3), "ERRORS").
            0 | libc::ENOENT | libc::ESRCH => return Ok(None),
            records::NOBODY => return Err(Error::Nobody { name: name.to_owned() }),
            code => {
                return Err(Error::System { name: name.to_owned(), source: io::Error::from_raw_os_error(code) });
            }
        }
    }
}

/// A string of a record; empty where it has none.
pub(crate) fn text(string: *const c_char) -> OsString {
    // SAFETY: the record's strings are null or end with a null byte.
    let string = unsafe { crate::names::optional(string) };
    OsStr::from_bytes(string.map_or(&[], CStr::to_bytes)).to_owned()
}

/// The strings of a list in a record; none where it has no list.
pub(crate) fn texts(mut list: *mut *mut c_char) -> Vec<OsString> {
    let mut all = Vec::new();
    // SAFETY: null, or an array of C strings that a null pointer ends.
    while let Some(&next) = unsafe { list.as_ref() }
        && !next.is_null()
    {
        all.push(text(next));
        list = list.wrapping_add(1);
    }
    all
}
