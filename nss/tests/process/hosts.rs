//! gethostbyname(3) and gethostbyaddr(3).

use std::ffi::{CStr, c_char, c_int};
use std::ptr;

use libc::hostent;

use crate::names::NO_NAME;
use crate::{BOTH, Case};

pub(crate) const CASES: &[Case] = &[
    ("gethostbyname_and_h_errno", BOTH, gethostbyname_and_h_errno),
    ("gethostbyaddr_gives_names", BOTH, gethostbyaddr_gives_names),
];

unsafe extern "C" {
    fn gethostbyname(name: *const c_char) -> *mut hostent;
    fn gethostbyaddr(address: *const u8, length: libc::socklen_t, family: c_int) -> *mut hostent;
    fn gethostbyname_r(
        name: *const c_char,
        record: *mut hostent,
        buffer: *mut c_char,
        length: usize,
        result: *mut *mut hostent,
        h_errno: *mut c_int,
    ) -> c_int;
    safe fn __h_errno_location() -> *mut c_int;
}

pub(crate) fn gethostbyname_and_h_errno() {
    // SAFETY: a C string; the record stays until the next call.
    let record = unsafe { gethostbyname(c"127.0.0.7".as_ptr()).as_ref() }.expect("an address is a name of itself");
    assert_eq!((record.h_addrtype, record.h_length), (libc::AF_INET, 4));
    // SAFETY: the first of its addresses, four bytes.
    let first = unsafe { (*record.h_addr_list).cast::<[u8; 4]>().read() };
    assert_eq!(first, [127, 0, 0, 7]);
    // SAFETY: null or an array's end.
    assert!(unsafe { (*record.h_addr_list.add(1)).is_null() });

    // SAFETY: a C string.
    assert!(unsafe { gethostbyname(NO_NAME.as_ptr()) }.is_null());
    // SAFETY: this thread's h_errno.
    let error = unsafe { __h_errno_location().read() };
    assert!((-1..=4).contains(&error) && error != 0, "h_errno {error}");

    // A buffer that is too small.
    // SAFETY: a structure of pointers and integers, for which zeros are valid.
    let mut record: hostent = unsafe { std::mem::zeroed() };
    let (mut result, mut h_errno) = (ptr::null_mut(), 0);
    let mut buffer = [0 as c_char; 3];
    // SAFETY: as many bytes as said, and places for all.
    let code = unsafe {
        gethostbyname_r(
            c"127.0.0.1".as_ptr(),
            &raw mut record,
            buffer.as_mut_ptr(),
            3,
            &raw mut result,
            &raw mut h_errno,
        )
    };
    // glibc 2.17 says EINVAL of a number.
    assert!([libc::ERANGE, libc::EINVAL].contains(&code), "{code}");
    assert!(result.is_null());
}

fn gethostbyaddr_gives_names() {
    // SAFETY: four bytes of an address.
    let record = unsafe { gethostbyaddr([127, 0, 0, 1].as_ptr(), 4, libc::AF_INET).as_ref() };
    let listed = std::fs::read_to_string("/etc/hosts").is_ok_and(|hosts| hosts.contains("127.0.0.1"));
    if listed {
        let record = record.expect("/etc/hosts has 127.0.0.1");
        // SAFETY: a C string of the record.
        assert!(!unsafe { CStr::from_ptr(record.h_name) }.is_empty());
    }
}
