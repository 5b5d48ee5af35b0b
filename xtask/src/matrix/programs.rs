//! The programs of the matrix.

use anyhow::{Context, Result};

use super::cases::{
    ADOPTED_CASES, EMULATED_GUEST_CASES, GUEST_CASES, LARGE_PAGE_GUEST_CASES, LIBC_FIRST_GUEST_CASES, NSS_CASES,
};
use super::lookups::{LOOKUPS, Lookup};
use crate::arch::Arch;

/// A program and how it is built.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(super) package: &'static str,
    /// The test of the package that is the program, instead of its executable.
    pub(super) test: Option<&'static str>,
    /// The target; this machine's where there is none.
    pub(super) target: Option<&'static str>,
    pub(super) link: Link,
    /// The link mode it must report with `-v`; a program without one has no options at all.
    pub(crate) mode: Option<&'static str>,
    pub(crate) lookups: &'static [Lookup],
    /// The source of a library in C that its cases open.
    pub(super) library: Option<&'static str>,
    /// Options of the emulator, where one runs it.
    pub(crate) emulator: &'static [&'static str],
    /// Whether every change must pass it.
    pub(crate) quick: bool,
    /// In which roots, if not in all.
    quick_roots: &'static [&'static str],
}

/// How a program is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// As the workspace builds by default.
    Static,
    /// Static, at a fixed address.
    NotPie,
    /// Static, with the C library first, whose own `_Fork` it has then.
    LibcFirst,
    /// With an interpreter and libraries of its own: what it needs, only some roots have.
    Dynamic,
    /// By `cargo import-dynamic build`: without a libc of its own.
    ImportDynamic,
}

const DNS_LOOKUP: Program = Program {
    name: "dns-lookup static",
    package: "dns-lookup",
    test: None,
    target: None,
    link: Link::Static,
    mode: Some("guest"),
    lookups: LOOKUPS,
    library: None,
    emulator: &[],
    quick: true,
    quick_roots: &[],
};
const NOSTD_DNS: Program = Program { name: "nostd-dns", package: "nostd-dns", mode: None, ..DNS_LOOKUP };

/// Every program that there is.
pub(crate) const PROGRAMS: &[Program] = &[
    DNS_LOOKUP,
    NOSTD_DNS,
    Program { name: "dns-lookup import-dynamic", link: Link::ImportDynamic, mode: Some("adopted"), ..DNS_LOOKUP },
    Program { name: "dns-lookup dynamic", link: Link::Dynamic, mode: Some("native"), ..DNS_LOOKUP },
    Program { name: "dns-lookup musl dynamic", target: MUSL, link: Link::Dynamic, mode: Some("native"), ..DNS_LOOKUP },
    Program { name: "dns-lookup not PIE", link: Link::NotPie, quick: false, ..DNS_LOOKUP },
    Program { name: "dns-lookup musl", target: MUSL, ..DNS_LOOKUP },
    Program { name: "dns-lookup aarch64", target: AARCH64, ..DNS_LOOKUP },
    Program { name: "dns-lookup aarch64 musl", target: AARCH64_MUSL, ..DNS_LOOKUP },
    Program {
        name: "dns-lookup aarch64 dynamic",
        target: AARCH64,
        link: Link::Dynamic,
        mode: Some("native"),
        quick: false,
        ..DNS_LOOKUP
    },
    Program {
        name: "dns-lookup aarch64 musl dynamic",
        target: AARCH64_MUSL,
        link: Link::Dynamic,
        mode: Some("native"),
        ..DNS_LOOKUP
    },
    Program { name: "nostd-dns aarch64", target: AARCH64, ..NOSTD_DNS },
    Program { name: "dns-lookup aarch64, 16K pages", target: AARCH64, emulator: PAGES_16K, quick: false, ..DNS_LOOKUP },
    Program { name: "dns-lookup aarch64, 64K pages", target: AARCH64, emulator: PAGES_64K, ..FEW_ROOTS },
    Program { name: "dns-lookup aarch64 musl, 64K pages", target: AARCH64_MUSL, emulator: PAGES_64K, ..FEW_ROOTS },
    Program { name: "nostd-dns aarch64, 16K pages", target: AARCH64, emulator: PAGES_16K, quick: false, ..NOSTD_DNS },
    Program {
        name: "nostd-dns aarch64, 64K pages",
        target: AARCH64,
        emulator: PAGES_64K,
        quick_roots: FEW_ROOTS.quick_roots,
        ..NOSTD_DNS
    },
    Program { name: "dns-lookup riscv64", target: RISCV64, ..FEW_ROOTS },
    Program { name: "dns-lookup riscv64 musl", target: RISCV64_MUSL, ..FEW_ROOTS },
    Program {
        name: "dns-lookup riscv64 musl dynamic",
        target: RISCV64_MUSL,
        link: Link::Dynamic,
        mode: Some("native"),
        ..FEW_ROOTS
    },
    Program { name: "nostd-dns riscv64", target: RISCV64, quick_roots: FEW_ROOTS.quick_roots, ..NOSTD_DNS },
    Program { name: "nss tests", ..NSS_TESTS },
    Program { name: "nss tests musl", target: MUSL, ..NSS_TESTS },
    Program { name: "adopted tests aarch64", target: AARCH64, ..ADOPTED_TESTS },
    Program { name: "adopted tests riscv64", target: RISCV64, ..ADOPTED_TESTS },
    GUEST_TESTS,
    Program {
        name: "guest tests, libc first",
        link: Link::LibcFirst,
        quick: false,
        lookups: LIBC_FIRST_GUEST_CASES,
        ..GUEST_TESTS
    },
    Program { name: "guest tests musl", target: MUSL, ..GUEST_TESTS },
    Program {
        name: "guest tests aarch64",
        target: AARCH64,
        quick_roots: &["glibc-2.43", "musl-1.2.6"],
        lookups: EMULATED_GUEST_CASES,
        ..GUEST_TESTS
    },
    Program {
        name: "guest tests aarch64 musl",
        target: AARCH64_MUSL,
        quick_roots: &["glibc-2.31", "musl-1.2.3"],
        lookups: EMULATED_GUEST_CASES,
        ..GUEST_TESTS
    },
    Program {
        name: "guest tests riscv64",
        target: RISCV64,
        quick: false,
        lookups: EMULATED_GUEST_CASES,
        ..GUEST_TESTS
    },
    Program {
        name: "guest tests riscv64 musl",
        target: RISCV64_MUSL,
        quick: false,
        lookups: EMULATED_GUEST_CASES,
        ..GUEST_TESTS
    },
    Program {
        name: "guest tests aarch64, 64K pages",
        target: AARCH64,
        emulator: PAGES_64K,
        quick: false,
        lookups: LARGE_PAGE_GUEST_CASES,
        ..GUEST_TESTS
    },
];

const MUSL: Option<&str> = Some("x86_64-unknown-linux-musl");
const AARCH64: Option<&str> = Some("aarch64-unknown-linux-gnu");
const AARCH64_MUSL: Option<&str> = Some("aarch64-unknown-linux-musl");
const RISCV64: Option<&str> = Some("riscv64gc-unknown-linux-gnu");
const RISCV64_MUSL: Option<&str> = Some("riscv64gc-unknown-linux-musl");
/// The emulator's page size; otherwise it is this machine's.
const PAGES_16K: &[&str] = &["-p", "16384"];
const PAGES_64K: &[&str] = &["-p", "65536"];

/// With the oldest and the newest C library of each sort.
const FEW_ROOTS: Program =
    Program { quick_roots: &["glibc-2.31", "glibc-2.43", "musl-1.2.3", "musl-1.2.6"], ..DNS_LOOKUP };
const GUEST_TESTS: Program = Program {
    name: "guest tests",
    package: "import-dynamic",
    test: Some("guest"),
    lookups: GUEST_CASES,
    library: Some("runtime/tests/guest/signals/handlers.c"),
    ..FEW_ROOTS
};

const ADOPTED_TESTS: Program = Program { package: "adopted-cases", mode: None, lookups: ADOPTED_CASES, ..FEW_ROOTS };
const NSS_TESTS: Program =
    Program { package: "import-dynamic-nss", test: Some("process"), lookups: NSS_CASES, ..FEW_ROOTS };

impl Program {
    /// The architecture of the roots that it runs in.
    pub(crate) fn arch(&self) -> Result<Arch> {
        let arch = self.target.map_or_else(Arch::host, Arch::of_target);
        arch.context("the matrix runs programs for x86_64, aarch64 and riscv64")
    }

    /// Whether this machine runs it, itself or by an emulator, and can build it.
    pub(crate) fn is_possible(&self) -> Result<bool> {
        Ok(self.arch()?.is_host() || Arch::X86_64.is_host())
    }

    /// Whether every change must pass it in that root.
    pub(crate) fn is_quick_in(&self, root: &str) -> bool {
        self.quick && (self.quick_roots.is_empty() || self.quick_roots.contains(&root))
    }

    pub(crate) fn is_linked_with_musl(&self) -> bool {
        self.target.is_some_and(|target| target.ends_with("-musl"))
    }

    /// Whether it cannot so much as start without the host's libc.
    pub(crate) fn is_nothing_without_libc(&self) -> bool {
        self.link == Link::ImportDynamic
    }
}

#[cfg(test)]
mod tests {
    use super::PROGRAMS;
    use crate::arch::Arch;
    use crate::roots::{self, RECIPES};

    #[test]
    fn quick_roots_are_roots() {
        for program in PROGRAMS {
            for name in program.quick_roots {
                assert!(roots::find(name).is_some(), "{}: {name}", program.name);
            }
        }
    }

    #[test]
    fn every_program_has_roots() {
        for program in PROGRAMS {
            let arch = program.target.map_or(Some(Arch::X86_64), Arch::of_target).expect(program.name);
            let roots = || RECIPES.iter().filter(|recipe| recipe.is_for(arch));
            assert!(roots().next().is_some(), "{}", program.name);
            assert!(!program.quick || roots().any(|recipe| program.is_quick_in(recipe.name)), "{}", program.name);
        }
    }

    #[test]
    fn every_program_is_asked_something() {
        for program in PROGRAMS {
            assert!(!program.lookups.is_empty(), "{}", program.name);
        }
    }
}
