//! getaddrinfo(3) of the host.

use core::ffi::{CStr, c_char, c_int};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr::{null, null_mut};

use import_dynamic::{ImportError, import_dynamic};
use libc::addrinfo;

#[import_dynamic("libSystem")]
unsafe extern "C" {
    fn getaddrinfo(
        node: *const c_char,
        service: *const c_char,
        hints: *const addrinfo,
        list: *mut *mut addrinfo,
    ) -> c_int;
    fn freeaddrinfo(list: *mut addrinfo);
    safe fn gai_strerror(code: c_int) -> *const c_char;
}

/// Which addresses are asked for.
#[derive(Clone, Copy)]
pub(crate) enum Family {
    /// Both kinds.
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

/// What the host says about a name that does not resolve.
pub(crate) struct LookupError(pub(crate) String);

/// Whether the host can be asked at all.
pub(crate) fn available() -> Result<(), ImportError> {
    getaddrinfo::resolve()?;
    freeaddrinfo::resolve()?;
    gai_strerror::resolve()?;
    Ok(())
}

/// The addresses of a name in the host's order, each once.
pub(crate) fn lookup(name: &CStr, family: Family) -> Result<Vec<IpAddr>, LookupError> {
    // SAFETY: an addrinfo of zeros is what "no hints" means.
    let mut hints: addrinfo = unsafe { std::mem::zeroed() };
    hints.ai_family = match family {
        Family::Any => libc::AF_UNSPEC,
        Family::V4 => libc::AF_INET,
        Family::V6 => libc::AF_INET6,
    };
    hints.ai_socktype = libc::SOCK_STREAM;
    let mut list = null_mut();
    // SAFETY: getaddrinfo(3): a C string, no service, valid hints, a place for the list.
    let code = unsafe { getaddrinfo(name.as_ptr(), null(), &hints, &mut list) };
    if code != 0 {
        return Err(LookupError(error_text(code)));
    }
    let mut addresses = Vec::new();
    let mut entry = list;
    while !entry.is_null() {
        // SAFETY: an entry of the list, not freed yet.
        let info = unsafe { &*entry };
        // SAFETY: as getaddrinfo(3) fills it.
        if let Some(address) = unsafe { address(info) }
            && !addresses.contains(&address)
        {
            addresses.push(address);
        }
        entry = info.ai_next;
    }
    // SAFETY: the list, made by the same libc, freed once.
    unsafe { freeaddrinfo(list) };
    Ok(addresses)
}

fn error_text(code: c_int) -> String {
    if code == libc::EAI_SYSTEM {
        return io::Error::from_raw_os_error(import_dynamic::errno().0).to_string();
    }
    // SAFETY: gai_strerror(3) gives a C string that stays.
    unsafe { CStr::from_ptr(gai_strerror(code)) }.to_string_lossy().into_owned()
}

/// The address in an entry.
///
/// # Safety
/// `ai_addr` points to an address of the entry's family.
unsafe fn address(info: &addrinfo) -> Option<IpAddr> {
    // SAFETY: the caller's; read unaligned, since a sockaddr is less aligned than what it holds.
    unsafe {
        match info.ai_family {
            libc::AF_INET => {
                let address = info.ai_addr.cast::<libc::sockaddr_in>().read_unaligned();
                Some(Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr)).into())
            }
            libc::AF_INET6 => {
                let address = info.ai_addr.cast::<libc::sockaddr_in6>().read_unaligned();
                Some(Ipv6Addr::from(address.sin6_addr.s6_addr).into())
            }
            _ => None,
        }
    }
}
