//! What the tables of the host's libraries give is what its `dlsym` gives.

use core::ffi::{c_char, c_int, c_void};
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use import_dynamic::import_dynamic;

#[path = "../programs/src/symbols.rs"]
mod compared;

use compared::{Found, compare};

pub(crate) const CASES: &[(&str, fn())] =
    &[("symbols_of_the_libc", of_the_libc), ("symbols_of_libraries", of_libraries)];

/// The public part of `struct link_map` (`<link.h>`).
#[repr(C)]
struct LinkMap {
    bias: usize,
    name: *const c_char,
}

#[import_dynamic("libdl")]
unsafe extern "C" {
    fn dlinfo(library: *mut c_void, request: c_int, information: *mut c_void) -> c_int;
}

const RTLD_DI_LINKMAP: c_int = 2;

/// How many symbols were certain, and how many there are; `None` where the host has no such library.
fn count(name: &CStr) -> Option<(usize, usize)> {
    let host = import_dynamic::host().expect("a host");
    let library = host.dlopen(name).ok()?;
    let mut map: *const LinkMap = core::ptr::null();
    // SAFETY: dlinfo(3); the library is never closed.
    let path = unsafe {
        assert_eq!(dlinfo(library.as_raw(), RTLD_DI_LINKMAP, (&raw mut map).cast()), 0);
        CStr::from_ptr((*map).name)
    };
    let found = compare(host, library, Path::new(OsStr::from_bytes(path.to_bytes()))).expect("its tables are read");
    let certain = found.values().filter(|how| **how == Found::Certain).count();
    // Half of the names are of symbols that no library has.
    println!("{name:?}: {certain} of {}", found.len() / 2);
    Some((certain, found.len() / 2))
}

fn of_the_libc() {
    let (certain, all) = count(c"libc.so.6").expect("every host has a libc");
    assert!(certain > 1000 && certain * 3 > all * 2, "{certain} of {all}");
}

fn of_libraries() {
    let mut counted = 0;
    for name in [c"libm.so.6", c"libcrypto.so.3", c"libz.so.1", c"libpython3.11.so.1.0", c"libicuuc.so.72"] {
        if let Some((certain, all)) = count(name) {
            assert!(certain * 3 > all, "{name:?}: {certain} of {all}");
            counted += 1;
        }
    }
    // For musl libm is itself.
    assert!(counted > 0, "no libm");
}
