//! `hostent` records from the resolver of our own.

use core::ffi::{CStr, c_char, c_int, c_void};
use std::net::{IpAddr, SocketAddr};

use libc::{hostent, socklen_t};

use crate::buffer::{Buffer, Full};
use crate::native::{self, Failure, Hints};
use crate::records::Place;

/// Values of `h_errno` (netdb.h of glibc and musl).
mod h_errno {
    use core::ffi::c_int;

    pub(super) const NETDB_INTERNAL: c_int = -1;
    pub(super) const HOST_NOT_FOUND: c_int = 1;
    pub(super) const TRY_AGAIN: c_int = 2;
    pub(super) const NO_RECOVERY: c_int = 3;
    pub(super) const NO_DATA: c_int = 4;
}

/// gethostbyname2_r(3).
///
/// # Safety
/// - As for the C function, whose result `place` is.
pub(super) unsafe fn by_name(name: &CStr, family: c_int, place: Place<hostent>, h_errno: *mut c_int) -> c_int {
    let hints = Hints { flags: libc::AI_CANONNAME, family, socktype: libc::SOCK_STREAM, protocol: 0 };
    let found = match family {
        libc::AF_INET | libc::AF_INET6 => native::getaddrinfo(Some(name), None, &hints),
        _ => Err(Failure::System(libc::EAFNOSUPPORT)),
    };
    let record = found.map(|found| {
        let canonical = found.canonical_name.as_deref().unwrap_or(name).to_bytes().to_vec();
        (canonical, found.entries.iter().map(|entry| entry.address.ip()).collect())
    });
    // SAFETY: the caller's.
    unsafe { answer(record, place, h_errno) }
}

/// gethostbyaddr_r(3).
///
/// # Safety
/// - As for the C function, whose result `place` is.
pub(super) unsafe fn by_address(
    address: *const c_void,
    length: socklen_t,
    family: c_int,
    place: Place<hostent>,
    h_errno: *mut c_int,
) -> c_int {
    // SAFETY: the caller's: that many bytes.
    let address: Option<IpAddr> = unsafe {
        match (family, length) {
            (libc::AF_INET, 4) => Some(address.cast::<[u8; 4]>().read().into()),
            (libc::AF_INET6, 16) => Some(address.cast::<[u8; 16]>().read().into()),
            _ => None,
        }
    };
    let record = match address {
        Some(address) => native::getnameinfo(SocketAddr::new(address, 0), libc::NI_NAMEREQD | libc::NI_NUMERICSERV)
            .map(|names| (names.host.into_bytes(), vec![address])),
        None => Err(Failure::System(libc::EAFNOSUPPORT)),
    };
    // SAFETY: the caller's.
    unsafe { answer(record, place, h_errno) }
}

/// Writes the record, or why there is none.
///
/// # Safety
/// - As for [`by_name`].
unsafe fn answer(record: Result<(Vec<u8>, Vec<IpAddr>), Failure>, place: Place<hostent>, h_errno: *mut c_int) -> c_int {
    let (file, error) = match &record {
        Ok(_) => (Ok(Vec::new()), h_errno::NETDB_INTERNAL),
        Err(failure) => {
            let (errno, error) = explain(*failure);
            (if errno == 0 { Ok(Vec::new()) } else { Err(errno) }, error)
        }
    };
    // SAFETY: the caller's.
    let code = unsafe {
        place.fill(file, |_, buffer| Some(write(record.as_ref().ok()?, buffer))) //
    };
    if code != 0 || record.is_err() {
        // SAFETY: the caller's.
        unsafe { *h_errno = error };
    }
    code
}

/// `errno` and `h_errno` of a failure; a name that is not there is no error of the first kind.
fn explain(failure: Failure) -> (c_int, c_int) {
    match failure {
        Failure::System(errno) => (errno, h_errno::NETDB_INTERNAL),
        Failure::Code(libc::EAI_AGAIN) => (libc::EAGAIN, h_errno::TRY_AGAIN),
        Failure::Code(libc::EAI_NODATA) => (0, h_errno::NO_DATA),
        Failure::Code(libc::EAI_NONAME) => (0, h_errno::HOST_NOT_FOUND),
        Failure::Code(_) => (0, h_errno::NO_RECOVERY),
    }
}

fn write((name, addresses): &(Vec<u8>, Vec<IpAddr>), buffer: &mut Buffer) -> Result<hostent, Full> {
    let list = buffer.pointers(addresses.len())?;
    for (index, address) in addresses.iter().enumerate() {
        let bytes = match address {
            IpAddr::V4(address) => copy(&address.octets(), buffer)?,
            IpAddr::V6(address) => copy(&address.octets(), buffer)?,
        };
        list.set(index, bytes);
    }
    let is_ipv6 = addresses.first().is_some_and(IpAddr::is_ipv6);
    Ok(hostent {
        h_name: buffer.string(name)?,
        h_aliases: buffer.pointers(0)?.start.cast::<*mut c_char>(),
        h_addrtype: if is_ipv6 { libc::AF_INET6 } else { libc::AF_INET },
        h_length: if is_ipv6 { 16 } else { 4 },
        h_addr_list: list.start,
    })
}

/// Copies bytes, aligned as an address must be.
fn copy(bytes: &[u8], buffer: &mut Buffer) -> Result<*mut c_char, Full> {
    let place = buffer.take(bytes.len(), align_of::<u32>())?;
    // SAFETY: `take` gave that many bytes of the buffer, which nobody else uses.
    unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    Ok(place.cast())
}
