//! Logical library names, and what they stand for on each platform.
//!
//! | name | Linux | macOS |
//! | --- | --- | --- |
//! | `libc` | `libc.so.6` | `/usr/lib/libSystem.B.dylib` |
//! | `libm` | `libm.so.6`, `libc.so.6` | `/usr/lib/libSystem.B.dylib` |
//! | `libpthread` | `libc.so.6`, `libpthread.so.0` | `/usr/lib/libSystem.B.dylib` |
//! | `libdl` | `libc.so.6`, `libdl.so.2` | `/usr/lib/libSystem.B.dylib` |
//! | `libresolv` | `libresolv.so.2`, `libc.so.6` | `/usr/lib/libresolv.9.dylib` |
//! | `libSystem` | `libc.so.6`, `libresolv.so.2`, `libpthread.so.0`, `libdl.so.2`, `libm.so.6` | `/usr/lib/libSystem.B.dylib` |
//!
//! The Linux names serve on musl too: its `dlopen` answers to `libc.so.6`, `libm.so.6`, `libpthread.so.0` and
//! `libdl.so.2` with itself (musl `ldso/dynlink.c`, `load_library`). In `libresolv` and `libSystem` a symbol is also looked
//! for with two underscores before it: glibc before 2.34 has `res_search` as `__res_search`.
//!
//! A name with `/`, `.so` or `.dylib` in it is taken as it stands.

use core::ffi::CStr;

#[cfg(target_vendor = "apple")]
const TABLE: &[(&CStr, &[&CStr])] = &[
    (c"libSystem", &[c"/usr/lib/libSystem.B.dylib"]),
    (c"libc", &[c"/usr/lib/libSystem.B.dylib"]),
    (c"libm", &[c"/usr/lib/libSystem.B.dylib"]),
    (c"libpthread", &[c"/usr/lib/libSystem.B.dylib"]),
    (c"libdl", &[c"/usr/lib/libSystem.B.dylib"]),
    (c"libresolv", &[c"/usr/lib/libresolv.9.dylib"]),
];

#[cfg(target_os = "freebsd")]
const TABLE: &[(&CStr, &[&CStr])] = &[
    (c"libSystem", &[c"libc.so.7", c"libthr.so.3", c"libm.so.5"]),
    (c"libc", &[c"libc.so.7"]),
    (c"libm", &[c"libm.so.5"]),
    (c"libpthread", &[c"libthr.so.3"]),
    (c"libdl", &[c"libc.so.7"]),
    (c"libresolv", &[c"libc.so.7"]),
];

#[cfg(not(any(target_vendor = "apple", target_os = "freebsd")))]
const TABLE: &[(&CStr, &[&CStr])] = &[
    (c"libSystem", &[c"libc.so.6", c"libresolv.so.2", c"libpthread.so.0", c"libdl.so.2", c"libm.so.6"]),
    (c"libc", &[c"libc.so.6"]),
    (c"libm", &[c"libm.so.6", c"libc.so.6"]),
    (c"libpthread", &[c"libc.so.6", c"libpthread.so.0"]),
    (c"libdl", &[c"libc.so.6", c"libdl.so.2"]),
    (c"libresolv", &[c"libresolv.so.2", c"libc.so.6"]),
];

/// The file names that a library name stands for on this platform, in the order tried; none when it stands for itself.
pub fn candidates(name: &CStr) -> &'static [&'static CStr] {
    TABLE.iter().find(|(logical, _)| *logical == name).map_or(&[], |(_, files)| files)
}

/// The file names to open for a library name: those of a logical one, else the name itself.
pub(crate) fn files(name: &'static &'static CStr) -> &'static [&'static CStr] {
    match candidates(name) {
        [] => core::slice::from_ref(name),
        files => files,
    }
}

/// What stands before a symbol's other name in a library: `__` in the DNS resolver's.
pub(crate) fn symbol_prefix(name: &CStr) -> Option<&'static [u8]> {
    (name == c"libresolv" || name == c"libSystem").then_some(b"__")
}
