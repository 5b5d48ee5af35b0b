//! Building for other targets than this machine's: with rustup's std where it is installed, else with one built here.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::arch::Arch;
use crate::process;
use crate::workspace::Workspace;

mod build_std;
mod dynamic_musl;
mod hello;
mod sysroot;
mod unwinder;

use sysroot::Sysroot;
pub(crate) use sysroot::script;

/// What `cargo xtask std` makes when it is told no target: all that the tests, the matrix and the checks for macOS take.
const DEFAULT: &[&str] = &[
    #[cfg(target_arch = "x86_64")]
    "x86_64-unknown-linux-musl",
    #[cfg(target_arch = "x86_64")]
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    #[cfg(target_arch = "x86_64")]
    "riscv64gc-unknown-linux-gnu",
    #[cfg(target_arch = "x86_64")]
    "riscv64gc-unknown-linux-musl",
    "aarch64-apple-darwin",
    "x86_64-apple-darwin",
];

/// A target for which programs can be built now.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    sysroot: Option<Sysroot>,
}

/// `cargo xtask std`: makes every target ready, and says how it is used.
pub(crate) fn command(workspace: &Workspace, names: &[String]) -> Result<ExitCode> {
    let default = || DEFAULT.iter().map(|name| (*name).to_owned()).collect();
    let names = if names.is_empty() { default() } else { names.to_vec() };
    for target in prepare(workspace, &names)? {
        let checked = hello::run(workspace, &target).with_context(|| format!("hello for {}", target.name))?;
        println!("{}: {}; {checked}", target.name, target.usage());
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes targets ready: those that the toolchain does not have get a std of their own.
pub(crate) fn prepare(workspace: &Workspace, names: &[String]) -> Result<Vec<Target>> {
    let installed = installed()?;
    let missing: Vec<_> = names.iter().filter(|name| !installed.contains(*name)).cloned().collect();
    let sysroot = match &missing[..] {
        [] => None,
        missing => Some(build_std::make(workspace, missing)?),
    };
    let target = |name: &String| {
        let sysroot = sysroot.clone().filter(|_| missing.contains(name));
        Target { name: name.clone(), sysroot }
    };
    Ok(names.iter().map(target).collect())
}

/// The target, if the running toolchain has a std for it.
pub(crate) fn find(name: &str) -> Result<Option<Target>> {
    let found = installed()?.iter().any(|installed| installed == name);
    Ok(found.then(|| Target { name: name.to_owned(), sysroot: None }))
}

/// `cargo` of the nightly toolchain with the source of std, for `-Zbuild-std`.
pub(crate) fn cargo_with_source(workspace: &Workspace) -> Result<Command> {
    let mut cargo = build_std::make(workspace, &[])?.cargo();
    cargo.current_dir(&workspace.root);
    Ok(cargo)
}

/// The targets that the running toolchain has a std for.
fn installed() -> Result<Vec<String>> {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let sysroot = process::output(rustc.args(["--print", "sysroot"]))?;
    let rustlib = PathBuf::from(sysroot.trim()).join("lib/rustlib");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&rustlib).with_context(|| format!("cannot read {}", rustlib.display()))? {
        let entry = entry?;
        if entry.path().join("lib").read_dir().is_ok_and(|mut files| files.next().is_some()) {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

impl Target {
    /// `cargo` set up for this target; `--target` has still to be said, behind the subcommand.
    pub(crate) fn cargo(&self, workspace: &Workspace) -> Command {
        let mut cargo = match &self.sysroot {
            Some(sysroot) => sysroot.cargo(),
            None => workspace.cargo(),
        };
        cargo.current_dir(&workspace.root);
        if let Some(arch) = self.arch().filter(|arch| !arch.is_host()) {
            cargo.env(self.variable("LINKER"), arch.gcc());
        }
        cargo
    }

    /// The variable that tells Cargo something about this target.
    pub(crate) fn variable(&self, what: &str) -> String {
        format!("CARGO_TARGET_{}_{what}", self.name.to_uppercase().replace('-', "_"))
    }

    /// Has `cargo` link dynamic programs too: for musl, this machine's C compiler alone would take its own libc.
    pub(crate) fn link_dynamically(&self, workspace: &Workspace, cargo: &mut Command) -> Result<()> {
        if let Some(arch) = self.arch().filter(|_| self.name.ends_with("-musl")) {
            cargo.env(self.variable("LINKER"), dynamic_musl::make(workspace, self, arch)?);
        }
        Ok(())
    }

    /// The architecture, if it is one that Linux programs are tested on.
    pub(crate) fn arch(&self) -> Option<Arch> {
        Arch::of_target(&self.name)
    }

    fn usage(&self) -> String {
        match &self.sysroot {
            Some(sysroot) => format!("RUSTC={} {} build --target {}", sysroot.rustc(), sysroot.cargo_path(), self.name),
            None => format!("cargo build --target {}", self.name),
        }
    }
}

/// The nightly toolchain's directory.
fn nightly() -> Result<PathBuf> {
    let mut rustup = Command::new("rustup");
    let sysroot = process::output(rustup.args(["run", "nightly", "rustc", "--print", "sysroot"]));
    let sysroot = sysroot.context(
        "building a std needs the nightly toolchain (rustup toolchain install nightly); where rustup can download, \
         rustup target add TARGET spares all this",
    )?;
    let path = PathBuf::from(sysroot.trim());
    if !path.join("bin/cargo").is_file() {
        bail!("the nightly toolchain at {} has no cargo", path.display());
    }
    Ok(path)
}
