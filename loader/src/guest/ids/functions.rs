//! setuid(2) and its kin as C functions: what both sides find under these names in place of their libcs' own.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::NonNull;

use super::{Change, change};
#[cfg(target_feature = "crt-static")]
use crate::arch::interpose;
use crate::arch::number;
use crate::error::Errno;
use crate::exported::Exported;
use crate::guest::{call, errno, guest_symbol};
use crate::host::host_if_up;
use crate::sys;

/// "Leave it as it is", in the functions with more than one id.
const SAME: u32 = u32::MAX;
const EINVAL: Errno = Errno(22);
const ENOMEM: Errno = Errno(12);

fn run(number: usize, function: &'static CStr, ids: [u32; 3]) -> c_int {
    finish(change(Change { number, function, arguments: ids.map(|id| id as usize) }))
}

fn finish(result: Result<(), Errno>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(error) => {
            errno::set(error);
            -1
        }
    }
}

extern "C" fn setuid(user: u32) -> c_int {
    run(number::SETUID, c"setuid", [user, 0, 0])
}

extern "C" fn setgid(group: u32) -> c_int {
    run(number::SETGID, c"setgid", [group, 0, 0])
}

extern "C" fn setreuid(real: u32, effective: u32) -> c_int {
    run(number::SETREUID, c"setreuid", [real, effective, 0])
}

extern "C" fn setregid(real: u32, effective: u32) -> c_int {
    run(number::SETREGID, c"setregid", [real, effective, 0])
}

extern "C" fn setresuid(real: u32, effective: u32, saved: u32) -> c_int {
    run(number::SETRESUID, c"setresuid", [real, effective, saved])
}

extern "C" fn setresgid(real: u32, effective: u32, saved: u32) -> c_int {
    run(number::SETRESGID, c"setresgid", [real, effective, saved])
}

extern "C" fn seteuid(user: u32) -> c_int {
    if user == SAME { finish(Err(EINVAL)) } else { setresuid(SAME, user, SAME) }
}

extern "C" fn setegid(group: u32) -> c_int {
    if group == SAME { finish(Err(EINVAL)) } else { setresgid(SAME, group, SAME) }
}

extern "C" fn setgroups(count: usize, list: *const u32) -> c_int {
    finish(set_groups(count, list))
}

fn set_groups(count: usize, list: *const u32) -> Result<(), Errno> {
    change(Change { number: number::SETGROUPS, function: c"setgroups", arguments: [count, list as usize, 0] })
}

/// initgroups(3), with the groups that the host's libc knows.
extern "C" fn initgroups(user: *const c_char, group: u32) -> c_int {
    /// As many as a process may have (`<linux/limits.h>`).
    const MOST: usize = 65536;
    const SIZE: usize = MOST * size_of::<u32>();
    let Some(memory) = sys::allocate_pages(SIZE) else { return finish(Err(ENOMEM)) };
    let result = groups_of(user, group, memory, MOST).and_then(|count| set_groups(count, memory.as_ptr().cast()));
    // SAFETY: allocated above, used no more.
    unsafe { sys::free_pages(memory, SIZE) };
    finish(result)
}

/// Asks the guest's getgrouplist(3).
fn groups_of(user: *const c_char, group: u32, memory: NonNull<c_void>, most: usize) -> Result<usize, Errno> {
    let host = host_if_up().ok_or(EINVAL)?;
    let function = guest_symbol(host, c"getgrouplist").ok_or(EINVAL)?;
    let mut count = most as c_int;
    let list = memory.as_ptr() as usize;
    // SAFETY: getgrouplist(3) with room for as many.
    let found = unsafe { call(function, [user as usize, group as usize, list, &raw mut count as usize]) };
    if (found as c_int) < 0 { Err(EINVAL) } else { Ok(usize::try_from(count).unwrap_or(0)) }
}

macro_rules! exported {
    ($($name:literal = $function:ident,)*) => {
        [$(Exported { name: $name, code: $function as *const () },)*]
    };
}

/// How many there are.
pub(crate) const COUNT: usize = 10;

/// All of them, by name.
pub(crate) const ALL: [Exported; COUNT] = exported![
    c"setuid" = setuid,
    c"setgid" = setgid,
    c"setreuid" = setreuid,
    c"setregid" = setregid,
    c"setresuid" = setresuid,
    c"setresgid" = setresgid,
    c"seteuid" = seteuid,
    c"setegid" = setegid,
    c"setgroups" = setgroups,
    c"initgroups" = initgroups,
];

// The symbols that a static program's own code finds before its libc's, whose `initgroups` calls `setgroups`. glibc has most
// of them under another name too, and these as weak symbols. Not in a module of their own, which might be an object of its
// own that no linker takes.
#[cfg(all(target_feature = "crt-static", not(target_env = "musl")))]
macro_rules! interpose_weak {
    ($($name:literal = $function:ident,)*) => { $(interpose!(".globl", $name, $function);)* };
}
#[cfg(all(target_feature = "crt-static", target_env = "musl"))]
macro_rules! interpose_weak {
    ($($name:literal = $function:ident,)*) => { $(interpose!(".weak", $name, $function);)* };
}
#[cfg(target_feature = "crt-static")]
interpose_weak! {
    "setuid" = setuid,
    "setgid" = setgid,
    "setreuid" = setreuid,
    "setregid" = setregid,
    "setresuid" = setresuid,
    "setresgid" = setresgid,
}
#[cfg(target_feature = "crt-static")]
interpose!(".weak", "seteuid", seteuid);
#[cfg(target_feature = "crt-static")]
interpose!(".weak", "setegid", setegid);
#[cfg(target_feature = "crt-static")]
interpose!(".weak", "setgroups", setgroups);
