//! netdb.h: getaddrinfo(3), getnameinfo(3).

use core::ffi::{c_char, c_int};

use libc::{addrinfo, sockaddr, socklen_t};

use crate::choice::{Resolver, State};
use crate::{host, messages, names};

/// getaddrinfo(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getaddrinfo(
    node: *const c_char,
    service: *const c_char,
    hints: *const addrinfo,
    result: *mut *mut addrinfo,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { names::getaddrinfo(node, service, hints, result) }
}

/// getaddrinfo(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn freeaddrinfo(list: *mut addrinfo) {
    // SAFETY: the caller's.
    unsafe { names::freeaddrinfo(list) };
}

/// getnameinfo(3).
///
/// # Safety
/// - As for the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn getnameinfo(
    address: *const sockaddr,
    length: socklen_t,
    host: *mut c_char,
    host_length: socklen_t,
    service: *mut c_char,
    service_length: socklen_t,
    flags: c_int,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { names::getnameinfo(address, length, (host, host_length), (service, service_length), flags) }
}

/// getaddrinfo(3): in the words of the host, if it is there.
#[unsafe(no_mangle)]
extern "C" fn gai_strerror(code: c_int) -> *const c_char {
    if is_host() {
        // SAFETY: it has no preconditions.
        return unsafe { host::gai_strerror(code) };
    }
    messages::of(code).as_ptr()
}

/// Whether the host's libc is what answers where no name is asked for.
fn is_host() -> bool {
    matches!(State::get().resolver(), Resolver::Auto | Resolver::Host) && import_dynamic::host().is_ok()
}
