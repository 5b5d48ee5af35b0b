//! Building std for targets that rustup cannot download here, from the toolchain's own source or the one that Debian packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::sysroot::{self, Sysroot};
use super::unwinder;
use crate::apt::{self, Apt};
use crate::arch::Arch;
use crate::process;
use crate::workspace::{Workspace, create_dir, write};

/// Raised when this file makes something else of the same source.
const REVISION: u32 = 2;

/// Makes the std of every target in `target/toolchain`, unless it is there.
pub(super) fn make(workspace: &Workspace, targets: &[String]) -> Result<Sysroot> {
    let nightly = super::nightly()?;
    let version = process::output(Command::new(nightly.join("bin/rustc")).arg("--version"))?;
    let (source, package) = match own_source(&nightly) {
        Some(source) => (source, "the toolchain's rust-src".to_owned()),
        None => unpack_source(workspace)?,
    };
    let sysroot = Sysroot::make(&workspace.target.join("toolchain"), &nightly, &source)?;
    let stamp = format!("{REVISION} {} {package}\n", version.trim());
    let is_made = |target: &String| fs::read_to_string(stamp_path(&sysroot, target)).is_ok_and(|made| made == stamp);
    let missing: Vec<_> = targets.iter().filter(|target| !is_made(target)).map(String::as_str).collect();
    if missing.is_empty() {
        return Ok(sysroot);
    }
    let work = workspace.target.join("std-build");
    compile(&sysroot, &work, &missing).with_context(|| {
        format!("std does not build: its source is {package}, the compiler {}; do they fit?", version.trim())
    })?;
    for target in missing {
        install(workspace, &sysroot, &work, target)?;
        // Cargo does not see that std is another one now, and would keep what was built with the former.
        let _ = fs::remove_dir_all(workspace.target.join(target));
        write(&stamp_path(&sysroot, target), &stamp)?;
    }
    Ok(sysroot)
}

fn stamp_path(sysroot: &Sysroot, target: &str) -> PathBuf {
    sysroot.libraries(target).join(".stamp")
}

/// The source of std that is of the very version of the toolchain, where it is installed (`rustup component add rust-src`).
fn own_source(nightly: &Path) -> Option<PathBuf> {
    let source = nightly.join("lib/rustlib/src/rust");
    source.join("library/std").is_dir().then_some(source)
}

/// The source of std, and the name of the package it is from. Debian's newest fits the nightly of about that version.
fn unpack_source(workspace: &Workspace) -> Result<(PathBuf, String)> {
    let arch = Arch::host().context("std is built on x86_64 and aarch64")?;
    let debs = Apt::open(&workspace.target.join("debs"), "sid", arch)?.download(&["rust-src"])?;
    let deb = debs.first().context("rust-src was not downloaded")?;
    let package = deb.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let unpacked = apt::unpack_once(deb, &workspace.target.join("unpacked"))?;
    let sources = fs::read_dir(unpacked.join("usr/src"))?.filter_map(|entry| Some(entry.ok()?.path()));
    let source = sources.into_iter().find(|path| path.join("library/std").is_dir());
    Ok((source.context("rust-src has no library/std")?, package))
}

/// Builds an empty crate and with it all of std, for every target.
fn compile(sysroot: &Sysroot, work: &Path, targets: &[&str]) -> Result<()> {
    create_dir(&work.join("src"))?;
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[lib]\n[workspace]\n";
    write(&work.join("Cargo.toml"), manifest)?;
    write(&work.join("src/lib.rs"), "#![no_std]\n")?;
    // What an earlier source left would be installed too.
    let _ = fs::remove_dir_all(work.join("target"));
    let wrapper = work.join("rustc-wrapper");
    // This crate alone must be built with panic=abort.
    let abort = "sh -c 'case \" $* \" in *\" --crate-name panic_abort \"*) exec \"$@\" -Cpanic=abort;; *) exec \"$@\";; esac' sh";
    sysroot::script(&wrapper, abort)?;
    let mut cargo = sysroot.cargo();
    // Elsewhere than in the workspace, whose configuration is not meant for std. Programs with LTO need the bitcode.
    cargo.current_dir("/").env("RUSTC_WRAPPER", wrapper).env("RUSTFLAGS", "-Cembed-bitcode=yes").args([
        "build",
        "--quiet",
        "--release",
    ]);
    cargo.arg("-Zbuild-std=std,panic_abort,panic_unwind,test,proc_macro");
    cargo.arg("--manifest-path").arg(work.join("Cargo.toml")).arg("--target-dir").arg(work.join("target"));
    for target in targets {
        cargo.args(["--target", target]);
    }
    process::run(&mut cargo)
}

fn install(workspace: &Workspace, sysroot: &Sysroot, work: &Path, target: &str) -> Result<()> {
    let libraries = sysroot.libraries(target);
    let _ = fs::remove_dir_all(&libraries);
    create_dir(&libraries)?;
    let built = work.join("target").join(target).join("release/deps");
    for entry in fs::read_dir(&built).with_context(|| format!("cannot read {}", built.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(&path, libraries.join(&*name))?;
        }
    }
    match Arch::of_target(target).filter(|_| target.ends_with("-musl")) {
        Some(arch) => unwinder::add_musl(workspace, &libraries, arch),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::own_source;

    #[test]
    fn the_toolchains_source() {
        let nightly = std::env::temp_dir().join(format!("xtask-build-std-{}", std::process::id()));
        let source = nightly.join("lib/rustlib/src/rust");
        std::fs::create_dir_all(&source).unwrap();
        assert_eq!(own_source(&nightly), None); // an empty folder is no source
        std::fs::create_dir_all(source.join("library/std")).unwrap();
        assert_eq!(own_source(&nightly), Some(source));
        std::fs::remove_dir_all(nightly).unwrap();
    }
}
