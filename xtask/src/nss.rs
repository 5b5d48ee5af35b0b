//! The NSS module that tests ask: built so that one file loads on every glibc.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::arch::Arch;
use crate::{elf, process};

/// Its file name, by which `nsswitch.conf` means `importtest`.
pub(crate) const MODULE: &str = "libnss_importtest.so.2";

/// Its source, which is part of every glibc root's recipe.
pub(crate) const SOURCE: &str = include_str!("../nss/importtest.c");

/// Compiles the module to `output` and makes sure that it needs nothing of the host.
pub(crate) fn build(source: &Path, output: &Path, arch: Arch) -> Result<()> {
    let mut gcc = Command::new(arch.gcc());
    gcc.args(["-shared", "-nostdlib", "-ffreestanding", "-fno-builtin", "-fPIC", "-O1", "-Wall", "-Werror"])
        .args(["-fno-stack-protector", "-fno-tree-loop-distribute-patterns", "-Wl,--hash-style=both"])
        .arg(format!("-Wl,-soname,{MODULE}"))
        .arg("-o")
        .arg(output)
        .arg(source);
    process::output(&mut gcc).with_context(|| format!("the NSS module needs a C compiler: {}", arch.gcc()))?;
    let ties = elf::read(output)?;
    if !ties.needed.is_empty() || !ties.undefined.is_empty() {
        bail!("{MODULE} must stand alone, but needs {:?} {:?}", ties.needed, ties.undefined);
    }
    Ok(())
}
