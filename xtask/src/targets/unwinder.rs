//! What rustup's musl targets carry beside std: musl's start files and `libc.a`, gcc's start files, and an unwinder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::apt::{self, Apt};
use crate::arch::Arch;
use crate::workspace::{Workspace, create_dir, write};
use crate::{process, roots};

/// The package with LLVM's unwinder in a suite, whose objects want nothing of glibc there but what [`GLIBC`] gives.
fn package(suite: &str) -> &'static str {
    if suite == "bookworm" { "libunwind-16-dev" } else { "libunwind-19-dev" }
}

/// Debian compiles with checks that call glibc's `__fprintf_chk` and kin; musl has the functions without. Where
/// `_dl_find_object` finds nothing, the unwinder asks `dl_iterate_phdr`.
const GLIBC: &str = "\
#include <stdarg.h>
#include <stddef.h>
int vfprintf(void *stream, const char *format, va_list arguments);
int vsnprintf(char *to, size_t size, const char *format, va_list arguments);
int __vfprintf_chk(void *stream, int flag, const char *format, va_list arguments)
{
    (void)flag;
    return vfprintf(stream, format, arguments);
}
int __vsnprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, va_list arguments)
{
    (void)flag;
    (void)room;
    return vsnprintf(to, size, format, arguments);
}
int __fprintf_chk(void *stream, int flag, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int written = __vfprintf_chk(stream, flag, format, arguments);
    va_end(arguments);
    return written;
}
int _dl_find_object(void *address, void *result)
{
    (void)address;
    (void)result;
    return -1;
}
";

/// Fills `self-contained` in the directory of a musl target's libraries.
pub(super) fn add_musl(workspace: &Workspace, libraries: &Path, arch: Arch) -> Result<()> {
    let into = libraries.join("self-contained");
    create_dir(&into)?;
    let suite = roots::suite_with_oldest_musl(arch);
    let debs = Apt::open(&workspace.target.join("debs"), suite, arch)?.download(&["musl-dev", package(suite)])?;
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
    write(&into.join("glibc.c"), GLIBC)?;
    process::run(Command::new(arch.gcc()).current_dir(&into).args([
        "-O2",
        "-fPIC",
        "-ffreestanding",
        "-c",
        "glibc.c",
    ]))?;
    process::run(Command::new("ar").current_dir(&into).args(["rs", "libunwind.a", "glibc.o"]))
}

fn copy(file: &Path, into: &Path) -> Result<()> {
    let to = into.join(file.file_name().unwrap_or_default());
    fs::copy(file, to).map(|_| ()).with_context(|| format!("cannot copy {}", file.display()))
}
