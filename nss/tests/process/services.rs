//! getservbyname(3), and its like for Rust.

use std::ffi::{CStr, c_char, c_int};

use import_dynamic_nss::{Error, service_by_name, service_by_port};
use libc::servent;

use crate::{BOTH, Case};

pub(crate) const CASES: &[Case] = &[
    ("services_by_name_and_port", BOTH, services_by_name_and_port),
    ("services_that_do_not_exist", BOTH, services_that_do_not_exist),
    ("services_for_rust", BOTH, services_for_rust),
];

unsafe extern "C" {
    fn getservbyname(name: *const c_char, protocol: *const c_char) -> *mut servent;
    fn getservbyport(port: c_int, protocol: *const c_char) -> *mut servent;
}

fn services_by_name_and_port() {
    if !std::path::Path::new("/etc/services").exists() {
        return; // what the other case asks is all there is
    }
    // SAFETY: C strings; the record stays until the next call.
    let service = unsafe { getservbyname(c"domain".as_ptr(), c"udp".as_ptr()).as_ref() }.expect("domain/udp");
    assert_eq!(service.s_port, 53_u16.to_be().into());
    // SAFETY: a string of the record.
    assert_eq!(unsafe { CStr::from_ptr(service.s_proto) }, c"udp");
    // SAFETY: as above.
    let service = unsafe { getservbyport(25_u16.to_be().into(), c"tcp".as_ptr()).as_ref() }.expect("25/tcp");
    // SAFETY: as above.
    assert_eq!(unsafe { CStr::from_ptr(service.s_name) }, c"smtp");
}

fn services_that_do_not_exist() {
    // SAFETY: C strings.
    assert!(unsafe { getservbyname(c"no-such-service".as_ptr(), c"tcp".as_ptr()) }.is_null());
    // SAFETY: a C string.
    assert!(unsafe { getservbyport(1_u16.to_be().into(), c"no-such-protocol".as_ptr()) }.is_null());
}

fn services_for_rust() {
    assert_eq!(service_by_name("no-such-service", None).expect("somebody answers"), None);
    assert_eq!(service_by_port(1, Some("no-such-protocol")).expect("somebody answers"), None);
    assert!(matches!(service_by_name("a\0b", None), Err(Error::NulInName { .. })));
    assert!(matches!(service_by_name("domain", Some("\0")), Err(Error::NulInName { .. })));
    if !std::path::Path::new("/etc/services").exists() {
        return;
    }
    let service = service_by_name("domain", Some("udp")).expect("somebody answers").expect("domain/udp");
    assert_eq!((service.port, service.protocol.to_str()), (53, Some("udp")));
    let service = service_by_port(25, Some("tcp")).expect("somebody answers").expect("25/tcp");
    assert_eq!((service.name.to_str(), service.port), (Some("smtp"), 25));
    assert_eq!(service_by_name("domain", None).expect("somebody answers").map(|service| service.port), Some(53));
    assert!(service_by_port(53, None).expect("somebody answers").is_some_and(|service| service.name == "domain"));
}
