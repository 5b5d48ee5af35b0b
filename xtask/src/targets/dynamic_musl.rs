//! A linker for dynamic programs of musl: the C compiler of the architecture, with Debian's musl in place of its own libc.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{Target, script};
use crate::apt::{self, Apt};
use crate::arch::Arch;
use crate::workspace::{Workspace, create_dir};
use crate::{process, roots};

/// Makes the linker, and gives its path.
pub(super) fn make(workspace: &Workspace, target: &Target, arch: Arch) -> Result<PathBuf> {
    let suite = roots::suite_with_oldest_musl(arch);
    let debs = Apt::open(&workspace.target.join("debs"), suite, arch)?.download(&["musl", "musl-dev"])?;
    let mut parts = Vec::new();
    for deb in &debs {
        parts.push(apt::unpack_once(deb, &workspace.target.join("unpacked"))?);
    }
    let [library, development] = &parts[..] else { anyhow::bail!("apt gave too few packages") };
    let directory = workspace.target.join("dynamic-musl");
    create_dir(&directory)?;
    let linker = directory.join(format!("cc-{arch}"));
    let start = development.join(format!("usr/lib/{arch}-linux-musl"));
    // In /usr since trixie.
    let places = ["lib", "usr/lib"].map(|place| library.join(format!("{place}/{arch}-linux-musl")));
    let libc = places.into_iter().find(|place| place.join("libc.so").is_file()).context("musl has no libc.so")?;
    let unwinder = unwinder(target)?;
    script(&linker, &command(arch, &start, &libc, &unwinder))?;
    Ok(linker)
}

/// The unwinder that the target carries for static programs: Debian has no shared one for musl.
fn unwinder(target: &Target) -> Result<PathBuf> {
    let mut rustc = match &target.sysroot {
        Some(sysroot) => Command::new(sysroot.rustc()),
        None => Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())),
    };
    let libraries = process::output(rustc.args(["--print", "target-libdir", "--target", &target.name]))?;
    let file = Path::new(libraries.trim()).join("self-contained/libunwind.a");
    file.is_file().then_some(file).with_context(|| format!("the std of {} has no unwinder", target.name))
}

/// The command line before rustc's words, of which `-lgcc_s` becomes the unwinder.
fn command(arch: Arch, start: &Path, libc: &Path, unwinder: &Path) -> String {
    let (start, libc, unwinder) = (start.display(), libc.display(), unwinder.display());
    let file = |name: &str| format!("\"$({} -print-file-name={name})\"", arch.gcc());
    format!(
        "bash -c 'words=(); for word; do [ \"$word\" = -lgcc_s ] && word=\"{unwinder}\"; words+=(\"$word\"); done; \
         exec {gcc} -nostdlib -Wl,-dynamic-linker,{interpreter} \"{start}/Scrt1.o\" \"{start}/crti.o\" {begin} \
         \"-L{libc}\" \"${{words[@]}}\" -lc -lgcc {end} \"{start}/crtn.o\"' bash",
        gcc = arch.gcc(),
        interpreter = arch.interpreters()[1],
        begin = file("crtbeginS.o"),
        end = file("crtendS.o"),
    )
}
