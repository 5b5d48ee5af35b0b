//! `nostd-dns NAME...`: resolves host names as the host's own programs do, from an executable without std, libc and
//! allocator.

#![no_std]
#![no_main]

use core::ffi::{CStr, c_char, c_int, c_void};
use core::mem::zeroed;
use core::ptr::{null, null_mut};

use import_dynamic::{Arguments, import_dynamic};
use libc::{addrinfo, sockaddr, socklen_t};

import_dynamic::main!(main);

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
    fn getnameinfo(
        address: *const sockaddr,
        size: socklen_t,
        host: *mut c_char,
        host_size: socklen_t,
        service: *mut c_char,
        service_size: socklen_t,
        flags: c_int,
    ) -> c_int;
    fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
}

/// A name did not resolve.
const NOT_RESOLVED: i32 = 1;
/// The command line is wrong.
const BAD_USAGE: i32 = 2;
/// The host has no C library that can be used.
const NO_HOST: i32 = 3;
/// The longest address as text with its NUL (INET6_ADDRSTRLEN), and a scope.
const TEXT_SIZE: usize = 64;

fn main(arguments: Arguments) -> i32 {
    if arguments.count() < 2 {
        import_dynamic::print_error(&"usage: nostd-dns NAME...");
        return BAD_USAGE;
    }
    // Whether there is a host; the other functions are bound when they are called.
    if let Err(error) = getaddrinfo::resolve() {
        import_dynamic::print_error(&error);
        return NO_HOST;
    }
    let mut status = 0;
    let mut names = arguments.args();
    names.next(); // the program's own
    for name in names {
        status |= print_addresses(name);
    }
    status
}

/// Prints a name's addresses, one a line, each once; the status that this gives the program.
fn print_addresses(name: &CStr) -> i32 {
    let mut list = null_mut();
    // SAFETY: an addrinfo of zeros is what "no hints" means.
    let mut hints: addrinfo = unsafe { zeroed() };
    hints.ai_socktype = libc::SOCK_STREAM;
    // SAFETY: getaddrinfo(3): a C string, no service, valid hints, a place for the list.
    let code = unsafe { getaddrinfo(name.as_ptr(), null(), &hints, &mut list) };
    if code != 0 {
        // SAFETY: gai_strerror(3) gives a C string that stays.
        let reason = unsafe { CStr::from_ptr(gai_strerror(code)) };
        for part in [c"nostd-dns: ", name, c": ", reason, c"\n"] {
            print(2, part.to_bytes());
        }
        return NOT_RESOLVED;
    }
    let mut entry = list;
    while !entry.is_null() {
        // SAFETY: an entry of the list, not freed yet, as getaddrinfo(3) fills it.
        let info = unsafe { &*entry };
        let mut line = [0; TEXT_SIZE];
        if !is_repeated(list, info)
            && let Some(line) = as_line(info, &mut line)
        {
            print(1, line);
        }
        entry = info.ai_next;
    }
    // SAFETY: the list, freed once.
    unsafe { freeaddrinfo(list) };
    0
}

/// Whether an entry's address stands in the list before it.
fn is_repeated(list: *mut addrinfo, info: &addrinfo) -> bool {
    let mut entry = list;
    while !core::ptr::eq(entry, info) && !entry.is_null() {
        // SAFETY: an entry of the list.
        let earlier = unsafe { &*entry };
        if address(earlier) == address(info) {
            return true;
        }
        entry = earlier.ai_next;
    }
    false
}

/// The bytes of an entry's address.
fn address(info: &addrinfo) -> &[u8] {
    // SAFETY: an address of that many bytes (getaddrinfo(3)), alive as long as the entry.
    unsafe { core::slice::from_raw_parts(info.ai_addr.cast(), info.ai_addrlen as usize) }
}

/// An entry's address as text, and a newline.
fn as_line<'a>(info: &addrinfo, line: &'a mut [u8; TEXT_SIZE]) -> Option<&'a [u8]> {
    let (start, room) = (line.as_mut_ptr().cast(), TEXT_SIZE as u32);
    // SAFETY: getnameinfo(3): the entry's address, room for its text, no service.
    let code = unsafe { getnameinfo(info.ai_addr, info.ai_addrlen, start, room, null_mut(), 0, libc::NI_NUMERICHOST) };
    let end = line.iter_mut().position(|byte| *byte == 0).filter(|_| code == 0)?;
    *line.get_mut(end)? = b'\n'; // where the NUL was
    line.get(..=end)
}

/// Writes bytes to a file descriptor.
fn print(file: c_int, bytes: &[u8]) {
    // SAFETY: write(2) of a slice.
    unsafe { write(file, bytes.as_ptr().cast(), bytes.len()) };
}
