//! The columns of the matrix: what a program is asked, and what it must answer in each sort of root.

use crate::arch::Arch;
use crate::process::Finished;
use crate::roots::Libc;

/// One way to run a program.
#[derive(Debug)]
pub(crate) struct Lookup {
    /// The column's head.
    pub(crate) name: &'static str,
    pub(crate) arguments: &'static [&'static str],
    /// Where it is asked.
    hosts: &'static [Libc],
    expect: Expect,
}

/// What the program must do.
#[derive(Debug)]
enum Expect {
    /// Status 0 and exactly these lines on stdout.
    Addresses(&'static [&'static str]),
    /// This status, nothing on stdout, and every one of these texts on stderr.
    Failure(i32, &'static [&'static str]),
    /// Status 3, nothing on stdout, and the path of every usual interpreter on stderr.
    NoLibc,
}

const BOTH: &[Libc] = &[Libc::Glibc, Libc::Musl];
const GLIBC: &[Libc] = &[Libc::Glibc];
const EVERYWHERE: &[Libc] = &[Libc::Glibc, Libc::Musl, Libc::Nothing];
const NOWHERE: &[Libc] = &[Libc::Nothing];

/// Every lookup that there is. The names are answered by the root's `/etc/hosts`, by the NSS module that is put there, and
/// (`*.localhost`) by the distribution's `libnss_myhostname`; musl has no NSS.
pub(crate) const LOOKUPS: &[Lookup] = &[
    Lookup { name: "hosts", arguments: &["fromhosts.test"], hosts: BOTH, expect: Expect::Addresses(&["192.0.2.7"]) },
    Lookup { name: "IPv6", arguments: &["fromhosts6.test"], hosts: BOTH, expect: Expect::Addresses(&["2001:db8::7"]) },
    Lookup { name: "-4", arguments: &["-4", "dual.test"], hosts: BOTH, expect: Expect::Addresses(&["192.0.2.8"]) },
    Lookup { name: "-6", arguments: &["-6", "dual.test"], hosts: BOTH, expect: Expect::Addresses(&["2001:db8::8"]) },
    Lookup {
        name: "two names",
        arguments: &["fromhosts6.test", "fromhosts.test"],
        hosts: BOTH,
        expect: Expect::Addresses(&["2001:db8::7", "192.0.2.7"]),
    },
    Lookup {
        name: "NSS module",
        arguments: &["frommodule.test"],
        hosts: GLIBC,
        expect: Expect::Addresses(&["192.0.2.99"]),
    },
    Lookup {
        name: "myhostname",
        arguments: &["-4", "name.localhost"],
        hosts: GLIBC,
        expect: Expect::Addresses(&["127.0.0.1"]),
    },
    Lookup {
        name: "unknown",
        arguments: &["unknown.test"],
        hosts: BOTH,
        expect: Expect::Failure(1, &["unknown.test"]),
    },
    Lookup { name: "usage", arguments: &[], hosts: EVERYWHERE, expect: Expect::Failure(2, &["NAME"]) },
    Lookup { name: "no libc", arguments: &["fromhosts.test"], hosts: NOWHERE, expect: Expect::NoLibc },
];

impl Lookup {
    pub(crate) fn applies_to(&self, libc: Libc) -> bool {
        self.hosts.contains(&libc)
    }

    /// Says what is wrong with `finished`, if something is.
    pub(crate) fn check(&self, finished: &Finished, arch: Arch) -> Result<(), String> {
        match self.expect {
            Expect::Addresses(addresses) => {
                let lines: Vec<_> = finished.stdout.lines().collect();
                let right = finished.end.code() == Some(0) && lines == addresses;
                if right { Ok(()) } else { Err(format!("expected status 0 and {}", addresses.join(", "))) }
            }
            Expect::Failure(status, texts) => check_failure(finished, status, texts),
            Expect::NoLibc => check_failure(finished, 3, &arch.interpreters()),
        }
    }
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
    use std::process::ExitStatus;

    use super::LOOKUPS;
    use crate::arch::Arch;
    use crate::process::{End, Finished};

    fn finished(status: i32, stdout: &str, stderr: &str) -> Finished {
        let end = End::Exited(ExitStatus::from_raw(status << 8));
        Finished { end, stdout: stdout.to_owned(), stderr: stderr.to_owned() }
    }

    #[test]
    fn addresses_must_be_exactly_those() {
        let hosts = &LOOKUPS[0];
        assert_eq!(hosts.check(&finished(0, "192.0.2.7\n", ""), Arch::X86_64), Ok(()));
        assert!(hosts.check(&finished(0, "192.0.2.7\n192.0.2.7\n", ""), Arch::X86_64).is_err());
        assert!(hosts.check(&finished(1, "192.0.2.7\n", ""), Arch::X86_64).is_err());
    }

    #[test]
    fn without_a_libc_every_path_is_named() {
        let Some(nothing) = LOOKUPS.iter().find(|lookup| lookup.name == "no libc") else { panic!("no such lookup") };
        let [glibc, musl] = Arch::X86_64.interpreters();
        assert_eq!(nothing.check(&finished(3, "", &format!("{glibc} {musl}")), Arch::X86_64), Ok(()));
        assert!(nothing.check(&finished(3, "", glibc), Arch::X86_64).is_err());
    }
}
