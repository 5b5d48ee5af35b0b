//! The programs of the matrix.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::lookups::{
    ADOPTED_CASES, EMULATED_GUEST_CASES, GUEST_CASES, LIBC_FIRST_GUEST_CASES, LOOKUPS, Lookup, NSS_CASES,
};
use crate::arch::Arch;
use crate::elf::{self, Version};
use crate::root::Root;
use crate::roots::Libc;
use crate::workspace::{self, Workspace};
use crate::{suites, targets};

/// A program and how it is built.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    package: &'static str,
    /// The test of the package that is the program, instead of its executable.
    test: Option<&'static str>,
    /// The target; this machine's where there is none.
    target: Option<&'static str>,
    link: Link,
    /// The link mode it must report with `-v`; a program without one has no options at all.
    pub(crate) mode: Option<&'static str>,
    pub(crate) lookups: &'static [Lookup],
    /// Options of the emulator, where one runs it.
    pub(crate) emulator: &'static [&'static str],
    /// Whether every change must pass it.
    pub(crate) quick: bool,
    /// In which roots, if not in all.
    quick_roots: &'static [&'static str],
}

/// How a program is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
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
        lookups: EMULATED_GUEST_CASES,
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
const GUEST_TESTS: Program =
    Program { name: "guest tests", package: "import-dynamic", test: Some("guest"), lookups: GUEST_CASES, ..FEW_ROOTS };

const ADOPTED_TESTS: Program = Program { package: "adopted-cases", mode: None, lookups: ADOPTED_CASES, ..FEW_ROOTS };
const NSS_TESTS: Program =
    Program { package: "import-dynamic-nss", test: Some("process"), lookups: NSS_CASES, ..FEW_ROOTS };

/// A program's executable file.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) program: &'static Program,
    pub(crate) path: PathBuf,
    needs: Needs,
}

/// What a program must find on a host to start at all.
#[derive(Debug)]
enum Needs {
    Nothing,
    Glibc(Version),
    /// Any: what is linked with the oldest starts beside newer ones too.
    Musl,
}

impl Built {
    /// An executable file that is taken for `program`.
    pub(crate) fn from_file(program: &'static Program, path: PathBuf) -> Result<Self> {
        let ties = elf::read(&path)?;
        let needs = match ties.interpreter {
            Some(path) if path.contains("/ld-musl-") => Needs::Musl,
            Some(_) => Needs::Glibc(ties.glibc.unwrap_or_default()),
            None => Needs::Nothing,
        };
        Ok(Self { program, path, needs })
    }

    /// Whether the program can start in `root`.
    pub(crate) fn starts_in(&self, root: &Root) -> bool {
        match self.needs {
            Needs::Nothing => true,
            Needs::Musl => root.libc == Libc::Musl,
            Needs::Glibc(version) => root.libc == Libc::Glibc && elf::parse_version(&root.version) >= Some(version),
        }
    }
}

impl Program {
    /// The architecture of the roots that it runs in.
    pub(crate) fn arch(&self) -> Result<Arch> {
        let arch = self.target.map_or_else(Arch::host, Arch::of_target);
        arch.context("the matrix runs programs for x86_64 and aarch64")
    }

    /// Whether this machine runs it, itself or by an emulator, and can build it.
    pub(crate) fn is_possible(&self) -> Result<bool> {
        Ok(self.arch()?.is_host() || Arch::X86_64.is_host())
    }

    /// Whether every change must pass it in that root.
    pub(crate) fn is_quick_in(&self, root: &str) -> bool {
        self.quick && (self.quick_roots.is_empty() || self.quick_roots.contains(&root))
    }

    /// Whether it cannot so much as start without the host's libc.
    pub(crate) fn is_nothing_without_libc(&self) -> bool {
        self.link == Link::ImportDynamic
    }

    pub(crate) fn build(&'static self, workspace: &Workspace) -> Result<Built> {
        let subcommand: &[&str] = if self.test.is_some() { &["test", "--no-run"] } else { &["build", "--release"] };
        let mut cargo = match self.target {
            Some(target) => {
                let [target] = &targets::prepare(workspace, &[target.to_owned()])?[..] else {
                    anyhow::bail!("no target {target}");
                };
                let mut cargo = target.cargo(workspace);
                // GNU ld 2.40 dies of the debug information for RISC-V in large programs.
                cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
                cargo.args(subcommand).args(["--target", &target.name]);
                if self.link == Link::Dynamic {
                    target.link_dynamically(workspace, &mut cargo)?;
                }
                cargo
            }
            None if self.link == Link::ImportDynamic => {
                let mut command = Command::new(suites::build_this(workspace)?);
                command
                    .args(["import-dynamic", "build", "--release", "--target-dir"])
                    .arg(workspace.target.join("import-dynamic"));
                command.current_dir(&workspace.root);
                command
            }
            None => {
                let mut cargo = workspace.cargo();
                cargo.args(subcommand);
                cargo
            }
        };
        cargo.args(["--package", self.package]);
        cargo.args(self.test.iter().flat_map(|test| ["--test", test]));
        let other_flags = match self.link {
            Link::Static | Link::ImportDynamic => None,
            Link::NotPie => Some(("not-pie", "-Ctarget-feature=+crt-static\x1f-Crelocation-model=static".to_owned())),
            Link::LibcFirst => {
                let linker = linker_with_libc_first(workspace)?;
                Some(("libc-first-build", format!("-Ctarget-feature=+crt-static\x1f-Clinker={}", linker.display())))
            }
            Link::Dynamic => Some(("dynamic", "-Ctarget-feature=-crt-static".to_owned())),
        };
        if let Some((directory, flags)) = other_flags {
            // The variable replaces the flags of the workspace's configuration; a directory of its own keeps both builds.
            cargo.env("CARGO_ENCODED_RUSTFLAGS", flags);
            cargo.arg("--target-dir").arg(workspace.target.join(directory));
        }
        Built::from_file(self, workspace::build_executable(&mut cargo, self.test.unwrap_or(self.package))?)
    }
}

/// A linker that takes what it can from the C library before it sees anything else.
fn linker_with_libc_first(workspace: &Workspace) -> Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt;

    let linker = workspace.target.join("libc-first");
    workspace::write(&linker, "#!/bin/sh\nexec cc -Wl,-u,_Fork -Wl,-Bstatic -lc \"$@\"\n")?;
    std::fs::set_permissions(&linker, std::fs::Permissions::from_mode(0o755))?;
    Ok(linker)
}
