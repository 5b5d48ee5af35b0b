//! The functions of the host's libc that answer lookups, where it is the program's own.

#[cfg(target_os = "linux")]
use core::ffi::{c_char, c_int};

/// What getgrouplist(3) has for a group.
#[cfg(target_vendor = "apple")]
pub(crate) type GroupListItem = core::ffi::c_int;
/// What getgrouplist(3) has for a group.
#[cfg(not(target_vendor = "apple"))]
pub(crate) type GroupListItem = libc::gid_t;

pub(crate) use libc::{
    freeaddrinfo, getaddrinfo, getgrgid_r, getgrnam_r, getgrouplist, getnameinfo, getpwnam_r, getpwuid_r,
};

// What the crate libc has not.
#[cfg(target_os = "linux")]
unsafe extern "C" {
    /// getservbyname(3).
    pub(crate) fn getservbyname_r(
        name: *const c_char,
        protocol: *const c_char,
        record: *mut libc::servent,
        buffer: *mut c_char,
        length: usize,
        result: *mut *mut libc::servent,
    ) -> c_int;
    /// getservbyname(3).
    pub(crate) fn getservbyport_r(
        port: c_int,
        protocol: *const c_char,
        record: *mut libc::servent,
        buffer: *mut c_char,
        length: usize,
        result: *mut *mut libc::servent,
    ) -> c_int;
}
