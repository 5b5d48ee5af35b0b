//! pwd.h: getpwnam(3), getpwent(3).

use core::ffi::{CStr, c_char, c_int};
use core::ptr;
#[cfg(native)]
use core::sync::atomic::{AtomicUsize, Ordering};

use libc::{passwd, uid_t};

use super::static_record::StaticRecord;
use crate::choice::Provider;
#[cfg(native)]
use crate::files::users;
use crate::host;
use crate::records::{self, Place};

/// getpwnam_r(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getpwnam_r(
    name: *const c_char,
    record: *mut passwd,
    buffer: *mut c_char,
    length: usize,
    result: *mut *mut passwd,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { records::getpwnam_r(CStr::from_ptr(name), Place { record, buffer, length, result }) }
}

/// getpwuid_r(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getpwuid_r(
    id: uid_t,
    record: *mut passwd,
    buffer: *mut c_char,
    length: usize,
    result: *mut *mut passwd,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { records::getpwuid_r(id, Place { record, buffer, length, result }) }
}

static RECORD: StaticRecord<passwd> = StaticRecord::new();

/// getpwnam(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getpwnam(name: *const c_char) -> *mut passwd {
    // SAFETY: the caller's.
    let name = unsafe { CStr::from_ptr(name) };
    // SAFETY: the place is whole.
    RECORD.get(|place| unsafe { records::getpwnam_r(name, place) })
}

/// getpwuid(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getpwuid(id: uid_t) -> *mut passwd {
    // SAFETY: the place is whole.
    RECORD.get(|place| unsafe { records::getpwuid_r(id, place) })
}

/// How many records of the file have been given.
#[cfg(native)]
static GIVEN: AtomicUsize = AtomicUsize::new(0);

/// getpwent(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getpwent() -> *mut passwd {
    match records::provider_of("getpwent", &"next") {
        Provider::Host => {
            // SAFETY: the caller's.
            let (record, errno) = host::with_errno(|| unsafe { host::getpwent() });
            if record.is_null() && errno != 0 {
                crate::errno::set(errno);
            }
            record
        }
        #[cfg(native)]
        Provider::Native => {
            let index = GIVEN.fetch_add(1, Ordering::Relaxed);
            // SAFETY: the place is whole.
            RECORD.get(|place| unsafe { next(index, place) })
        }
        Provider::Nobody => {
            crate::errno::set(records::NOBODY);
            ptr::null_mut()
        }
    }
}

/// The record of the file with this number.
///
/// # Safety
/// - As for [`Place::fill`].
#[cfg(native)]
unsafe fn next(index: usize, place: Place<passwd>) -> c_int {
    // SAFETY: the caller's.
    unsafe { place.fill(users::read(), |file, buffer| users::users(file).nth(index).map(|user| user.record(buffer))) }
}

/// getpwent(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn setpwent() {
    match records::provider_of("setpwent", &"") {
        // SAFETY: the caller's.
        Provider::Host => unsafe { host::setpwent() },
        #[cfg(native)]
        Provider::Native => GIVEN.store(0, Ordering::Relaxed),
        Provider::Nobody => {}
    }
}

/// getpwent(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn endpwent() {
    match records::provider_of("endpwent", &"") {
        // SAFETY: the caller's.
        Provider::Host => unsafe { host::endpwent() },
        #[cfg(native)]
        Provider::Native => GIVEN.store(0, Ordering::Relaxed),
        Provider::Nobody => {}
    }
}

/// getpwent_r(3), which glibc's programs have.
///
/// # Safety
/// - As for the C function.
#[cfg(target_env = "gnu")]
#[unsafe(no_mangle)]
unsafe extern "C" fn getpwent_r(
    record: *mut passwd,
    buffer: *mut c_char,
    length: usize,
    result: *mut *mut passwd,
) -> c_int {
    let place = Place { record, buffer, length, result };
    let provider = records::provider_of("getpwent_r", &"next");
    if provider == Provider::Host
        && let Ok(function) = host::getpwent_r::resolve()
    {
        // SAFETY: the caller's.
        return unsafe { function(place.record, place.buffer, place.length, place.result) };
    }
    #[cfg(native)]
    if provider != Provider::Nobody {
        // A host with musl has this file and nothing else.
        let index = GIVEN.load(Ordering::Relaxed);
        // SAFETY: the caller's.
        let (code, found) = unsafe { (next(index, place), !(*result).is_null()) };
        if found {
            GIVEN.store(index + 1, Ordering::Relaxed);
        }
        // The end has a number of its own here.
        return if code == 0 && !found { libc::ENOENT } else { code };
    }
    // SAFETY: the caller's.
    unsafe { place.nobody() }
}
