//! Socket addresses as C has them.

use core::mem;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use libc::{sockaddr, sockaddr_in, sockaddr_in6, sockaddr_storage, socklen_t};

/// Stores an address as the kernel reads it, and gives its length.
pub(crate) fn store(storage: &mut sockaddr_storage, address: SocketAddr) -> socklen_t {
    let storage: *mut sockaddr_storage = storage;
    match address {
        SocketAddr::V4(address) => {
            // SAFETY: a structure of integers, for which zeros are valid.
            let mut stored: sockaddr_in = unsafe { mem::zeroed() };
            #[cfg(not(target_os = "linux"))]
            {
                stored.sin_len = size_of::<sockaddr_in>() as u8;
            }
            stored.sin_family = libc::AF_INET as _;
            stored.sin_port = address.port().to_be();
            stored.sin_addr.s_addr = u32::from_ne_bytes(address.ip().octets());
            // SAFETY: `sockaddr_storage` is as large as any address, and as aligned.
            unsafe { storage.cast::<sockaddr_in>().write(stored) };
            size_of::<sockaddr_in>() as _
        }
        SocketAddr::V6(address) => {
            // SAFETY: as above.
            let mut stored: sockaddr_in6 = unsafe { mem::zeroed() };
            #[cfg(not(target_os = "linux"))]
            {
                stored.sin6_len = size_of::<sockaddr_in6>() as u8;
            }
            stored.sin6_family = libc::AF_INET6 as _;
            stored.sin6_port = address.port().to_be();
            stored.sin6_flowinfo = address.flowinfo();
            stored.sin6_addr.s6_addr = address.ip().octets();
            stored.sin6_scope_id = address.scope_id();
            // SAFETY: as above.
            unsafe { storage.cast::<sockaddr_in6>().write(stored) };
            size_of::<sockaddr_in6>() as _
        }
    }
}

/// Reads an address; none if it is of another family, or too short for its own.
///
/// # Safety
/// - The pointer is null, or there are `length` readable bytes.
pub(crate) unsafe fn read(address: *const sockaddr, length: socklen_t) -> Option<SocketAddr> {
    let length = length as usize;
    if address.is_null() || length < size_of::<libc::sa_family_t>() + 1 {
        return None;
    }
    // SAFETY: the caller's, for the family; reading takes no alignment for granted.
    let family = i32::from(unsafe { (&raw const (*address).sa_family).read_unaligned() });
    match family {
        libc::AF_INET if length >= size_of::<sockaddr_in>() => {
            // SAFETY: the caller's, and it is long enough.
            let address = unsafe { address.cast::<sockaddr_in>().read_unaligned() };
            let ip = Ipv4Addr::from(address.sin_addr.s_addr.to_ne_bytes());
            Some(SocketAddrV4::new(ip, u16::from_be(address.sin_port)).into())
        }
        libc::AF_INET6 if length >= size_of::<sockaddr_in6>() => {
            // SAFETY: the caller's, and it is long enough.
            let address = unsafe { address.cast::<sockaddr_in6>().read_unaligned() };
            let (ip, port) = (Ipv6Addr::from(address.sin6_addr.s6_addr), u16::from_be(address.sin6_port));
            Some(SocketAddrV6::new(ip, port, address.sin6_flowinfo, address.sin6_scope_id).into())
        }
        _ => None,
    }
}
