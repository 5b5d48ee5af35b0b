//! pwd.h and grp.h: getpwnam(3), getpwent(3), getgrnam(3), getgrent(3), getgrouplist(3), initgroups(3).

use core::ffi::{CStr, c_char, c_int};
#[cfg(native)]
use core::sync::atomic::AtomicUsize;
#[cfg(all(native, target_env = "gnu"))]
use core::sync::atomic::Ordering;

use libc::{gid_t, group, passwd, uid_t};

use super::enumeration::Enumeration;
use super::static_record::StaticRecord;
#[cfg(target_env = "gnu")]
use crate::choice::Provider;
use crate::host;
use crate::records::{self, Place};

/// The functions of a sort of records that have a name and a number.
macro_rules! functions {
    (
        $record:ident, $file:ident, $id:ident,
        $by_name:ident, $by_name_r:ident, $by_id:ident, $by_id_r:ident,
        $get:ident, $get_r:ident, $set:ident, $end:ident
    ) => {
        /// By name, into the caller's memory.
        ///
        /// # Safety
        /// - As for the C function.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $by_name_r(
            name: *const c_char,
            record: *mut $record,
            buffer: *mut c_char,
            length: usize,
            result: *mut *mut $record,
        ) -> c_int {
            // SAFETY: the caller's.
            unsafe { records::$by_name_r(CStr::from_ptr(name), Place { record, buffer, length, result }) }
        }

        /// By number, into the caller's memory.
        ///
        /// # Safety
        /// - As for the C function.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $by_id_r(
            id: $id,
            record: *mut $record,
            buffer: *mut c_char,
            length: usize,
            result: *mut *mut $record,
        ) -> c_int {
            // SAFETY: the caller's.
            unsafe { records::$by_id_r(id, Place { record, buffer, length, result }) }
        }

        /// By name, in static memory.
        ///
        /// # Safety
        /// - As for the C function.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $by_name(name: *const c_char) -> *mut $record {
            // SAFETY: the caller's.
            let name = unsafe { CStr::from_ptr(name) };
            // SAFETY: the place is whole.
            $file::RECORD.get(|place| unsafe { records::$by_name_r(name, place) })
        }

        /// By number, in static memory.
        ///
        /// # Safety
        /// - As for the C function.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $by_id(id: $id) -> *mut $record {
            // SAFETY: the place is whole.
            $file::RECORD.get(|place| unsafe { records::$by_id_r(id, place) })
        }

        /// The next of all.
        ///
        /// # Safety
        /// - As for the C function.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $get() -> *mut $record {
            // SAFETY: the caller's.
            unsafe { $file::ALL.next(host::$get) }
        }

        /// The next of all, into the caller's memory, which glibc's programs have.
        ///
        /// # Safety
        /// - As for the C function.
        #[cfg(target_env = "gnu")]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $get_r(
            record: *mut $record,
            buffer: *mut c_char,
            length: usize,
            result: *mut *mut $record,
        ) -> c_int {
            let place = Place { record, buffer, length, result };
            let provider = records::provider_of(stringify!($get_r), &"next");
            if provider == Provider::Host
                && let Ok(function) = host::$get_r::resolve()
            {
                // SAFETY: the caller's.
                return unsafe { function(place.record, place.buffer, place.length, place.result) };
            }
            #[cfg(native)]
            if provider != Provider::Nobody {
                // A host with musl has this file and nothing else.
                let index = $file::ALL.given.load(Ordering::Relaxed);
                // SAFETY: the caller's.
                let (code, found) = unsafe { ($file::read(index, place), !(*result).is_null()) };
                if found {
                    $file::ALL.given.store(index + 1, Ordering::Relaxed);
                }
                // The end has a number of its own here.
                return if code == 0 && !found { libc::ENOENT } else { code };
            }
            // SAFETY: the caller's.
            unsafe { place.nobody() }
        }

        /// Begins anew.
        ///
        /// # Safety
        /// - As for the C function.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $set() {
            // SAFETY: the caller's.
            $file::ALL.restart(|| unsafe { host::$set() });
        }

        /// Ends going through all.
        ///
        /// # Safety
        /// - As for the C function.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $end() {
            // SAFETY: the caller's.
            $file::ALL.restart(|| unsafe { host::$end() });
        }

        /// What stays between calls.
        mod $file {
            use super::*;

            pub(super) static RECORD: StaticRecord<$record> = StaticRecord::new();

            pub(super) static ALL: Enumeration<$record> = Enumeration {
                name: stringify!($get),
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
            pub(super) unsafe fn read(index: usize, place: Place<$record>) -> c_int {
                use crate::files::$file::{self, $file as all};
                // SAFETY: the caller's.
                unsafe {
                    place.fill($file::read(), |file, buffer| all(file).nth(index).map(|entry| entry.record(buffer)))
                }
            }
        }
    };
}

functions!(passwd, users, uid_t, getpwnam, getpwnam_r, getpwuid, getpwuid_r, getpwent, getpwent_r, setpwent, endpwent);
functions!(group, groups, gid_t, getgrnam, getgrnam_r, getgrgid, getgrgid_r, getgrent, getgrent_r, setgrent, endgrent);

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
