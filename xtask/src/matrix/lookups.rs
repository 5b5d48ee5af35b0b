//! The columns of the matrix: what a program is asked, and what it must answer in each sort of root.

use std::time::Duration;

use super::programs::Program;
use crate::process::Finished;
use crate::root::Root;
use crate::roots::Libc;

/// One way to run a program.
#[derive(Debug)]
pub(crate) struct Lookup {
    /// The column's head.
    pub(crate) name: &'static str,
    pub(crate) arguments: &'static [&'static str],
    /// Where it is asked.
    hosts: &'static [Libc],
    /// Whether only programs with options are asked.
    options: bool,
    /// Whether only roots with the NSS module of that name are asked.
    myhostname: bool,
    /// Whether only programs that are linked with musl are asked.
    linked_with_musl: bool,
    expect: Expect,
}

/// What the program must do.
#[derive(Debug)]
enum Expect {
    /// Status 0 and exactly these lines on stdout.
    Addresses(&'static [&'static str]),
    /// This status, nothing on stdout, and every one of these texts on stderr.
    Failure(i32, &'static [&'static str]),
    /// Status 0, this line among others on stdout.
    Includes(&'static str),
    /// Status 0, this line on stdout, and the link mode, the C library and glibc's version on stderr.
    Verbose(&'static str),
    /// Status 3, or 127 from one that could not start, nothing on stdout, and the path of every usual interpreter on stderr.
    NoLibc,
    /// Status 0, and on stdout what [`super::cases::check`] wants.
    Cases,
}

const BOTH: &[Libc] = &[Libc::Glibc, Libc::Musl];
const GLIBC: &[Libc] = &[Libc::Glibc];
const EVERYWHERE: &[Libc] = &[Libc::Glibc, Libc::Musl, Libc::Nothing];
const NOWHERE: &[Libc] = &[Libc::Nothing];

const HOSTS: Lookup = Lookup {
    name: "hosts",
    arguments: &["fromhosts.test"],
    hosts: BOTH,
    options: false,
    myhostname: false,
    linked_with_musl: false,
    expect: Expect::Addresses(&["192.0.2.7"]),
};

/// Every lookup that there is. The names are answered by the root's `/etc/hosts`, by the NSS module that is put there, and
/// (`*.localhost`) by the distribution's `libnss_myhostname`; musl has no NSS.
pub(crate) const LOOKUPS: &[Lookup] = &[
    HOSTS,
    Lookup { name: "IPv6", arguments: &["fromhosts6.test"], expect: Expect::Addresses(&["2001:db8::7"]), ..HOSTS },
    Lookup {
        name: "two names",
        arguments: &["fromhosts6.test", "fromhosts.test"],
        expect: Expect::Addresses(&["2001:db8::7", "192.0.2.7"]),
        ..HOSTS
    },
    Lookup {
        name: "-4",
        arguments: &["-4", "dual.test"],
        options: true,
        expect: Expect::Addresses(&["192.0.2.8"]),
        ..HOSTS
    },
    Lookup {
        name: "-6",
        arguments: &["-6", "dual.test"],
        options: true,
        expect: Expect::Addresses(&["2001:db8::8"]),
        ..HOSTS
    },
    Lookup {
        name: "-v",
        arguments: &["-v", "fromhosts.test"],
        options: true,
        expect: Expect::Verbose("192.0.2.7"),
        ..HOSTS
    },
    Lookup {
        name: "NSS module",
        arguments: &["frommodule.test"],
        hosts: GLIBC,
        expect: Expect::Addresses(&["192.0.2.99"]),
        ..HOSTS
    },
    Lookup {
        name: "myhostname",
        arguments: &["name.localhost"],
        hosts: GLIBC,
        myhostname: true,
        expect: Expect::Includes("127.0.0.1"),
        ..HOSTS
    },
    Lookup { name: "unknown", arguments: &["unknown.test"], expect: Expect::Failure(1, &["unknown.test"]), ..HOSTS },
    Lookup { name: "usage", arguments: &[], hosts: EVERYWHERE, expect: Expect::Failure(2, &["NAME"]), ..HOSTS },
    Lookup { name: "no libc", hosts: NOWHERE, expect: Expect::NoLibc, ..HOSTS },
];

/// Cases of a test program, by parts of their names.
pub(super) const fn cases(name: &'static str, arguments: &'static [&'static str]) -> Lookup {
    Lookup { name, arguments, expect: Expect::Cases, ..HOSTS }
}

/// A program that is told one case, and says nothing.
pub(super) const fn silent(name: &'static str, arguments: &'static [&'static str]) -> Lookup {
    Lookup { expect: Expect::Addresses(&[]), ..cases(name, arguments) }
}

impl Lookup {
    /// Beside glibc alone.
    pub(super) const fn on_glibc(self) -> Self {
        Self { hosts: GLIBC, ..self }
    }

    /// Of programs that are linked with musl alone.
    pub(super) const fn linked_with_musl(self) -> Self {
        Self { linked_with_musl: true, ..self }
    }

    /// Whether `/proc` and `/dev` are there, each in a run of its own: cases look at their own process there.
    pub(crate) fn with_proc(&self) -> &'static [bool] {
        if matches!(self.expect, Expect::Cases) { &[true] } else { &[false, true] }
    }

    /// A lookup takes milliseconds, cases up to a minute each; under emulation somewhat more.
    pub(crate) fn limit(&self) -> Duration {
        Duration::from_secs(if matches!(self.expect, Expect::Cases) { 300 } else { 20 })
    }

    pub(crate) fn applies_to(&self, program: &Program, root: &Root) -> bool {
        let can_say =
            root.libc != Libc::Nothing || !program.is_nothing_without_libc() || matches!(self.expect, Expect::NoLibc);
        let has_module = root.has_myhostname || !self.myhostname;
        let has_options = program.mode.is_some() || !self.options;
        let is_linked_so = program.is_linked_with_musl() || !self.linked_with_musl;
        self.hosts.contains(&root.libc) && has_options && can_say && has_module && is_linked_so
    }

    /// Says what is wrong with what `program` did in `root`, if something is.
    pub(crate) fn check(&self, finished: &Finished, program: &Program, root: &Root) -> Result<(), String> {
        match self.expect {
            Expect::Addresses(addresses) => check_success(finished, addresses, &[]),
            Expect::Includes(address) => {
                let right = finished.end.code() == Some(0) && finished.stdout.lines().any(|line| line == address);
                if right { Ok(()) } else { Err(format!("expected status 0, and on stdout: {address}")) }
            }
            Expect::Verbose(address) => {
                let mode = program.mode.unwrap_or_default();
                let libc = root.libc;
                // musl tells no program its version.
                let version = if libc == Libc::Musl { "" } else { &root.version };
                check_success(finished, &[address], &[mode, libc.name(), version])
            }
            Expect::Failure(status, texts) => check_failure(finished, status, texts),
            Expect::NoLibc => {
                let status = if program.is_nothing_without_libc() { 127 } else { 3 };
                check_failure(finished, status, &root.arch.interpreters())
            }
            Expect::Cases => {
                if finished.end.code() != Some(0) {
                    return Err("expected status 0".to_owned());
                }
                super::cases::check(&finished.stdout, self.arguments, !root.arch.is_host())
            }
        }
    }
}

fn check_success(finished: &Finished, addresses: &[&str], texts: &[&str]) -> Result<(), String> {
    let lines: Vec<_> = finished.stdout.lines().collect();
    let named = texts.iter().all(|text| finished.stderr.contains(text));
    if finished.end.code() == Some(0) && lines == addresses && named {
        return Ok(());
    }
    let and = if texts.is_empty() { String::new() } else { format!(", and on stderr: {}", texts.join(", ")) };
    Err(format!("expected status 0 and {}{and}", addresses.join(", ")))
}

fn check_failure(finished: &Finished, status: i32, texts: &[&str]) -> Result<(), String> {
    let named = texts.iter().all(|text| finished.stderr.contains(text));
    if finished.end.code() == Some(status) && finished.stdout.is_empty() && named {
        return Ok(());
    }
    Err(format!("expected status {status}, nothing on stdout, and on stderr: {}", texts.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::path::PathBuf;
    use std::process::ExitStatus;

    use super::LOOKUPS;
    use crate::arch::Arch;
    use crate::matrix::programs::PROGRAMS;
    use crate::process::{End, Finished};
    use crate::root::Root;
    use crate::roots::Libc;

    fn check(lookup: &str, status: i32, stdout: &str, stderr: &str) -> Result<(), String> {
        let Some(lookup) = LOOKUPS.iter().find(|known| known.name == lookup) else { panic!("no such lookup") };
        let end = End::Exited(ExitStatus::from_raw(status << 8));
        let finished = Finished { end, stdout: stdout.to_owned(), stderr: stderr.to_owned() };
        let (arch, path, version) = (Arch::X86_64, PathBuf::new(), "2.31".to_owned());
        let (name, libc) = ("glibc-2.31".to_owned(), Libc::Glibc);
        let root = Root { name, libc, suite: "", has_myhostname: true, arch, path, version };
        lookup.check(&finished, &PROGRAMS[0], &root)
    }

    #[test]
    fn addresses_must_be_exactly_those() {
        assert_eq!(check("hosts", 0, "192.0.2.7\n", ""), Ok(()));
        assert!(check("hosts", 0, "192.0.2.7\n192.0.2.7\n", "").is_err());
        assert!(check("hosts", 1, "192.0.2.7\n", "").is_err());
    }

    #[test]
    fn verbose_says_mode_and_version() {
        assert_eq!(check("-v", 0, "192.0.2.7\n", "link mode guest\nlibc glibc 2.31\n"), Ok(()));
        assert!(check("-v", 0, "192.0.2.7\n", "link mode native\nlibc glibc 2.31\n").is_err());
        assert!(check("-v", 0, "192.0.2.7\n", "link mode guest\nlibc glibc\n").is_err());
    }

    #[test]
    fn without_a_libc_every_path_is_named() {
        let [glibc, musl] = Arch::X86_64.interpreters();
        assert_eq!(check("no libc", 3, "", &format!("{glibc} {musl}")), Ok(()));
        assert!(check("no libc", 3, "", glibc).is_err());
    }
}
