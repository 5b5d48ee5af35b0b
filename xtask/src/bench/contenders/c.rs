//! Contenders in C, by the machine's own compiler.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::workspace::{Workspace, write};

/// How many functions the library that is bound from has; `bench-thousand` declares as many.
const FUNCTIONS: usize = 1000;

#[derive(Debug)]
pub(in crate::bench) struct C {
    /// Calls through the PLT.
    pub(in crate::bench) call: PathBuf,
    /// Calls through the GOT.
    pub(in crate::bench) call_no_plt: PathBuf,
    pub(in crate::bench) start_dynamic: PathBuf,
    pub(in crate::bench) start_static: PathBuf,
    pub(in crate::bench) resolve_dynamic: PathBuf,
    pub(in crate::bench) resolve_static: PathBuf,
    /// Calls each function of `libthousand.so` once, bound lazily.
    pub(in crate::bench) first_call: PathBuf,
    /// Where `libthousand.so` is.
    pub(in crate::bench) library_directory: PathBuf,
}

const OPTIONS: &[&str] =
    &["-O2", "-Wall", "-fno-builtin", "-falign-functions=64", "-falign-loops=64", "-pthread", "-w"];

impl C {
    pub(super) fn build(workspace: &Workspace, directory: &Path) -> Result<Self> {
        let sources = workspace.root.join("benches/contenders/c");
        let compile = |name: &str, files: &[&Path], options: &[&str]| -> Result<PathBuf> {
            let files: Vec<_> = files.iter().map(|file| sources.join(file)).collect();
            compile(&directory.join(name), &files, options)
        };
        let (call, implib) = (Path::new("call.c"), Path::new("implib.S"));
        library(directory)?;
        let first_call = directory.join("first_call.c");
        write(&first_call, first_call_source().context("out of memory")?)?;
        let include = format!("-I{}", sources.display());
        let search = format!("-L{}", directory.display());
        let lazily = ["-fplt", "-Wl,-z,lazy", "-Wl,--no-as-needed", &include, &search, "-lthousand"];
        Ok(Self {
            call: compile("c-call", &[call, implib], &["-fplt", "-ldl"])?,
            call_no_plt: compile("c-call-no-plt", &[call, implib], &["-fno-plt", "-ldl"])?,
            start_dynamic: compile("c-start-dynamic", &[Path::new("start.c")], &[])?,
            start_static: compile("c-start-static", &[Path::new("start.c")], &["-static"])?,
            resolve_dynamic: compile("c-resolve-dynamic", &[Path::new("resolve.c")], &[])?,
            resolve_static: compile("c-resolve-static", &[Path::new("resolve.c")], &["-static"])?,
            first_call: compile("c-first-call", &[&first_call], &lazily)?,
            library_directory: directory.to_owned(),
        })
    }
}

/// Builds `libthousand.so` in `directory`.
pub(super) fn library(directory: &Path) -> Result<PathBuf> {
    let source = directory.join("thousand.c");
    write(&source, library_source().context("out of memory")?)?;
    compile(&directory.join("libthousand.so"), &[source], &["-shared", "-fPIC"])
}

fn compile(output: &Path, files: &[PathBuf], options: &[&str]) -> Result<PathBuf> {
    process::output(Command::new("cc").args(OPTIONS).arg("-o").arg(output).args(files).args(options))?;
    Ok(output.to_owned())
}

fn library_source() -> Option<String> {
    let mut text = String::new();
    for index in 0..FUNCTIONS {
        writeln!(text, "long thousand_{index:03}(long n) {{ return n; }}").ok()?;
    }
    Some(text)
}

fn first_call_source() -> Option<String> {
    let mut text = String::from("#include \"measure.h\"\n");
    for index in 0..FUNCTIONS {
        writeln!(text, "long thousand_{index:03}(long);").ok()?;
    }
    text.push_str("int main(void)\n{\n    uint64_t time = nanoseconds(CLOCK_THREAD_CPUTIME_ID);\n");
    for index in 0..FUNCTIONS {
        writeln!(text, "    thousand_{index:03}({index});").ok()?;
    }
    text.push_str("    time = nanoseconds(CLOCK_THREAD_CPUTIME_ID) - time;\n");
    text.push_str("    return write(1, &time, sizeof time) != sizeof time;\n}\n");
    Some(text)
}
