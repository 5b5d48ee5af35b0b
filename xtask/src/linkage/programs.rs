//! The rows: a program that looks up no names, and three that do.

use std::process::Command;

use super::build::Mode;
use crate::process;

/// A program and how one sees that it runs.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) name: &'static str,
    /// Whether it has the line behind the feature `host`; otherwise it imports for itself.
    pub(super) has_line: bool,
    /// The program without std that does the same, or why there is none.
    without_std: Result<&'static str, &'static str>,
    pub(super) arguments: &'static [&'static str],
    prints: Prints,
}

/// What a program must print.
#[derive(Debug)]
enum Prints {
    Hello,
    /// An address of the loopback network alone.
    Loopback,
    /// The caller's number and name, as id(1) does.
    User,
}

pub(super) const PROGRAMS: &[Program] = &[
    Program { name: "hello", has_line: true, without_std: Err("none here"), arguments: &[], prints: Prints::Hello },
    Program {
        name: "dns-lookup",
        has_line: false,
        without_std: Ok("nostd-dns"),
        arguments: &["localhost"],
        prints: Prints::Loopback,
    },
    Program {
        name: "std-dns",
        has_line: true,
        without_std: Err("uses std"),
        arguments: &["localhost"],
        prints: Prints::Loopback,
    },
    Program { name: "whoami", has_line: true, without_std: Err("uses std"), arguments: &[], prints: Prints::User },
];

impl Program {
    /// The package to build in a mode, or why there is none.
    pub(super) fn package_in(&self, mode: Mode) -> Result<&'static str, &'static str> {
        match mode {
            Mode::NoStd => self.without_std,
            Mode::WithTheLine if !self.has_line => Err("imports for itself"),
            Mode::Adopted if !cfg!(all(target_arch = "x86_64", target_env = "gnu")) => Err("x86-64 glibc only"),
            _ => Ok(self.name),
        }
    }

    /// Whether it has printed what it should.
    pub(super) fn is_right(&self, stdout: &str) -> bool {
        match self.prints {
            Prints::Hello => stdout == "hello",
            Prints::Loopback => {
                !stdout.is_empty() && stdout.lines().all(|line| line == "::1" || line.starts_with("127."))
            }
            Prints::User => {
                let number = process::output(Command::new("id").arg("-u")).unwrap_or_default();
                stdout.starts_with(&format!("uid={}(", number.trim())) && stdout.contains(" groups=")
            }
        }
    }
}
