//! getaddrinfo(3), getnameinfo(3).

use std::ffi::{CStr, c_int};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::ptr;

use import_dynamic::LibcKind;
use import_dynamic_nss::{Error, Query, lookup_addr, lookup_host, lookup_socket_addr};
use libc::addrinfo;

use crate::{BOTH, Case, HOST, hosts};

pub(crate) const CASES: &[Case] = &[
    ("std_resolves_names", BOTH, std_resolves_names),
    ("addresses_with_hints", BOTH, addresses_with_hints),
    ("what_does_not_exist", BOTH, what_does_not_exist),
    ("system_errors_are_in_errno", HOST, system_errors_are_in_errno),
    ("messages_of_codes", BOTH, messages_of_codes),
    ("names_of_addresses", BOTH, names_of_addresses),
    #[cfg(target_env = "musl")]
    ("scopes_are_numbers", BOTH, scopes_are_numbers),
    ("short_buffers_overflow", BOTH, short_buffers_overflow),
    ("rust_functions", BOTH, rust_functions),
    ("threads_look_up", BOTH, threads_look_up),
    ("children_look_up", BOTH, children_look_up),
];

/// A name that no resolver asks a server for: it is not a host name.
pub(crate) const NO_NAME: &CStr = c"no_such_name..";

fn is_local(address: IpAddr) -> bool {
    address.is_loopback()
}

fn std_resolves_names() {
    let all: Vec<SocketAddr> = ("localhost", 80).to_socket_addrs().expect("localhost").collect();
    assert!(!all.is_empty() && all.iter().all(|address| is_local(address.ip()) && address.port() == 80), "{all:?}");
    let literal: Vec<SocketAddr> = ("2001:db8::1", 443).to_socket_addrs().expect("an address").collect();
    assert_eq!(literal, ["[2001:db8::1]:443".parse().unwrap()]);
}

/// getaddrinfo(3) as C calls it.
fn ask(node: &CStr, service: Option<&CStr>, hints: addrinfo) -> Result<*mut addrinfo, c_int> {
    let mut list = ptr::null_mut();
    let service = service.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: C strings, hints and a place for the list.
    match unsafe { libc::getaddrinfo(node.as_ptr(), service, &raw const hints, &raw mut list) } {
        0 => Ok(list),
        code => Err(code),
    }
}

fn hints(flags: c_int, family: c_int, socktype: c_int) -> addrinfo {
    addrinfo {
        ai_flags: flags,
        ai_family: family,
        ai_socktype: socktype,
        ai_protocol: 0,
        ai_addrlen: 0,
        ai_addr: ptr::null_mut(),
        ai_canonname: ptr::null_mut(),
        ai_next: ptr::null_mut(),
    }
}

fn addresses_with_hints() {
    let wanted = hints(libc::AI_CANONNAME | libc::AI_NUMERICSERV, libc::AF_INET, 0);
    let list = ask(c"127.0.0.9", Some(c"53"), wanted).expect("an address");
    let mut kinds = Vec::new();
    let mut next = list;
    // SAFETY: the list that getaddrinfo gave.
    while let Some(element) = unsafe { next.as_ref() } {
        assert_eq!((element.ai_family, element.ai_addrlen), (libc::AF_INET, 16));
        // SAFETY: an address of this family.
        let address = unsafe { element.ai_addr.cast::<libc::sockaddr_in>().read() };
        assert_eq!((address.sin_port, address.sin_addr.s_addr.to_ne_bytes()), (53_u16.to_be(), [127, 0, 0, 9]));
        kinds.push(element.ai_socktype);
        next = element.ai_next;
    }
    assert!(kinds.starts_with(&[libc::SOCK_STREAM, libc::SOCK_DGRAM]), "{kinds:?}");
    // SAFETY: the first element's name, as the flags ask for.
    let canonical = unsafe { CStr::from_ptr((*list).ai_canonname) };
    assert_eq!(canonical, c"127.0.0.9");
    // SAFETY: the list is no longer used.
    unsafe { libc::freeaddrinfo(list) };

    // This machine's own: no name.
    let mut list = ptr::null_mut();
    let passive = hints(libc::AI_PASSIVE, libc::AF_INET, libc::SOCK_STREAM);
    // SAFETY: as above.
    let code = unsafe { libc::getaddrinfo(ptr::null(), c"9".as_ptr(), &raw const passive, &raw mut list) };
    assert_eq!(code, 0);
    // SAFETY: as above.
    unsafe {
        assert_eq!((*(*list).ai_addr.cast::<libc::sockaddr_in>()).sin_addr.s_addr, 0);
        libc::freeaddrinfo(list);
    }
}

fn what_does_not_exist() {
    let code = ask(NO_NAME, None, hints(0, 0, libc::SOCK_STREAM)).expect_err("no such name");
    assert!([libc::EAI_NONAME, libc::EAI_NODATA, libc::EAI_FAIL, libc::EAI_AGAIN].contains(&code), "{code}");
    let numeric = hints(libc::AI_NUMERICHOST, 0, libc::SOCK_STREAM);
    assert_eq!(ask(c"localhost", None, numeric).err(), Some(libc::EAI_NONAME));
    let service = hints(libc::AI_NUMERICSERV, 0, libc::SOCK_STREAM);
    let code = ask(c"127.0.0.1", Some(c"nonsense"), service).expect_err("no such service");
    assert!([libc::EAI_NONAME, libc::EAI_SERVICE].contains(&code), "{code}");
    let code = ask(c"127.0.0.1", None, hints(0, 12345, 0)).expect_err("no such family");
    assert_eq!(code, libc::EAI_FAMILY);
}

fn system_errors_are_in_errno() {
    let wanted = hints(0, 0, libc::SOCK_STREAM);
    // SAFETY: the list that getaddrinfo gave.
    unsafe { libc::freeaddrinfo(ask(c"localhost", None, wanted).expect("localhost")) };
    let none = libc::rlimit { rlim_cur: 3, rlim_max: 3 };
    // SAFETY: a limit for this process alone.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const none) }, 0);
    // SAFETY: this thread's errno.
    unsafe { *libc::__errno_location() = 0 };
    let code = ask(c"localhost", None, wanted).expect_err("no file can be opened");
    let errno = std::io::Error::last_os_error().raw_os_error();
    match import_dynamic::host().map(import_dynamic::Host::libc) {
        Ok(LibcKind::Musl) => assert_ne!(code, 0),
        // glibc 2.31 says in a dynamic C program, too, that something is busy.
        _ => assert!(
            code == libc::EAI_SYSTEM && [Some(libc::EMFILE), Some(libc::EBUSY)].contains(&errno),
            "{code} {errno:?}"
        ),
    }
}

fn messages_of_codes() {
    // SAFETY: the function returns C strings that stay.
    let message = |code| unsafe { CStr::from_ptr(libc::gai_strerror(code)) }.to_str().expect("ASCII");
    assert_ne!(message(libc::EAI_NONAME), message(libc::EAI_AGAIN));
    assert!(message(libc::EAI_FAMILY).contains("family") || message(libc::EAI_FAMILY).contains("Family"));
    assert!(!message(12345).is_empty());
}

/// getnameinfo(3) as C calls it.
fn name_of(address: SocketAddr, host: &mut [u8], service: &mut [u8], flags: c_int) -> c_int {
    let SocketAddr::V4(address) = address else { panic!("the cases are of IPv4") };
    let stored = libc::sockaddr_in {
        sin_family: libc::AF_INET as _,
        sin_port: address.port().to_be(),
        sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(address.ip().octets()) },
        sin_zero: [0; 8],
    };
    // SAFETY: an address, and two buffers of these lengths.
    unsafe {
        libc::getnameinfo(
            (&raw const stored).cast(),
            size_of_val(&stored) as _,
            host.as_mut_ptr().cast(),
            host.len() as _,
            service.as_mut_ptr().cast(),
            service.len() as _,
            flags,
        )
    }
}

fn names_of_addresses() {
    let (mut host, mut service) = ([0; 64], [0; 32]);
    let numeric = libc::NI_NUMERICHOST | libc::NI_NUMERICSERV;
    assert_eq!(name_of(([127, 0, 0, 1], 80).into(), &mut host, &mut service, numeric), 0);
    let text = |bytes: &[u8]| CStr::from_bytes_until_nul(bytes).unwrap().to_str().unwrap().to_owned();
    assert_eq!((text(&host), text(&service)), ("127.0.0.1".into(), "80".into()));
    assert_eq!(name_of(([127, 0, 0, 1], 80).into(), &mut host, &mut [], libc::NI_NUMERICSERV), 0);
    assert!(!text(&host).is_empty());
}

/// Only musl's programs have this flag, and glibc rejects it.
#[cfg(target_env = "musl")]
fn scopes_are_numbers() {
    // SAFETY: a structure of integers, for which zeros are valid.
    let mut address: libc::sockaddr_in6 = unsafe { std::mem::zeroed() };
    address.sin6_family = libc::AF_INET6 as _;
    address.sin6_addr.s6_addr = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    address.sin6_scope_id = 1;
    for (length, expected) in [(9, libc::EAI_OVERFLOW), (10, 0)] {
        let mut host = [0_u8; 10];
        // SAFETY: an address, and a buffer that is at least as long as said.
        let code = unsafe {
            libc::getnameinfo(
                (&raw const address).cast(),
                size_of_val(&address) as _,
                host.as_mut_ptr().cast(),
                length,
                ptr::null_mut(),
                0,
                libc::NI_NUMERICHOST | 0x100,
            )
        };
        assert_eq!(code, expected, "{length} bytes");
        assert!(code != 0 || &host == b"fe80::1%1\0", "{host:?}");
    }
}

fn short_buffers_overflow() {
    let numeric = libc::NI_NUMERICHOST | libc::NI_NUMERICSERV;
    let code = name_of(([127, 0, 0, 1], 80).into(), &mut [0; 5], &mut [0; 32], numeric);
    assert_eq!(code, libc::EAI_OVERFLOW);
    let code = name_of(([127, 0, 0, 1], 80).into(), &mut [0; 10], &mut [0; 2], numeric);
    assert_eq!(code, libc::EAI_OVERFLOW);
}

fn rust_functions() {
    let all: Vec<SocketAddr> = lookup_host("127.0.0.1", 8080).expect("an address").collect();
    assert_eq!(all, [([127, 0, 0, 1], 8080).into()]);
    let scoped: Vec<SocketAddr> = lookup_host("fe80::1%1", 1).expect("an address with a scope").collect();
    assert_eq!(scoped.iter().map(|address| address.to_string()).collect::<Vec<_>>(), ["[fe80::1%1]:1"]);
    let found = Query::new("127.0.0.1").service("80").flags(libc::AI_CANONNAME).lookup().expect("an address");
    assert_eq!(found.canonical_name(), Some("127.0.0.1"));
    assert!(matches!(lookup_host("a\0b", 1), Err(Error::NulInName { .. })));
    let error = lookup_host("no_such_name..", 1).expect_err("no such name");
    assert!(error.to_string().starts_with("cannot look up no_such_name..: "), "{error}");
    match lookup_socket_addr(([192, 0, 2, 250], 65000).into()) {
        Ok((host, service)) => assert_eq!((host.as_str(), service.as_str()), ("192.0.2.250", "65000")),
        // Here no name server answers, and glibc says so instead of giving a number.
        Err(error) => assert!(error.is_temporary(), "{error}"),
    }
    if let Ok(name) = lookup_addr(([127, 0, 0, 1]).into()) {
        assert!(!name.is_empty());
    }
    assert!(Query::local().service("80").lookup().expect("this machine").count() > 0);
}

fn threads_look_up() {
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    std_resolves_names();
                    addresses_with_hints();
                }
            });
        }
    });
}

fn children_look_up() {
    std_resolves_names();
    for _ in 0..3 {
        // SAFETY: the child only looks up names, and leaves at once.
        let child = unsafe { libc::fork() };
        if child == 0 {
            std_resolves_names();
            hosts::gethostbyname_and_h_errno();
            // SAFETY: the child ends without running what its parent's exit runs.
            unsafe { libc::_exit(7) };
        }
        let mut status = 0;
        // SAFETY: this process's own child.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(libc::WEXITSTATUS(status), 7, "status {status:#x}");
    }
}
