//! Addresses of names and names of addresses, for Rust.

use core::ffi::{CStr, c_char, c_int};
use core::{fmt, mem, ptr};
use std::ffi::CString;
use std::net::{IpAddr, SocketAddr};

use libc::{addrinfo, sockaddr_storage};

use crate::ask::c_string;
use crate::choice::{self, Provider};
use crate::error::Error;
use crate::{address, messages, names};

/// The addresses of a host, in the order in which to try them (RFC 6724).
///
/// The name may be an address, too. Scope ids of addresses (`fe80::1%eth0`) are kept.
///
/// ```
/// for address in import_dynamic_nss::lookup_host("localhost", 80)? {
///     println!("{address}");
/// }
/// # Ok::<(), import_dynamic_nss::Error>(())
/// ```
///
/// # Errors
/// [`Error`], which tells a name that does not exist from one that could not be asked for.
pub fn lookup_host(name: &str, port: u16) -> Result<Addresses, Error> {
    let mut addresses = Query::new(name).socket_type(libc::SOCK_STREAM).lookup()?;
    addresses.port = Some(port);
    Ok(addresses)
}

/// The name of an address.
///
/// # Errors
/// [`Error`]; an address without a name is one, as the C function has it with `NI_NAMEREQD`.
pub fn lookup_addr(address: IpAddr) -> Result<String, Error> {
    let (name, _) = name_info(SocketAddr::new(address, 0), libc::NI_NAMEREQD | libc::NI_NUMERICSERV)?;
    Ok(name)
}

/// The host's and the service's names of a socket address, each as a number where it has no name.
///
/// # Errors
/// [`Error`].
pub fn lookup_socket_addr(address: SocketAddr) -> Result<(String, String), Error> {
    name_info(address, 0)
}

fn name_info(socket: SocketAddr, flags: c_int) -> Result<(String, String), Error> {
    // SAFETY: a structure of integers, for which zeros are valid.
    let mut storage: sockaddr_storage = unsafe { mem::zeroed() };
    let length = address::store(&mut storage, socket);
    // NI_MAXHOST and NI_MAXSERV.
    let (mut host, mut service) = ([0 as c_char; 1025], [0 as c_char; 32]);
    // SAFETY: an address of that length, and two buffers.
    let code = unsafe {
        names::getnameinfo(
            (&raw const storage).cast(),
            length,
            (host.as_mut_ptr(), host.len() as _),
            (service.as_mut_ptr(), service.len() as _),
            flags,
        )
    };
    if code != 0 {
        return Err(error(socket.ip().to_string(), code, b""));
    }
    // SAFETY: the function ends both with a null byte.
    let text = |buffer: &[c_char]| unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_string_lossy().into_owned();
    Ok((text(&host), text(&service)))
}

/// A question for addresses, with all that getaddrinfo(3) can be asked.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    name: Option<&'a str>,
    service: Option<&'a str>,
    flags: c_int,
    family: c_int,
    socket_type: c_int,
    protocol: c_int,
}

impl<'a> Query<'a> {
    /// Asks for the addresses of a host, of any family and for any type of socket.
    pub fn new(name: &'a str) -> Self {
        Self { name: Some(name), service: None, flags: 0, family: libc::AF_UNSPEC, socket_type: 0, protocol: 0 }
    }

    /// Asks for this machine's addresses: to connect to itself, or with `AI_PASSIVE` to listen.
    pub fn local() -> Self {
        Self { name: None, ..Self::new("") }
    }

    /// Asks for the port as well, by the name of a service or as a number.
    pub fn service(mut self, service: &'a str) -> Self {
        self.service = Some(service);
        self
    }

    /// Sets the flags, `AI_*` of the crate libc.
    pub fn flags(mut self, flags: c_int) -> Self {
        self.flags = flags;
        self
    }

    /// Asks for one family only: `AF_INET` or `AF_INET6`.
    pub fn family(mut self, family: c_int) -> Self {
        self.family = family;
        self
    }

    /// Asks for one type of socket only, such as `SOCK_STREAM`.
    pub fn socket_type(mut self, socket_type: c_int) -> Self {
        self.socket_type = socket_type;
        self
    }

    /// Asks for one protocol only, such as `IPPROTO_TCP`.
    pub fn protocol(mut self, protocol: c_int) -> Self {
        self.protocol = protocol;
        self
    }

    /// Asks.
    ///
    /// # Errors
    /// As [`lookup_host`].
    pub fn lookup(&self) -> Result<Addresses, Error> {
        let name = self.name.map(c_string).transpose()?;
        let service = self.service.map(c_string).transpose()?;
        // SAFETY: a structure of integers and pointers, for which zeros are valid.
        let mut hints: addrinfo = unsafe { mem::zeroed() };
        hints.ai_flags = self.flags;
        hints.ai_family = self.family;
        hints.ai_socktype = self.socket_type;
        hints.ai_protocol = self.protocol;
        let pointer = |text: &Option<CString>| text.as_ref().map_or(ptr::null(), |text| text.as_ptr());
        let mut list = ptr::null_mut();
        // SAFETY: C strings or null, hints, and a place for the list.
        let code = unsafe { names::getaddrinfo(pointer(&name), pointer(&service), &raw const hints, &raw mut list) };
        if code != 0 {
            let shown = self.name.or(self.service).unwrap_or_default().to_owned();
            return Err(error(shown, code, self.name.unwrap_or_default().as_bytes()));
        }
        Ok(Addresses { list, next: list, port: None })
    }
}

/// What a code of getaddrinfo(3) or getnameinfo(3) means.
fn error(name: String, code: c_int, host_name: &[u8]) -> Error {
    match code {
        libc::EAI_SYSTEM => Error::System { name, source: std::io::Error::last_os_error() },
        names::NOBODY if choice::provider_quietly(Some(host_name)) == Provider::Nobody => Error::Nobody { name },
        code => Error::Lookup { name, code, message: messages::of(code).to_str().unwrap_or_default() },
    }
}

/// The addresses that a lookup found, in the order in which to try them.
pub struct Addresses {
    list: *mut addrinfo,
    next: *mut addrinfo,
    port: Option<u16>,
}

// SAFETY: the list is this value's alone, and any thread may free it.
unsafe impl Send for Addresses {}
// SAFETY: shared access only reads it.
unsafe impl Sync for Addresses {}

impl Addresses {
    /// The canonical name, if the flags had `AI_CANONNAME`.
    pub fn canonical_name(&self) -> Option<&str> {
        // SAFETY: a list is never empty; its name is a C string or null, and lives as long as it does.
        unsafe { names::optional((*self.list).ai_canonname) }?.to_str().ok()
    }
}

impl Iterator for Addresses {
    type Item = SocketAddr;

    fn next(&mut self) -> Option<SocketAddr> {
        loop {
            // SAFETY: an element of the list, which lives until this value is dropped, or null at the end.
            let element = unsafe { self.next.as_ref() }?;
            self.next = element.ai_next;
            // SAFETY: the element's address, as long as it says.
            let address = unsafe { address::read(element.ai_addr, element.ai_addrlen) };
            if let Some(mut address) = address {
                if let Some(port) = self.port {
                    address.set_port(port);
                }
                return Some(address);
            }
        }
    }
}

impl Drop for Addresses {
    fn drop(&mut self) {
        // SAFETY: the list that the lookup gave, which nobody else has.
        unsafe { names::freeaddrinfo(self.list) };
    }
}

impl fmt::Debug for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Addresses").field("port", &self.port).finish_non_exhaustive()
    }
}
