//! `cargo xtask notes`: ELF dlopen metadata of programs of ours, as the readers of other projects see it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, ensure};
use object::elf;
use object::read::elf::{FileHeader, SectionHeader};
use serde_json::Value;

use crate::arch::Arch;
use crate::count::Count;
use crate::root::Roots;
use crate::workspace::{self, Workspace};
use crate::{chroot, headers, process};

/// A program that reads such notes, and where it is from.
#[derive(Debug)]
struct Reader {
    /// The directory with it.
    name: &'static str,
    suite: &'static str,
    packages: &'static [&'static str],
    /// The command before the file's name.
    command: &'static [&'static str],
}

const READERS: &[Reader] = &[
    // The first release of Debian's with the verb has systemd 258 or later. It reads with libdw, opened by dlopen itself.
    Reader {
        name: "systemd-analyze",
        suite: "sid",
        packages: &[
            "libc6",
            "systemd",
            "libsystemd-shared",
            "libdw1t64",
            "libelf1t64",
            "libbz2-1.0",
            "liblzma5",
            "libzstd1",
            "zlib1g",
        ],
        command: &["/usr/bin/systemd-analyze", "--no-pager", "--json=short", "dlopen-metadata"],
    },
    // What Debian's packages get their dependencies from (dh_dlopenlibdeps runs it).
    Reader {
        name: "dlopen-notes",
        suite: "trixie",
        packages: &[
            "libc6",
            "libgcc-s1",
            "python3.13-minimal",
            "libpython3.13-minimal",
            "libpython3.13-stdlib",
            "libexpat1",
            "zlib1g",
            "python3-pyelftools",
            "dh-dlopenlibdeps",
        ],
        command: &["/usr/bin/python3.13", "/usr/bin/dlopen-notes"],
    },
];

/// What is read: each linked with LTO and stripped; of the last, the imports are in a library of its own.
const PROGRAMS: &[&str] = &["dns-lookup", "nostd-dns", "call-cost"];

/// `cargo xtask notes`.
pub(crate) fn command(workspace: &Workspace) -> Result<ExitCode> {
    Ok(run(workspace)?.exit_code())
}

/// Has every reader read every program.
pub(crate) fn run(workspace: &Workspace) -> Result<Count> {
    let arch = Arch::host().context("the readers are those of x86_64 and aarch64")?;
    let roots = Roots::open(workspace)?;
    let programs: Vec<PathBuf> = PROGRAMS.iter().map(|name| build(workspace, name)).collect::<Result<_>>()?;
    let mut count = Count::default();
    for reader in READERS {
        let root = roots.tools(reader.name, reader.suite, reader.packages, arch)?;
        for (name, program) in PROGRAMS.iter().zip(&programs) {
            let result = check(reader, &root, program);
            match &result {
                Ok(groups) => println!("{name}: {} reads {groups} groups", reader.name),
                Err(error) => println!("FAILED {name}: {error:#}"),
            }
            count.add(result.is_ok());
        }
    }
    Ok(count)
}

fn build(workspace: &Workspace, package: &str) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release", "--package", package]);
    headers::stripped(workspace, &workspace::build_executable(&mut cargo, package)?)
}

/// How many groups of libraries the reader finds, if it finds what is there.
fn check(reader: &Reader, root: &Path, program: &Path) -> Result<usize> {
    let inside = "tmp/program";
    fs::copy(program, root.join(inside))?;
    let [interpreter, arguments @ ..] = reader.command else { anyhow::bail!("no command") };
    let mut command = chroot::own_namespace(root, interpreter)?;
    let output = process::output(command.args(arguments).arg(format!("/{inside}")))?;
    // One of the readers puts a line with the file's name first.
    let json: String = output.lines().filter(|line| !line.starts_with('#')).collect();
    let read: Value = serde_json::from_str(&json).with_context(|| format!("{}: {output}", reader.name))?;
    let written = written(&fs::read(program)?).map_err(|error| anyhow!("{}: {error}", program.display()))?;
    ensure!(!written.is_empty(), "there are no notes");
    ensure!(read == Value::Array(written.clone()), "{} reads {read}, not {written:?}", reader.name);
    Ok(written.len())
}

/// What is in the notes of a program.
fn written(data: &[u8]) -> object::Result<Vec<Value>> {
    let header = elf::FileHeader64::<object::Endianness>::parse(data)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, data)?;
    let mut groups = Vec::new();
    for section in sections.iter() {
        if sections.section_name(endian, section)? != b".note.dlopen" {
            continue;
        }
        let Some(mut notes) = section.notes(endian, data)? else { continue };
        while let Some(note) = notes.next()? {
            let text = note.desc().split(|byte| *byte == 0).next().unwrap_or_default();
            if let Ok(Value::Array(array)) = serde_json::from_slice(text) {
                groups.extend(array);
            }
        }
    }
    Ok(groups)
}
