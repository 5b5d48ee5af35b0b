//! A sysroot with more targets than the toolchain's: the nightly toolchain's parts by links, and what is built beside them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::{create_dir, write};

/// `target/toolchain`: its `bin` has programs that use this sysroot.
#[derive(Clone, Debug)]
pub(crate) struct Sysroot {
    pub(super) path: PathBuf,
}

/// Programs that take `--sysroot`.
const COMPILERS: [&str; 3] = ["rustc", "rustdoc", "clippy-driver"];

impl Sysroot {
    /// Makes the sysroot of `nightly` and of the source of std, or brings it up to date.
    pub(super) fn make(path: &Path, nightly: &Path, source: &Path) -> Result<Self> {
        let rustlib = path.join("lib/rustlib");
        create_dir(&rustlib.join("src"))?;
        create_dir(&path.join("bin"))?;
        link(source, &rustlib.join("src/rust"))?;
        for entry in fs::read_dir(nightly.join("lib/rustlib"))? {
            let entry = entry?;
            if entry.path().join("lib").is_dir() {
                link(&entry.path(), &rustlib.join(entry.file_name()))?;
            }
        }
        for name in COMPILERS {
            let real = nightly.join("bin").join(name);
            script(&path.join("bin").join(name), &format!("'{}' --sysroot '{}'", real.display(), path.display()))?;
        }
        for name in ["cargo", "cargo-clippy"] {
            link(&nightly.join("bin").join(name), &path.join("bin").join(name))?;
        }
        Ok(Self { path: path.to_owned() })
    }

    /// Where a target's libraries are.
    pub(super) fn libraries(&self, target: &str) -> PathBuf {
        self.path.join("lib/rustlib").join(target).join("lib")
    }

    pub(super) fn rustc(&self) -> String {
        self.path.join("bin/rustc").display().to_string()
    }

    pub(super) fn cargo_path(&self) -> String {
        self.path.join("bin/cargo").display().to_string()
    }

    /// `cargo` that compiles with this sysroot.
    pub(super) fn cargo(&self) -> Command {
        let mut cargo = Command::new(self.cargo_path());
        // Which toolchain runs xtask does not matter to what it runs.
        cargo.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
        cargo.env("RUSTC", self.rustc()).env("RUSTDOC", self.path.join("bin/rustdoc"));
        cargo
    }
}

/// Writes a shell script that runs `command` with the script's arguments.
pub(crate) fn script(path: &Path, command: &str) -> Result<()> {
    // Not sh: some drop the variables whose names they cannot say, and Cargo has such.
    write(path, format!("#!/bin/bash\nexec {command} \"$@\"\n"))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).with_context(|| path.display().to_string())
}

/// Makes `link` a link to `to`, whatever link it was; a directory stays.
fn link(to: &Path, link: &Path) -> Result<()> {
    match fs::symlink_metadata(link) {
        Ok(metadata) if metadata.is_dir() => return Ok(()),
        Ok(_) => fs::remove_file(link).with_context(|| format!("cannot remove {}", link.display()))?,
        Err(_) => {}
    }
    symlink(to, link).with_context(|| format!("cannot link {}", link.display()))
}
