//! errno of the side that is running: each libc has its own, in its own thread-local storage.

use crate::error::Errno;
use crate::guest::area;
use crate::guest::handlers;
use crate::{arch, optional};

/// Stores an error where C callers of the side look for it whose thread pointer is in place. At home also in the guest's
/// errno, if the thread has one: code of the program that asked the host for the function looks there.
pub(crate) fn set(errno: Errno) {
    if let Some((guest, _)) = area::current() {
        return handlers::set_guest_errno(guest, errno);
    }
    set_at(optional::errno_location(), errno);
    // SAFETY: home's thread pointer is in place; this thread's own word.
    let guest = unsafe { *arch::guest_thread_pointer_word() };
    if !guest.is_null() {
        handlers::set_guest_errno(guest, errno);
    }
}

/// Home's errno, whose thread pointer is in place; 0 where home has none.
pub(crate) fn home() -> Errno {
    match optional::errno_location() {
        0 => Errno(0),
        // SAFETY: __errno_location(3) of the libc whose thread pointer is in place.
        location => unsafe {
            let location: extern "C" fn() -> *mut i32 = core::mem::transmute(location);
            Errno(*location())
        },
    }
}

/// Stores an error by way of a libc's `__errno_location`, 0 for none.
pub(crate) fn set_at(location: usize, errno: Errno) {
    if location != 0 {
        // SAFETY: __errno_location(3) of the libc whose thread pointer is in place.
        unsafe {
            let location: extern "C" fn() -> *mut i32 = core::mem::transmute(location);
            *location() = errno.0;
        }
    }
}
