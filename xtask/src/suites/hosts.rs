//! Root directories of other hosts, with something in them to look at.

use std::fmt;
use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

use super::programs::{Asked, Program};
use super::server::Server;
use crate::elf;
use crate::root::Root;
use crate::roots::Libc;
use crate::workspace::{Workspace, create_dir, write};
use crate::{chroot, process};

/// A command takes milliseconds, in a debug build somewhat more.
const LIMIT: Duration = Duration::from_secs(60);

/// Files that programs look at, below `/tree`; the HTTPS server has them too.
pub(super) const TREE: &[(&str, &str)] = &[
    ("a.txt", "one needle\ntwo\ttabs\u{a0}and spaces\nthree \u{3b1}\u{3b2}\u{3b3} needles\n"),
    ("b.rs", "//! A needle.\nfn main() {\n    let text = \"needle\";\n    println!(\"{text} {}\", 1 + 2);\n}\n"),
    ("sub/c.json", "{\"name\": \"needle\", \"values\": [1, 2.5, null, true]}\n"),
    ("sub/.hidden.rs", "// needle\n"),
    ("sub/deep/er/d.rs", "fn needle() {}\n"),
];

/// Writes the files, and a long one.
pub(super) fn plant(directory: &Path) -> Result<()> {
    for (name, contents) in TREE {
        let path = directory.join(name);
        create_dir(path.parent().context("a file has a directory")?)?;
        write(&path, contents)?;
    }
    let many: String = (0..5_000).map(|n| format!("line {n}{}\n", if n % 7 == 0 { " needle" } else { "" })).collect();
    write(&directory.join("many.txt"), many)
}

/// A copy of a root directory to run programs in.
pub(super) struct Site {
    pub(super) name: String,
    libc: Libc,
    version: String,
    path: PathBuf,
}

impl Site {
    /// Copies a root, and puts files and `/dev/null` there.
    pub(super) fn make(workspace: &Workspace, root: &Root, server: &Server) -> Result<Self> {
        let path = workspace.target.join("suites/hosts").join(&root.name);
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        create_dir(&path)?;
        process::run(Command::new("cp").arg("-aT").arg(&root.path).arg(&path))?;
        for directory in ["proc", "dev", "tmp", "programs"] {
            create_dir(&path.join(directory))?;
        }
        // The device itself.
        process::run(Command::new("cp").args(["-a", "/dev/null"]).arg(path.join("dev/null")))?;
        let hosts = path.join("etc/hosts");
        let text = fs::read_to_string(&hosts)? + "127.0.0.1 " + Server::NAME + "\n";
        write(&hosts, text)?;
        let tree = path.join("tree");
        plant(&tree)?;
        fs::copy(server.authority(), tree.join("ca.pem"))?;
        symlink("a.txt", tree.join("link"))?;
        // The user that only this root knows.
        chown(tree.join("b.rs"), Some(4241), None)?;
        let old = SystemTime::UNIX_EPOCH + Duration::from_secs(900_000_000);
        fs::File::open(tree.join("a.txt"))?.set_modified(old)?;
        Ok(Self { name: root.name.clone(), libc: root.libc, version: root.version.clone(), path })
    }

    /// Whether an ordinary build can start there.
    pub(super) fn starts(&self, program: &Path) -> bool {
        let needed = elf::read(program).ok().and_then(|ties| ties.glibc);
        self.libc == Libc::Glibc && needed.is_some() && elf::parse_version(&self.version) >= needed
    }

    /// Puts a program's file there, in the place of another.
    pub(super) fn install(&self, program: &Program, file: &Path) -> Result<()> {
        let inside = self.path.join("programs").join(program.binary);
        fs::copy(file, inside).with_context(|| format!("cannot copy {}", file.display()))?;
        Ok(())
    }

    /// Runs a program that is there.
    pub(super) fn ask(&self, program: &Program, asked: &Asked, server: &Server) -> Result<Said> {
        let inside = format!("/programs/{}", program.binary);
        let mut command = chroot::command(&self.path, &inside, true)?;
        for argument in asked.arguments {
            command.arg(server.in_place(argument));
        }
        command.env("HOME", "/root").env("TZ", "UTC");
        let finished = process::finish_within(&mut command, LIMIT);
        // Only the port differs between runs.
        let text = |text: String| text.replace(&server.port().to_string(), "PORT");
        Ok(Said { status: finished.end.to_string(), stdout: text(finished.stdout), stderr: text(finished.stderr) })
    }
}

/// What a program did.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) status: String,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, stdout, stderr } = self;
        write!(f, "{status}\nstdout: {}\nstderr: {}", stdout.trim_end(), stderr.trim_end())
    }
}

/// The text with every number the same, and every run of spaces one space.
pub(super) fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        let character = if character.is_ascii_digit() { '0' } else { character };
        let is_number = |character: char| character == '0' || character == '.';
        match out.chars().last() {
            Some(last) if is_number(last) && is_number(character) => {}
            Some(' ') if character == ' ' => {}
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_numbers;

    #[test]
    fn times_are_no_difference() {
        assert_eq!(without_numbers("Time:   1.5 ms ±  10.25 ms"), without_numbers("Time: 22.0 ms ± 3.1 ms"));
        assert_ne!(without_numbers("Time: 1 ms"), without_numbers("Time: 1 s"));
    }
}
