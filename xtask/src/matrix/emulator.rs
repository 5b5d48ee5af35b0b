//! The emulator for programs of another architecture: a static one, which runs in every root.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::apt::{self, Apt};
use crate::arch::Arch;
use crate::workspace::Workspace;

/// The path of an emulator for `arch`, unless this machine runs it itself. It is unpacked, not installed.
pub(super) fn find(workspace: &Workspace, arch: Arch) -> Result<Option<PathBuf>> {
    if arch.is_host() {
        return Ok(None);
    }
    let host = Arch::host().context("the matrix runs on x86_64 and aarch64")?;
    let debs = Apt::open(&workspace.target.join("debs"), "bookworm", host)?.download(&["qemu-user-static"])?;
    let deb = debs.first().context("qemu-user-static was not downloaded")?;
    let unpacked = apt::unpack_once(deb, &workspace.target.join("unpacked"))?;
    Ok(Some(unpacked.join(format!("usr/bin/qemu-{arch}-static"))))
}
