//! netdb.h: getservbyname(3), getservent(3).

use core::ffi::{CStr, c_char, c_int};
#[cfg(native)]
use core::sync::atomic::AtomicUsize;

use libc::servent;

use super::enumeration::Enumeration;
use super::static_record::StaticRecord;
#[cfg(native)]
use crate::files::services;
use crate::host;
use crate::names::optional;
use crate::records::{self, Place};

/// getservbyname_r(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getservbyname_r(
    name: *const c_char,
    protocol: *const c_char,
    record: *mut servent,
    buffer: *mut c_char,
    length: usize,
    result: *mut *mut servent,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let place = Place { record, buffer, length, result };
        records::getservbyname_r(CStr::from_ptr(name), optional(protocol), place)
    }
}

/// getservbyport_r(3): `port` is in network byte order.
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getservbyport_r(
    port: c_int,
    protocol: *const c_char,
    record: *mut servent,
    buffer: *mut c_char,
    length: usize,
    result: *mut *mut servent,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let place = Place { record, buffer, length, result };
        records::getservbyport_r(u16::from_be(port as u16), optional(protocol), place)
    }
}

static RECORD: StaticRecord<servent> = StaticRecord::new();

/// getservbyname(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getservbyname(name: *const c_char, protocol: *const c_char) -> *mut servent {
    // SAFETY: the caller's, and the place is whole.
    RECORD.get(|place| unsafe {
        getservbyname_r(name, protocol, place.record, place.buffer, place.length, place.result) //
    })
}

/// getservbyport(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getservbyport(port: c_int, protocol: *const c_char) -> *mut servent {
    // SAFETY: the caller's, and the place is whole.
    RECORD.get(|place| unsafe {
        getservbyport_r(port, protocol, place.record, place.buffer, place.length, place.result) //
    })
}

static ALL: Enumeration<servent> = Enumeration {
    name: "getservent",
    record: &RECORD,
    #[cfg(native)]
    read,
    #[cfg(native)]
    given: AtomicUsize::new(0),
};

/// Writes the record of the file with this number.
///
/// # Safety
/// - As for [`Place::fill`].
#[cfg(native)]
unsafe fn read(index: usize, place: Place<servent>) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        place.fill(services::read(), |file, buffer| {
            services::services(file).nth(index).map(|service| service.record(buffer))
        })
    }
}

/// getservent(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getservent() -> *mut servent {
    // SAFETY: the caller's.
    unsafe { ALL.next(host::getservent) }
}

/// getservent(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn setservent(stay_open: c_int) {
    // SAFETY: the caller's.
    ALL.restart(|| unsafe { host::setservent(stay_open) });
}

/// getservent(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn endservent() {
    // SAFETY: the caller's.
    ALL.restart(|| unsafe { host::endservent() });
}
