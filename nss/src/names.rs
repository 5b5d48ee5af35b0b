//! Addresses of names and names of addresses, asked of whoever answers: getaddrinfo(3) and getnameinfo(3).

use core::ffi::{CStr, c_char, c_int};
use core::fmt;
use std::borrow::Cow;

use libc::{addrinfo, sockaddr, socklen_t};

use crate::choice::{self, Lookup, Provider};
use crate::host;
#[cfg(native)]
use crate::list;
#[cfg(native)]
use crate::native::{self, Failure, Hints};

/// The value of getaddrinfo(3) when nobody answers.
pub(crate) const NOBODY: c_int = libc::EAI_FAIL;

/// A C string as it is told.
struct Shown<'a>(Option<&'a CStr>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.map(CStr::to_string_lossy) {
            Some(Cow::Borrowed(text)) => write!(f, "{text:?}"),
            Some(Cow::Owned(text)) => write!(f, "{text:?}"),
            None => f.write_str("none"),
        }
    }
}

/// A string that a caller may leave out.
///
/// # Safety
/// - The pointer is null, or a C string that outlives `'a`.
pub(crate) unsafe fn optional<'a>(text: *const c_char) -> Option<&'a CStr> {
    // SAFETY: the caller's.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}

/// Who answers for a name; no name is for the machine's own addresses.
pub(crate) fn provider_of_name(function: &'static str, name: Option<&CStr>) -> Provider {
    let host_name = name.map_or(&b""[..], CStr::to_bytes);
    choice::provider(Lookup { function, subject: &Shown(name), host_name: Some(host_name) })
}

/// Who answers for an address, whose name is not known yet.
pub(crate) fn provider_of_address(function: &'static str) -> Provider {
    choice::provider(Lookup { function, subject: &"an address", host_name: Some(b"") })
}

/// Copies the `errno` of the host's libc to the program's own, where a result says that it has one.
fn with_errno(code: c_int) -> c_int {
    if code == libc::EAI_SYSTEM {
        import_dynamic::errno().set_own();
    }
    code
}

/// getaddrinfo(3).
///
/// # Safety
/// - As for the C function.
pub(crate) unsafe fn getaddrinfo(
    node: *const c_char,
    service: *const c_char,
    hints: *const addrinfo,
    result: *mut *mut addrinfo,
) -> c_int {
    // SAFETY: the caller's: a C string or null.
    let name = unsafe { optional(node) };
    match provider_of_name("getaddrinfo", name) {
        // SAFETY: the caller's.
        Provider::Host => with_errno(unsafe { host::getaddrinfo(node, service, hints, result) }),
        #[cfg(native)]
        Provider::Native => {
            // SAFETY: the caller's: a C string or null, and hints or null.
            let (service, hints) = unsafe { (optional(service), hints.as_ref().map_or(NO_HINTS, Hints::from)) };
            match native::getaddrinfo(name, service, &hints) {
                Ok(found) => {
                    choice::tell_source("getaddrinfo", &Shown(name), found.source);
                    // SAFETY: the caller's: a place for the list.
                    unsafe { *result = list::make(found, hints.flags) };
                    0
                }
                Err(failure) => code(failure),
            }
        }
        Provider::Nobody => NOBODY,
    }
}

/// What a caller without hints asks for in glibc (getaddrinfo(3), "hints").
#[cfg(native)]
const NO_HINTS: Hints =
    Hints { flags: libc::AI_V4MAPPED | libc::AI_ADDRCONFIG, family: libc::AF_UNSPEC, socktype: 0, protocol: 0 };

#[cfg(native)]
impl From<&addrinfo> for Hints {
    fn from(hints: &addrinfo) -> Self {
        Self {
            flags: hints.ai_flags,
            family: hints.ai_family,
            socktype: hints.ai_socktype,
            protocol: hints.ai_protocol,
        }
    }
}

/// The code that C gets, with the program's `errno` set where that tells more.
#[cfg(native)]
fn code(failure: Failure) -> c_int {
    match failure {
        Failure::Code(code) => code,
        Failure::System(errno) => {
            crate::errno::set(errno);
            libc::EAI_SYSTEM
        }
    }
}

/// freeaddrinfo(3): who made an element frees it.
///
/// # Safety
/// - As for the C function: the list is one that [`getaddrinfo`] gave, or the rest of one.
pub(crate) unsafe fn freeaddrinfo(list: *mut addrinfo) {
    // SAFETY: the caller's.
    #[cfg(native)]
    let list = unsafe { list::free(list) };
    if !list.is_null() {
        // SAFETY: the host made it, so there is one.
        unsafe { host::freeaddrinfo(list) };
    }
}

/// getnameinfo(3).
///
/// # Safety
/// - As for the C function.
pub(crate) unsafe fn getnameinfo(
    address: *const sockaddr,
    length: socklen_t,
    (host, host_length): (*mut c_char, socklen_t),
    (service, service_length): (*mut c_char, socklen_t),
    flags: c_int,
) -> c_int {
    match provider_of_address("getnameinfo") {
        Provider::Host => {
            // SAFETY: the caller's.
            let code = unsafe { host::getnameinfo(address, length, host, host_length, service, service_length, flags) };
            with_errno(code)
        }
        #[cfg(native)]
        Provider::Native => {
            // SAFETY: the caller's.
            let Some(address) = (unsafe { crate::address::read(address, length) }) else {
                return libc::EAI_FAMILY;
            };
            let wants = |text: *mut c_char, length| !text.is_null() && length > 0;
            let (wants_host, wants_service) = (wants(host, host_length), wants(service, service_length));
            if !wants_host && !wants_service {
                // As glibc has it: nothing is asked.
                return if flags & libc::NI_NAMEREQD != 0 { libc::EAI_NONAME } else { 0 };
            }
            // What nobody wants is not looked up.
            let mut asked = flags;
            if !wants_host {
                asked = (asked | libc::NI_NUMERICHOST) & !libc::NI_NAMEREQD;
            }
            if !wants_service {
                asked |= libc::NI_NUMERICSERV;
            }
            match native::getnameinfo(address, asked) {
                // SAFETY: the caller's: that many writable bytes each.
                Ok(names) => unsafe {
                    let fits = (!wants_host || copy(&names.host, host, host_length))
                        && (!wants_service || copy(&names.service, service, service_length));
                    if fits { 0 } else { libc::EAI_OVERFLOW }
                },
                Err(failure) => code(failure),
            }
        }
        Provider::Nobody => NOBODY,
    }
}

/// Copies a string with its null byte, if there is room.
///
/// # Safety
/// - There are that many writable bytes.
#[cfg(native)]
unsafe fn copy(text: &CStr, place: *mut c_char, length: socklen_t) -> bool {
    let bytes = text.to_bytes_with_nul();
    let fits = bytes.len() <= length as usize;
    if fits {
        // SAFETY: the caller's, and it fits.
        unsafe { place.cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }
    fits
}
