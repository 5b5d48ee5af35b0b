//! The functions of the host's libc that answer lookups.
//!
//! Structures, flags and error numbers are the same in glibc and musl, so that a program of one reads what the other wrote:
//! `addrinfo`, `passwd`, `group`, `servent` and `hostent`; `AI_*`, `NI_*` and `EAI_*` (netdb.h of both), and `errno`'s, which are
//! the kernel's. (musl's `NI_NUMERICSCOPE`, which glibc has not, is answered in names.rs.)

use core::ffi::{c_char, c_int, c_void};

use import_dynamic::import_dynamic;
use libc::{addrinfo, gid_t, group, hostent, passwd, servent, sockaddr, socklen_t, uid_t};

/// What getgrouplist(3) has for a group.
pub(crate) type GroupListItem = gid_t;

#[import_dynamic(
    "libc",
    feature = "nss",
    description = "Names and users as the host's libc knows them",
    priority = "recommended"
)]
unsafe extern "C" {
    /// getaddrinfo(3).
    pub(crate) fn getaddrinfo(
        node: *const c_char,
        service: *const c_char,
        hints: *const addrinfo,
        list: *mut *mut addrinfo,
    ) -> c_int;
    /// getaddrinfo(3).
    pub(crate) fn freeaddrinfo(list: *mut addrinfo);
    /// getnameinfo(3).
    pub(crate) fn getnameinfo(
        address: *const sockaddr,
        length: socklen_t,
        host: *mut c_char,
        host_length: socklen_t,
        service: *mut c_char,
        service_length: socklen_t,
        flags: c_int,
    ) -> c_int;
    /// getaddrinfo(3).
    pub(crate) fn gai_strerror(code: c_int) -> *const c_char;

    /// getpwnam(3).
    pub(crate) fn getpwnam_r(
        name: *const c_char,
        record: *mut passwd,
        buffer: *mut c_char,
        length: usize,
        result: *mut *mut passwd,
    ) -> c_int;
    /// getpwnam(3).
    pub(crate) fn getpwuid_r(
        uid: uid_t,
        record: *mut passwd,
        buffer: *mut c_char,
        length: usize,
        result: *mut *mut passwd,
    ) -> c_int;
    /// getgrnam(3).
    pub(crate) fn getgrnam_r(
        name: *const c_char,
        record: *mut group,
        buffer: *mut c_char,
        length: usize,
        result: *mut *mut group,
    ) -> c_int;
    /// getgrnam(3).
    pub(crate) fn getgrgid_r(
        gid: gid_t,
        record: *mut group,
        buffer: *mut c_char,
        length: usize,
        result: *mut *mut group,
    ) -> c_int;
    /// getgrouplist(3).
    pub(crate) fn getgrouplist(
        user: *const c_char,
        group: GroupListItem,
        groups: *mut GroupListItem,
        count: *mut c_int,
    ) -> c_int;

    /// getpwent(3).
    pub(crate) fn getpwent() -> *mut passwd;
    /// getpwent(3).
    pub(crate) fn setpwent();
    /// getpwent(3).
    pub(crate) fn endpwent();
    /// getgrent(3).
    pub(crate) fn getgrent() -> *mut group;
    /// getgrent(3).
    pub(crate) fn setgrent();
    /// getgrent(3).
    pub(crate) fn endgrent();

    /// getservbyname(3).
    pub(crate) fn getservbyname_r(
        name: *const c_char,
        protocol: *const c_char,
        record: *mut servent,
        buffer: *mut c_char,
        length: usize,
        result: *mut *mut servent,
    ) -> c_int;
    /// getservbyport(3).
    pub(crate) fn getservbyport_r(
        port: c_int,
        protocol: *const c_char,
        record: *mut servent,
        buffer: *mut c_char,
        length: usize,
        result: *mut *mut servent,
    ) -> c_int;
    /// getservent(3).
    pub(crate) fn getservent() -> *mut servent;
    /// getservent(3).
    pub(crate) fn setservent(stay_open: c_int);
    /// getservent(3).
    pub(crate) fn endservent();

    /// gethostbyname(3).
    pub(crate) fn gethostbyname2_r(
        name: *const c_char,
        family: c_int,
        record: *mut hostent,
        buffer: *mut c_char,
        length: usize,
        result: *mut *mut hostent,
        h_errno: *mut c_int,
    ) -> c_int;
    /// gethostbyname(3).
    pub(crate) fn gethostbyaddr_r(
        address: *const c_void,
        length: socklen_t,
        family: c_int,
        record: *mut hostent,
        buffer: *mut c_char,
        buffer_length: usize,
        result: *mut *mut hostent,
        h_errno: *mut c_int,
    ) -> c_int;

    /// getpwent_r(3), which musl has not.
    #[symbol(optional)]
    pub(crate) fn getpwent_r(
        record: *mut passwd,
        buffer: *mut c_char,
        length: usize,
        result: *mut *mut passwd,
    ) -> c_int;
    /// getgrent_r(3), which musl has not.
    #[symbol(optional)]
    pub(crate) fn getgrent_r(record: *mut group, buffer: *mut c_char, length: usize, result: *mut *mut group) -> c_int;

    /// errno(3): where the calling thread has it in the host's libc.
    fn __errno_location() -> *mut c_int;
}

/// Calls a function of the host that tells by `errno` alone whether a null result is an error, and gives the number.
pub(crate) fn with_errno<T>(function: impl FnOnce() -> *mut T) -> (*mut T, c_int) {
    // SAFETY: glibc and musl have it, without preconditions.
    let errno = unsafe { __errno_location() };
    // SAFETY: the calling thread's own errno in the host's libc.
    unsafe { errno.write(0) };
    let result = function();
    // SAFETY: as above.
    (result, unsafe { errno.read() })
}
