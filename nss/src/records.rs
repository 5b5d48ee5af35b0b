//! Users, groups and services, asked of whoever answers: getpwnam(3), getgrnam(3), getgrouplist(3), getservbyname(3).

use core::ffi::{CStr, c_char, c_int};
use core::fmt;
use core::ptr;

#[cfg(target_os = "linux")]
use libc::servent;
use libc::{gid_t, group, passwd, uid_t};

#[cfg(native)]
use crate::buffer::{Buffer, Full};
use crate::choice::{Lookup, Provider, provider};
#[cfg(native)]
use crate::files::{groups, services, users};
use crate::host::{self, GroupListItem};

/// The value of the `_r` functions when nobody answers.
pub(crate) const NOBODY: c_int = libc::ENOSYS;

/// Who answers for a name or a number.
pub(crate) fn provider_of(function: &'static str, subject: &dyn fmt::Display) -> Provider {
    provider(Lookup { function, subject, host_name: None })
}

/// Where an `_r` function puts its answer.
pub(crate) struct Place<R> {
    pub(crate) record: *mut R,
    pub(crate) buffer: *mut c_char,
    pub(crate) length: usize,
    pub(crate) result: *mut *mut R,
}

impl<R> Place<R> {
    /// Answers from a file that `record` searches: 0 with a record or with none, `ERANGE` if the buffer is too small, or the
    /// `errno` with which the file could not be read.
    ///
    /// # Safety
    /// - As for the C function: room for the record, the result, and as many bytes as said.
    #[cfg(native)]
    pub(crate) unsafe fn fill(
        self,
        file: Result<Vec<u8>, c_int>,
        record: impl FnOnce(&[u8], &mut Buffer) -> Option<Result<R, Full>>,
    ) -> c_int {
        // SAFETY: the caller's.
        let mut buffer = unsafe { Buffer::new(self.buffer, self.length) };
        let (code, found) = match file {
            Ok(file) => match record(&file, &mut buffer) {
                Some(Ok(record)) => (0, Some(record)),
                Some(Err(Full)) => (libc::ERANGE, None),
                None => (0, None),
            },
            Err(errno) => (errno, None),
        };
        // SAFETY: the caller's.
        unsafe {
            *self.result = ptr::null_mut();
            if let Some(record) = found {
                self.record.write(record);
                *self.result = self.record;
            }
        }
        code
    }

    /// Answers that nobody could be asked.
    ///
    /// # Safety
    /// - There is room for the result.
    pub(crate) unsafe fn nobody(self) -> c_int {
        // SAFETY: the caller's.
        unsafe { *self.result = ptr::null_mut() };
        NOBODY
    }
}

/// Asks who answers: the host by its function, with the place behind the arguments given, or a file for a record.
macro_rules! answer {
    (
        $function:literal, $subject:expr, $place:ident,
        host: $host:ident($($argument:expr),*), $file:ident of $records:ident: $found:expr
    ) => {
        match provider_of($function, $subject) {
            Provider::Host => {
                host::$host($($argument,)* $place.record, $place.buffer, $place.length, $place.result)
            }
            #[cfg(native)]
            Provider::Native => {
                $place.fill($records::read(), |$file, buffer| $found.map(|found| found.record(buffer)))
            }
            Provider::Nobody => $place.nobody(),
        }
    };
}

/// getpwnam_r(3).
///
/// # Safety
/// - As for the C function.
pub(crate) unsafe fn getpwnam_r(name: &CStr, place: Place<passwd>) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        answer!(
            "getpwnam", &name.to_string_lossy(), place,
            host: getpwnam_r(name.as_ptr()),
            file of users: users::users(file).find(|user| user.is_named(name.to_bytes()))
        )
    }
}

/// getpwuid_r(3).
///
/// # Safety
/// - As for the C function.
pub(crate) unsafe fn getpwuid_r(uid: uid_t, place: Place<passwd>) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        answer!(
            "getpwuid", &uid, place,
            host: getpwuid_r(uid),
            file of users: users::users(file).find(|user| user.has_id(uid))
        )
    }
}

/// getgrnam_r(3).
///
/// # Safety
/// - As for the C function.
pub(crate) unsafe fn getgrnam_r(name: &CStr, place: Place<group>) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        answer!(
            "getgrnam", &name.to_string_lossy(), place,
            host: getgrnam_r(name.as_ptr()),
            file of groups: groups::groups(file).find(|group| group.is_named(name.to_bytes()))
        )
    }
}

/// getgrgid_r(3).
///
/// # Safety
/// - As for the C function.
pub(crate) unsafe fn getgrgid_r(gid: gid_t, place: Place<group>) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        answer!(
            "getgrgid", &gid, place,
            host: getgrgid_r(gid),
            file of groups: groups::groups(file).find(|group| group.has_id(gid))
        )
    }
}

/// getservbyname_r(3).
///
/// # Safety
/// - As for the C function.
#[cfg(target_os = "linux")]
pub(crate) unsafe fn getservbyname_r(name: &CStr, protocol: Option<&CStr>, place: Place<servent>) -> c_int {
    let protocol_or_null = protocol.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: the caller's.
    unsafe {
        answer!(
            "getservbyname", &name.to_string_lossy(), place,
            host: getservbyname_r(name.as_ptr(), protocol_or_null),
            file of services: services::find(file, protocol.map(CStr::to_bytes), |service| service.is_named(name.to_bytes()))
        )
    }
}

/// getservbyport_r(3), with the port in the host's byte order.
///
/// # Safety
/// - As for the C function.
#[cfg(target_os = "linux")]
pub(crate) unsafe fn getservbyport_r(port: u16, protocol: Option<&CStr>, place: Place<servent>) -> c_int {
    let protocol_or_null = protocol.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: the caller's.
    unsafe {
        answer!(
            "getservbyport", &port, place,
            host: getservbyport_r(port.to_be().into(), protocol_or_null),
            file of services: services::find(file, protocol.map(CStr::to_bytes), |service| service.has_port(port))
        )
    }
}

/// getgrouplist(3): the number of groups, or -1 if `count` is too small for them; `count` becomes their number.
///
/// # Safety
/// - As for the C function.
pub(crate) unsafe fn getgrouplist(
    user: &CStr,
    first: GroupListItem,
    list: *mut GroupListItem,
    count: *mut c_int,
) -> c_int {
    match provider_of("getgrouplist", &user.to_string_lossy()) {
        // SAFETY: the caller's.
        Provider::Host => unsafe { host::getgrouplist(user.as_ptr(), first, list, count) },
        #[cfg(native)]
        Provider::Native => {
            let file = groups::read().unwrap_or_default();
            let all = groups::groups_of(&file, user.to_bytes(), first);
            let total = c_int::try_from(all.len()).unwrap_or(c_int::MAX);
            // SAFETY: the caller's: `count` is how many there is room for.
            unsafe {
                let room = usize::try_from(*count).unwrap_or(0);
                for (index, gid) in all.iter().take(room).enumerate() {
                    list.add(index).write(*gid);
                }
                *count = total;
                if all.len() > room { -1 } else { total }
            }
        }
        Provider::Nobody => {
            // SAFETY: the caller's.
            unsafe { *count = 0 };
            crate::errno::set(NOBODY);
            -1
        }
    }
}
