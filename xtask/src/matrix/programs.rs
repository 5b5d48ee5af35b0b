//! The programs of the matrix.

use std::path::PathBuf;

use anyhow::Result;

use crate::arch::Arch;
use crate::elf::{self, Version};
use crate::root::Root;
use crate::roots::Libc;
use crate::workspace::{self, Workspace};

/// A program and how it is built.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    package: &'static str,
    link: Link,
    /// The architecture; this machine's where there is none.
    pub(crate) arch: Option<Arch>,
    /// Whether every change must pass it.
    pub(crate) quick: bool,
}

/// How a program is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// As the workspace builds by default.
    Static,
    /// With an interpreter and libraries of its own: what it needs, only some roots have.
    Dynamic,
}

/// Every program that there is.
pub(crate) const PROGRAMS: &[Program] = &[
    Program { name: "dns-lookup static", package: "dns-lookup", link: Link::Static, arch: None, quick: true },
    Program { name: "nostd-dns", package: "nostd-dns", link: Link::Static, arch: None, quick: true },
    Program { name: "dns-lookup dynamic", package: "dns-lookup", link: Link::Dynamic, arch: None, quick: true },
];

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
}

impl Built {
    /// An executable file that is taken for `program`.
    pub(crate) fn from_file(program: &'static Program, path: PathBuf) -> Result<Self> {
        let ties = elf::read(&path)?;
        let needs = match ties.interpreter {
            Some(_) => Needs::Glibc(ties.glibc.unwrap_or_default()),
            None => Needs::Nothing,
        };
        Ok(Self { program, path, needs })
    }

    /// Whether the program can start in `root`.
    pub(crate) fn starts_in(&self, root: &Root) -> bool {
        match self.needs {
            Needs::Nothing => true,
            Needs::Glibc(version) => {
                root.recipe.libc == Libc::Glibc && elf::parse_version(&root.version) >= Some(version)
            }
        }
    }
}

impl Program {
    pub(crate) fn build(&'static self, workspace: &Workspace) -> Result<Built> {
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--release", "--package", self.package]);
        if self.link == Link::Dynamic {
            // The variable replaces the flags of the workspace's configuration; a directory of its own keeps both builds.
            cargo.env("CARGO_ENCODED_RUSTFLAGS", "-Ctarget-feature=-crt-static");
            cargo.arg("--target-dir").arg(workspace.target.join("dynamic"));
        }
        Built::from_file(self, workspace::build_executable(&mut cargo, self.package)?)
    }
}
