//! Root directories with just enough in them.

use super::elf_file::{ElfFile, Export, library};
use super::support::Directory;

/// A default version.
pub(crate) fn current(name: &'static str, version: &'static str) -> Export {
    Export { name, version: Some((version, true)) }
}

/// A version for old programs.
pub(crate) fn old(name: &'static str, version: &'static str) -> Export {
    Export { name, version: Some((version, false)) }
}

/// A glibc root: merged /usr, multiarch directories, no cache.
pub(crate) fn glibc(here: &Directory) {
    here.link("root/lib", "usr/lib");
    here.link("root/lib64", "usr/lib64");
    here.link("root/usr/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-2.99.so");
    let directories = b"\0glibc-hwcaps\0/lib/x86_64-linux-gnu/\0/usr/lib/x86_64-linux-gnu/\0/lib/\0/usr/lib/\0";
    let interpreter = ElfFile {
        exports: vec![current("__tls_get_addr", "GLIBC_2.3")],
        data: directories.to_vec(),
        ..library("ld-linux-x86-64.so.2", &[], &[])
    };
    here.write("root/usr/lib/x86_64-linux-gnu/ld-2.99.so", interpreter.bytes());
    let libc = ElfFile {
        exports: vec![
            current("dlopen", "GLIBC_2.34"),
            current("getaddrinfo", "GLIBC_2.2.5"),
            current("environ", "GLIBC_2.2.5"),
            old("memcpy", "GLIBC_2.2.5"),
            current("memcpy", "GLIBC_2.14"),
            old("ancient", "GLIBC_2.2.5"),
        ],
        data: b"GNU C Library stable release version 2.99.\n\0".to_vec(),
        ..library("libc.so.6", &[], &["ld-linux-x86-64.so.2"])
    };
    here.write("root/usr/lib/x86_64-linux-gnu/libc.so.6", libc.bytes());
}

/// A musl root.
pub(crate) fn musl(here: &Directory) {
    let libc = ElfFile {
        data: b"\0Version %s\n\x001.2.99\0".to_vec(),
        ..library("libc.so", &["dlopen", "getaddrinfo", "environ", "memcpy", "open"], &[])
    };
    here.write("root/usr/lib/libc.so", libc.bytes());
    here.link("root/lib/ld-musl-x86_64.so.1", "/usr/lib/libc.so");
}
