//! grp.h: getgrnam(3), getgrent(3), getgrouplist(3), initgroups(3).

use core::ffi::{CStr, c_char, c_int};
use core::ptr;
#[cfg(native)]
use core::sync::atomic::{AtomicUsize, Ordering};

use libc::{gid_t, group};

use super::static_record::StaticRecord;
use crate::choice::Provider;
#[cfg(native)]
use crate::files::groups;
use crate::host;
use crate::records::{self, Place};

/// getgrnam_r(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getgrnam_r(
    name: *const c_char,
    record: *mut group,
    buffer: *mut c_char,
    length: usize,
    result: *mut *mut group,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { records::getgrnam_r(CStr::from_ptr(name), Place { record, buffer, length, result }) }
}

/// getgrgid_r(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getgrgid_r(
    id: gid_t,
    record: *mut group,
    buffer: *mut c_char,
    length: usize,
    result: *mut *mut group,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { records::getgrgid_r(id, Place { record, buffer, length, result }) }
}

static RECORD: StaticRecord<group> = StaticRecord::new();

/// getgrnam(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getgrnam(name: *const c_char) -> *mut group {
    // SAFETY: the caller's.
    let name = unsafe { CStr::from_ptr(name) };
    // SAFETY: the place is whole.
    RECORD.get(|place| unsafe { records::getgrnam_r(name, place) })
}

/// getgrgid(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getgrgid(id: gid_t) -> *mut group {
    // SAFETY: the place is whole.
    RECORD.get(|place| unsafe { records::getgrgid_r(id, place) })
}

/// How many records of the file have been given.
#[cfg(native)]
static GIVEN: AtomicUsize = AtomicUsize::new(0);

/// getgrent(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getgrent() -> *mut group {
    match records::provider_of("getgrent", &"next") {
        Provider::Host => {
            // SAFETY: the caller's.
            let (record, errno) = host::with_errno(|| unsafe { host::getgrent() });
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
unsafe fn next(index: usize, place: Place<group>) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        place.fill(groups::read(), |file, buffer| groups::groups(file).nth(index).map(|group| group.record(buffer)))
    }
}

/// getgrent(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn setgrent() {
    match records::provider_of("setgrent", &"") {
        // SAFETY: the caller's.
        Provider::Host => unsafe { host::setgrent() },
        #[cfg(native)]
        Provider::Native => GIVEN.store(0, Ordering::Relaxed),
        Provider::Nobody => {}
    }
}

/// getgrent(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn endgrent() {
    match records::provider_of("endgrent", &"") {
        // SAFETY: the caller's.
        Provider::Host => unsafe { host::endgrent() },
        #[cfg(native)]
        Provider::Native => GIVEN.store(0, Ordering::Relaxed),
        Provider::Nobody => {}
    }
}

/// getgrent_r(3), which glibc's programs have.
///
/// # Safety
/// - As for the C function.
#[cfg(target_env = "gnu")]
#[unsafe(no_mangle)]
unsafe extern "C" fn getgrent_r(
    record: *mut group,
    buffer: *mut c_char,
    length: usize,
    result: *mut *mut group,
) -> c_int {
    let place = Place { record, buffer, length, result };
    let provider = records::provider_of("getgrent_r", &"next");
    if provider == Provider::Host
        && let Ok(function) = host::getgrent_r::resolve()
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

/// getgrouplist(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getgrouplist(user: *const c_char, group: gid_t, list: *mut gid_t, count: *mut c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe { records::getgrouplist(CStr::from_ptr(user), group, list, count) }
}

/// initgroups(3), which sets them through the program's own libc: that one knows all of the program's threads.
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn initgroups(user: *const c_char, group: gid_t) -> c_int {
    // SAFETY: the caller's.
    let user = unsafe { CStr::from_ptr(user) };
    let mut list: Vec<gid_t> = vec![0; 32];
    loop {
        let mut count = c_int::try_from(list.len()).unwrap_or(c_int::MAX);
        // SAFETY: room for as many as said.
        let total = unsafe { records::getgrouplist(user, group, list.as_mut_ptr(), &raw mut count) };
        let needed = usize::try_from(count).unwrap_or(0);
        if total < 0 && needed <= list.len() {
            return -1; // nobody answers, and errno says so
        }
        list.resize(needed, 0);
        if total >= 0 {
            // SAFETY: the list is as long as said.
            return unsafe { libc::setgroups(list.len(), list.as_ptr()) };
        }
    }
}
