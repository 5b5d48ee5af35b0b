//! What rustup's musl targets carry beside std: musl's start files and `libc.a`, gcc's start files, and an unwinder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::apt::{self, Apt};
use crate::arch::Arch;
use crate::process;
use crate::workspace::{Workspace, create_dir, write};

/// LLVM's unwinder is the last one here whose objects want nothing of glibc but what [`FORTIFY`] gives.
const SUITE: &str = "bookworm";
const UNWINDER: &str = "libunwind-16-dev";

/// Debian compiles with checks that call glibc's `__fprintf_chk`; musl has the function without.
const FORTIFY: &str = "\
#include <stdarg.h>
int vfprintf(void *stream, const char *format, va_list arguments);
int __fprintf_chk(void *stream, int flag, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)flag;
    int written = vfprintf(stream, format, arguments);
    va_end(arguments);
    return written;
}
";

/// Fills `self-contained` in the directory of a musl target's libraries.
pub(super) fn add_musl(workspace: &Workspace, libraries: &Path, arch: Arch) -> Result<()> {
    let into = libraries.join("self-contained");
    create_dir(&into)?;
    let debs = Apt::open(&workspace.target.join("debs"), SUITE, arch)?.download(&["musl-dev", UNWINDER])?;
    let unpacked = workspace.target.join("unpacked");
    let unpack = |index: usize| -> Result<PathBuf> {
        apt::unpack_once(debs.get(index).context("apt gave too few packages")?, &unpacked)
    };
    let musl = unpack(0)?.join(format!("usr/lib/{arch}-linux-musl"));
    for name in ["crt1.o", "rcrt1.o", "Scrt1.o", "crti.o", "crtn.o", "libc.a"] {
        copy(&musl.join(name), &into)?;
    }
    let gcc = process::output(Command::new(arch.gcc()).arg("-print-libgcc-file-name"))?;
    let gcc = Path::new(gcc.trim()).parent().context("gcc has no directory")?.to_owned();
    for name in ["crtbegin.o", "crtbeginS.o", "crtend.o", "crtendS.o"] {
        copy(&gcc.join(name), &into)?;
    }
    copy(&unpack(1)?.join(format!("usr/lib/{}/libunwind.a", arch.library_dir())), &into)?;
    write(&into.join("fortify.c"), FORTIFY)?;
    process::run(Command::new(arch.gcc()).current_dir(&into).args([
        "-O2",
        "-fPIC",
        "-ffreestanding",
        "-c",
        "fortify.c",
    ]))?;
    process::run(Command::new("ar").current_dir(&into).args(["rs", "libunwind.a", "fortify.o"]))
}

fn copy(file: &Path, into: &Path) -> Result<()> {
    let to = into.join(file.file_name().unwrap_or_default());
    fs::copy(file, to).map(|_| ()).with_context(|| format!("cannot copy {}", file.display()))
}
