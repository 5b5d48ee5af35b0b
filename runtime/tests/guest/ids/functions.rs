//! Functions that change ids: those of the program's libc, and those of the host's that it asks for.

use core::ffi::{c_char, c_int, c_uint};

#[import_dynamic::import_dynamic("libc")]
unsafe extern "C" {
    pub(super) safe fn setuid(user: c_uint) -> c_int;
    pub(super) safe fn setresuid(real: c_uint, effective: c_uint, saved: c_uint) -> c_int;
    pub(super) safe fn setresgid(real: c_uint, effective: c_uint, saved: c_uint) -> c_int;
    pub(super) fn setgroups(count: usize, list: *const c_uint) -> c_int;
    pub(super) fn initgroups(user: *const c_char, group: c_uint) -> c_int;
}

/// Functions that change ids, of one side.
pub(super) struct Functions {
    pub(super) set_user: extern "C" fn(c_uint) -> c_int,
    pub(super) set_users: extern "C" fn(c_uint, c_uint, c_uint) -> c_int,
    pub(super) set_groups: extern "C" fn(c_uint, c_uint, c_uint) -> c_int,
    pub(super) set_more_groups: unsafe extern "C" fn(usize, *const c_uint) -> c_int,
}

pub(super) extern "C" fn home_setuid(user: c_uint) -> c_int {
    // SAFETY: setuid(2) of the home libc.
    unsafe { libc::setuid(user) }
}

pub(super) extern "C" fn home_setresuid(real: c_uint, effective: c_uint, saved: c_uint) -> c_int {
    // SAFETY: likewise.
    unsafe { libc::setresuid(real, effective, saved) }
}

pub(super) extern "C" fn home_setresgid(real: c_uint, effective: c_uint, saved: c_uint) -> c_int {
    // SAFETY: likewise.
    unsafe { libc::setresgid(real, effective, saved) }
}

pub(super) unsafe extern "C" fn home_setgroups(count: usize, list: *const c_uint) -> c_int {
    // SAFETY: the caller's.
    unsafe { libc::setgroups(count as _, list) }
}

pub(super) fn libc_functions() -> Functions {
    Functions {
        set_user: home_setuid,
        set_users: home_setresuid,
        set_groups: home_setresgid,
        set_more_groups: home_setgroups,
    }
}

pub(super) fn imported_functions() -> Functions {
    Functions {
        set_user: setuid::resolve().expect("setuid"),
        set_users: setresuid::resolve().expect("setresuid"),
        set_groups: setresgid::resolve().expect("setresgid"),
        set_more_groups: setgroups::resolve().expect("setgroups"),
    }
}
