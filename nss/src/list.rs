//! `addrinfo` lists of our own making, which are the program's to free beside the host's.

use core::ffi::c_int;
use core::{mem, ptr};
use std::ffi::CString;

use libc::{addrinfo, sockaddr_storage};

use crate::address;
use crate::native::Found;

/// An element: what the program sees, and behind it what only this file looks at.
///
/// The mark stands between the two structures: a host's element has its address right behind it, or elsewhere, but not at this
/// distance. So whose an element is can be told from what is public of it, without a table of all lists, which would need a
/// lock that a forked child may find taken.
#[repr(C)]
struct Element {
    public: addrinfo,
    mark: [usize; 2],
    address: sockaddr_storage,
}

/// No pointer, and no size.
const MARK: usize = 0x9d1c_5e0a_77b3_4f61;

impl Element {
    /// Whether an element of a list is one of these.
    ///
    /// # Safety
    /// - It is an element of a list that getaddrinfo(3) gave, here or at the host.
    unsafe fn is_own(element: *const addrinfo) -> bool {
        // SAFETY: the caller's: it is readable.
        let address = unsafe { (*element).ai_addr };
        if address.addr() != element.addr() + mem::offset_of!(Element, address) {
            return false;
        }
        // SAFETY: an object of the list reaches at least from its element to its address.
        let mark = unsafe { element.byte_add(mem::offset_of!(Element, mark)).cast::<[usize; 2]>().read() };
        mark == [MARK, !element.addr()]
    }
}

/// Makes the list that a caller of getaddrinfo(3) gets. The first element has the canonical name, as the host's has.
pub(crate) fn make(found: Found, flags: c_int) -> *mut addrinfo {
    let mut canonical_name = found.canonical_name;
    let mut first = ptr::null_mut();
    let mut end: *mut *mut addrinfo = &raw mut first;
    for entry in found.entries {
        // SAFETY: structures of integers and pointers, for which zeros are valid.
        let mut element: Box<Element> = Box::new(unsafe { mem::zeroed() });
        let length = address::store(&mut element.address, entry.address);
        let element = Box::into_raw(element);
        // SAFETY: the box's memory, which nobody else has yet; `end` is the last element's link, or `first`.
        unsafe {
            (*element).mark = [MARK, !element.addr()];
            (*element).public = addrinfo {
                ai_flags: flags,
                ai_family: (*element).address.ss_family.into(),
                ai_socktype: entry.socktype,
                ai_protocol: entry.protocol,
                ai_addrlen: length,
                ai_addr: (&raw mut (*element).address).cast(),
                ai_canonname: canonical_name.take().map_or(ptr::null_mut(), CString::into_raw),
                ai_next: ptr::null_mut(),
            };
            *end = &raw mut (*element).public;
            end = &raw mut (*element).public.ai_next;
        }
    }
    first
}

/// Frees the elements of our own at the head of a list, and gives what follows them.
///
/// # Safety
/// - The list is one that getaddrinfo(3) gave, here or at the host, or the rest of one; nobody uses it any more.
pub(crate) unsafe fn free(mut list: *mut addrinfo) -> *mut addrinfo {
    // SAFETY: the caller's.
    while !list.is_null() && unsafe { Element::is_own(list) } {
        // SAFETY: `make` made it from a box, and its name from a string.
        unsafe {
            let element = Box::from_raw(list.cast::<Element>());
            list = element.public.ai_next;
            if !element.public.ai_canonname.is_null() {
                drop(CString::from_raw(element.public.ai_canonname));
            }
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::{free, make};
    use crate::native::{Entry, Found, Source};

    #[test]
    fn made_and_freed_from_the_middle() {
        let entry = |address: &str| Entry { address: address.parse().unwrap(), socktype: 1, protocol: 6 };
        let found = Found {
            entries: vec![entry("192.0.2.1:80"), entry("[2001:db8::1]:80"), entry("[fe80::1%3]:80")],
            canonical_name: Some(c"name".to_owned()),
            source: Source::Files,
        };
        let list = make(found, 2);
        // SAFETY: the list that `make` gave.
        unsafe {
            assert_eq!((*list).ai_family, libc::AF_INET);
            let second = (*list).ai_next;
            assert!((*second).ai_canonname.is_null());
            let third = (*second).ai_next;
            assert_eq!((*(*third).ai_addr.cast::<libc::sockaddr_in6>()).sin6_scope_id, 3);
            (*list).ai_next = core::ptr::null_mut();
            assert!(free(list).is_null());
            assert!(free(second).is_null());
        }
    }

    #[test]
    fn a_list_of_the_host_is_left_alone() {
        let mut list = core::ptr::null_mut();
        // SAFETY: no hints, and a place for the list, which libc frees.
        unsafe {
            assert_eq!(
                libc::getaddrinfo(c"127.0.0.1".as_ptr(), core::ptr::null(), core::ptr::null(), &raw mut list),
                0
            );
            assert_eq!(free(list), list);
            libc::freeaddrinfo(list);
        }
    }
}
