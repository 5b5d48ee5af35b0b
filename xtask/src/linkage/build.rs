//! The columns: the modes of building.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::programs::Program;
use crate::workspace::{self, Workspace, create_dir};

/// A mode of building.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Static,
    StaticPie,
    Dynamic,
    /// Static, with `use import_dynamic_nss as _`.
    WithTheLine,
    /// `cargo import-dynamic build`.
    Adopted,
    NoStd,
}

pub(super) const MODES: &[Mode] =
    &[Mode::Static, Mode::StaticPie, Mode::Dynamic, Mode::WithTheLine, Mode::Adopted, Mode::NoStd];

impl Mode {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::StaticPie => "static-pie",
            Self::Dynamic => "dynamic",
            Self::WithTheLine => "static with the line",
            Self::Adopted => "std adopted",
            Self::NoStd => "no_std",
        }
    }

    /// Flags of rustc, in place of those of the workspace's configuration.
    fn flags(self) -> Option<&'static str> {
        match self {
            Self::Static => Some("-Ctarget-feature=+crt-static\x1f-Crelocation-model=static"),
            Self::Dynamic => Some("-Ctarget-feature=-crt-static"),
            Self::StaticPie | Self::WithTheLine | Self::Adopted | Self::NoStd => None,
        }
    }
}

/// Where programs are built.
#[derive(Debug)]
pub(super) struct Builds<'a> {
    workspace: &'a Workspace,
    /// A target directory of its own: the same program is built in many ways.
    target: PathBuf,
    /// `cargo-import-dynamic`.
    cargo_import_dynamic: PathBuf,
}

impl<'a> Builds<'a> {
    pub(super) fn new(workspace: &'a Workspace) -> Result<Self> {
        let name = "cargo-import-dynamic";
        let cargo_import_dynamic =
            workspace::build_executable(workspace.cargo().args(["build", "--package", name]), name)?;
        Ok(Self { workspace, target: workspace.target.join("linkage"), cargo_import_dynamic })
    }

    /// Builds a program; a copy of it that the next build leaves alone.
    pub(super) fn build(&self, program: &Program, package: &str, mode: Mode) -> Result<PathBuf> {
        let mut command = match mode {
            Mode::Adopted => {
                let mut command = Command::new(&self.cargo_import_dynamic);
                command.current_dir(&self.workspace.root).arg("import-dynamic");
                command
            }
            _ => self.workspace.cargo(),
        };
        command.args(["build", "--package", package, "--target-dir"]).arg(&self.target);
        if program.has_line {
            command.arg("--no-default-features");
        }
        if mode == Mode::WithTheLine {
            command.args(["--features", "host"]);
        }
        if let Some(flags) = mode.flags() {
            command.env("CARGO_ENCODED_RUSTFLAGS", flags);
        }
        let built = workspace::build_executable(&mut command, package)?;
        self.keep(&built, mode)
    }

    fn keep(&self, built: &Path, mode: Mode) -> Result<PathBuf> {
        let directory = self.target.join("programs").join(mode.name().replace(' ', "-"));
        create_dir(&directory)?;
        let kept = directory.join(built.file_name().context("a program has a name")?);
        fs::copy(built, &kept).with_context(|| format!("cannot copy {}", built.display()))?;
        Ok(kept)
    }
}
