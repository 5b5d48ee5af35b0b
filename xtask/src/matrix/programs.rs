//! The programs of the matrix.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

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
    /// The target; this machine's where there is none.
    target: Option<&'static str>,
    link: Link,
    /// The link mode it must report with `-v`; a program without one has no options at all.
    pub(crate) mode: Option<&'static str>,
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
    /// By `cargo import-dynamic build`: without a libc of its own.
    ImportDynamic,
}

const DNS_LOOKUP: Program = Program {
    name: "dns-lookup static",
    package: "dns-lookup",
    target: None,
    link: Link::Static,
    mode: Some("guest"),
    quick: true,
};
const NOSTD_DNS: Program = Program { name: "nostd-dns", package: "nostd-dns", mode: None, ..DNS_LOOKUP };

/// Every program that there is.
pub(crate) const PROGRAMS: &[Program] = &[
    DNS_LOOKUP,
    NOSTD_DNS,
    Program { name: "dns-lookup import-dynamic", link: Link::ImportDynamic, mode: Some("adopted"), ..DNS_LOOKUP },
    Program { name: "dns-lookup dynamic", link: Link::Dynamic, mode: Some("native"), ..DNS_LOOKUP },
    Program { name: "dns-lookup musl", target: Some("x86_64-unknown-linux-musl"), quick: false, ..DNS_LOOKUP },
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
    /// The architecture of the roots that it runs in.
    pub(crate) fn arch(&self) -> Result<Arch> {
        let arch = self.target.map_or_else(Arch::host, Arch::of_target);
        arch.context("the matrix runs programs for x86_64 and aarch64")
    }

    /// Whether it cannot so much as start without the host's libc.
    pub(crate) fn is_nothing_without_libc(&self) -> bool {
        self.link == Link::ImportDynamic
    }

    pub(crate) fn build(&'static self, workspace: &Workspace) -> Result<Built> {
        let mut cargo = match self.target {
            Some(target) => {
                let [target] = &targets::prepare(workspace, &[target.to_owned()])?[..] else {
                    anyhow::bail!("no target {target}");
                };
                let mut cargo = target.cargo(workspace);
                cargo.args(["build", "--target", &target.name]);
                cargo
            }
            None if self.link == Link::ImportDynamic => {
                let mut command = Command::new(suites::build_this(workspace)?);
                command.args(["import-dynamic", "build", "--target-dir"]).arg(workspace.target.join("import-dynamic"));
                command.current_dir(&workspace.root);
                command
            }
            None => {
                let mut cargo = workspace.cargo();
                cargo.arg("build");
                cargo
            }
        };
        cargo.args(["--release", "--package", self.package]);
        if self.link == Link::Dynamic {
            // The variable replaces the flags of the workspace's configuration; a directory of its own keeps both builds.
            cargo.env("CARGO_ENCODED_RUSTFLAGS", "-Ctarget-feature=-crt-static");
            cargo.arg("--target-dir").arg(workspace.target.join("dynamic"));
        }
        Built::from_file(self, workspace::build_executable(&mut cargo, self.package)?)
    }
}
