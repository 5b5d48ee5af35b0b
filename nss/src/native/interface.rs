//! Interfaces by name and by number.

use rustix::net::{AddressFamily, SocketFlags, SocketType, netdevice, socket_with};

/// The number of the interface called so, as `if_nametoindex` tells it.
pub(super) fn index(name: &[u8]) -> Option<u32> {
    let name = core::str::from_utf8(name).ok()?;
    netdevice::name_to_index(any_socket()?, name).ok().filter(|index| *index != 0)
}

/// The name of the interface with this number, as `if_indextoname` tells it.
pub(super) fn name(index: u32) -> Option<String> {
    netdevice::index_to_name(any_socket()?, index).ok()
}

fn any_socket() -> Option<std::os::fd::OwnedFd> {
    let flags = SocketFlags::CLOEXEC;
    socket_with(AddressFamily::INET, SocketType::DGRAM, flags, None)
        .or_else(|_| socket_with(AddressFamily::INET6, SocketType::DGRAM, flags, None))
        .or_else(|_| socket_with(AddressFamily::UNIX, SocketType::DGRAM, flags, None))
        .ok()
}
