//! getservbyname(3).

use std::ffi::{CStr, c_char, c_int};

use libc::servent;

use crate::{BOTH, Case};

pub(crate) const CASES: &[Case] = &[
    ("services_by_name_and_port", BOTH, services_by_name_and_port),
    ("services_that_do_not_exist", BOTH, services_that_do_not_exist),
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
