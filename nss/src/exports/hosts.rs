//! netdb.h: gethostbyname(3) and gethostbyaddr(3), for C code of before 2001 and what was written after it.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;

use libc::{hostent, socklen_t};

#[cfg(native)]
use super::host_record;
use super::static_record::StaticRecord;
use crate::choice::Provider;
use crate::records::NOBODY;
#[cfg(native)]
use crate::records::Place;
use crate::{host, names};

/// `h_errno`'s value for "no recovery" (netdb.h).
const NO_RECOVERY: c_int = 3;

unsafe extern "C" {
    /// Where the calling thread has `h_errno` in the program's own libc.
    safe fn __h_errno_location() -> *mut c_int;
}

/// gethostbyname2_r(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn gethostbyname2_r(
    name: *const c_char,
    family: c_int,
    record: *mut hostent,
    buffer: *mut c_char,
    length: usize,
    result: *mut *mut hostent,
    h_errno: *mut c_int,
) -> c_int {
    // SAFETY: the caller's, here and below.
    let text = unsafe { CStr::from_ptr(name) };
    match names::provider_of_name("gethostbyname", Some(text)) {
        // SAFETY: as above.
        Provider::Host => unsafe {
            host::gethostbyname2_r(name, family, record, buffer, length, result, h_errno) //
        },
        #[cfg(native)]
        // SAFETY: as above.
        Provider::Native => unsafe {
            host_record::by_name(text, family, Place { record, buffer, length, result }, h_errno) //
        },
        // SAFETY: as above.
        Provider::Nobody => unsafe { nobody(result, h_errno) },
    }
}

/// gethostbyaddr_r(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn gethostbyaddr_r(
    address: *const c_void,
    length: socklen_t,
    family: c_int,
    record: *mut hostent,
    buffer: *mut c_char,
    buffer_length: usize,
    result: *mut *mut hostent,
    h_errno: *mut c_int,
) -> c_int {
    match names::provider_of_address("gethostbyaddr") {
        // SAFETY: the caller's, here and below.
        Provider::Host => unsafe {
            host::gethostbyaddr_r(address, length, family, record, buffer, buffer_length, result, h_errno)
        },
        #[cfg(native)]
        // SAFETY: as above.
        Provider::Native => unsafe {
            let place = Place { record, buffer, length: buffer_length, result };
            host_record::by_address(address, length, family, place, h_errno)
        },
        // SAFETY: as above.
        Provider::Nobody => unsafe { nobody(result, h_errno) },
    }
}

/// Answers that nobody could be asked.
///
/// # Safety
/// - There is room for both.
unsafe fn nobody(result: *mut *mut hostent, h_errno: *mut c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        *result = ptr::null_mut();
        *h_errno = NO_RECOVERY;
    }
    NOBODY
}

/// gethostbyname_r(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn gethostbyname_r(
    name: *const c_char,
    record: *mut hostent,
    buffer: *mut c_char,
    length: usize,
    result: *mut *mut hostent,
    h_errno: *mut c_int,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { gethostbyname2_r(name, libc::AF_INET, record, buffer, length, result, h_errno) }
}

static RECORD: StaticRecord<hostent> = StaticRecord::new();

/// gethostbyname2(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn gethostbyname2(name: *const c_char, family: c_int) -> *mut hostent {
    let h_errno = __h_errno_location();
    // SAFETY: the caller's, and the place is whole.
    RECORD.get(|place| unsafe {
        gethostbyname2_r(name, family, place.record, place.buffer, place.length, place.result, h_errno)
    })
}

/// gethostbyname(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn gethostbyname(name: *const c_char) -> *mut hostent {
    // SAFETY: the caller's.
    unsafe { gethostbyname2(name, libc::AF_INET) }
}

/// gethostbyaddr(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn gethostbyaddr(address: *const c_void, length: socklen_t, family: c_int) -> *mut hostent {
    let h_errno = __h_errno_location();
    // SAFETY: the caller's, and the place is whole.
    RECORD.get(|place| unsafe {
        gethostbyaddr_r(address, length, family, place.record, place.buffer, place.length, place.result, h_errno)
    })
}
