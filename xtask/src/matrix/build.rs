//! Building the programs of the matrix.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::programs::{Link, Program};
use crate::arch::Arch;
use crate::elf::{self, Version};
use crate::root::Root;
use crate::roots::Libc;
use crate::workspace::{self, Workspace};
use crate::{process, suites, targets};

/// A program's executable file.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) program: &'static Program,
    pub(crate) path: PathBuf,
    needs: Needs,
    /// A library that its cases open, which no root has a compiler for.
    pub(crate) library: Option<PathBuf>,
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
        Ok(Self { program, path, needs, library: None })
    }

    /// Adds the library.
    pub(crate) fn with_library(self, workspace: &Workspace) -> Result<Self> {
        let library = self.program.library.map(|source| build_library(workspace, source, self.program.arch()?));
        Ok(Self { library: library.transpose()?, ..self })
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

/// Builds a library for any C library: it is tied to none, and finds what it needs in the one that is there.
fn build_library(workspace: &Workspace, source: &str, arch: Arch) -> Result<PathBuf> {
    let source = workspace.root.join(source);
    let directory = workspace.target.join("test-libraries").join(arch.name());
    workspace::create_dir(&directory)?;
    let library = directory.join(source.with_extension("so").file_name().context("a library without a name")?);
    let mut gcc = Command::new(arch.gcc());
    gcc.args(["-shared", "-fPIC", "-O1", "-nostdlib", "-o"]).args([&library, &source]);
    process::run(&mut gcc)?;
    Ok(library)
}

/// A linker that takes what it can from the C library before it sees anything else.
fn linker_with_libc_first(workspace: &Workspace) -> Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt;

    let linker = workspace.target.join("libc-first");
    workspace::write(&linker, "#!/bin/sh\nexec cc -Wl,-u,_Fork -Wl,-Bstatic -lc \"$@\"\n")?;
    std::fs::set_permissions(&linker, std::fs::Permissions::from_mode(0o755))?;
    Ok(linker)
}
