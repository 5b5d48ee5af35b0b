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

use import_dynamic_loader::Strings;

/// Each logical name, what it stands for, and an empty string.
#[cfg(target_vendor = "apple")]
const TABLE: Strings<'static> = Strings::new(concat!(
    "libSystem\0/usr/lib/libSystem.B.dylib\0\0",
    "libc\0/usr/lib/libSystem.B.dylib\0\0",
    "libm\0/usr/lib/libSystem.B.dylib\0\0",
    "libpthread\0/usr/lib/libSystem.B.dylib\0\0",
    "libdl\0/usr/lib/libSystem.B.dylib\0\0",
    "libresolv\0/usr/lib/libresolv.9.dylib\0\0",
));

#[cfg(target_os = "freebsd")]
const TABLE: Strings<'static> = Strings::new(concat!(
    "libSystem\0libc.so.7\0libthr.so.3\0libm.so.5\0\0",
    "libc\0libc.so.7\0\0",
    "libm\0libm.so.5\0\0",
    "libpthread\0libthr.so.3\0\0",
    "libdl\0libc.so.7\0\0",
    "libresolv\0libc.so.7\0\0",
));

#[cfg(target_os = "netbsd")]
const TABLE: Strings<'static> = Strings::new(concat!(
    "libSystem\0libc.so.12\0libresolv.so.3\0libpthread.so.1\0libm.so.0\0\0",
    "libc\0libc.so.12\0\0",
    "libm\0libm.so.0\0\0",
    "libpthread\0libpthread.so.1\0\0",
    "libdl\0libc.so.12\0\0",
    "libresolv\0libresolv.so.3\0\0",
));

#[cfg(not(any(target_vendor = "apple", target_os = "freebsd", target_os = "netbsd")))]
const TABLE: Strings<'static> = Strings::new(concat!(
    "libSystem\0libc.so.6\0libresolv.so.2\0libpthread.so.0\0libdl.so.2\0libm.so.6\0\0",
    "libc\0libc.so.6\0\0",
    "libm\0libm.so.6\0libc.so.6\0\0",
    "libpthread\0libc.so.6\0libpthread.so.0\0\0",
    "libdl\0libc.so.6\0libdl.so.2\0\0",
    "libresolv\0libresolv.so.2\0libc.so.6\0\0",
));

/// The file names that a library name stands for on this platform, in the order tried: most stand for themselves.
pub fn candidates(name: &CStr) -> impl Iterator<Item = &CStr> {
    let (mut table, mut is_logical) = (TABLE, true);
    let mut files = Strings::one(name);
    while let Some(text) = table.next() {
        if is_logical && text == name {
            files = table;
            break;
        }
        is_logical = text.is_empty(); // one comes next
    }
    files.take_while(|file| !file.is_empty())
}

/// What stands before a symbol's other name in a library: `__` where glibc has its name service functions.
pub(crate) fn symbol_prefix(name: &CStr) -> &'static str {
    if name == c"libresolv" || name == c"libSystem" { "__" } else { "" }
}
