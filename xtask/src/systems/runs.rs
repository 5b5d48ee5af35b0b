//! The programs that are run on every such architecture, and what they must do.

use std::net::IpAddr;
use std::time::Duration;

use crate::process::Finished;

/// Emulators are slow, and so may the machine be.
pub(super) const LIMIT: Duration = Duration::from_secs(120);

/// How a program is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    Static,
    Dynamic,
}

impl Link {
    pub(super) fn flags(self) -> &'static str {
        match self {
            Self::Static => "-Ctarget-feature=+crt-static",
            Self::Dynamic => "-Ctarget-feature=-crt-static",
        }
    }

    /// Where they are built, below the target directory.
    pub(super) fn directory(self) -> &'static str {
        match self {
            Self::Static => "systems-static",
            Self::Dynamic => "systems-dynamic",
        }
    }
}

/// One run of a program.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) name: &'static str,
    /// And its package's name.
    pub(super) program: &'static str,
    pub(super) link: Link,
    pub(super) arguments: &'static [&'static str],
    pub(super) expect: Expect,
}

/// What a program must do.
#[derive(Debug)]
pub(super) enum Expect {
    /// Status 0.
    Success,
    /// Status 0, and this line on stdout.
    Says(&'static str),
    /// Status 0, loopback addresses and nothing else on stdout, and these texts on stderr.
    Loopback(&'static [&'static str]),
    /// This status, nothing on stdout, and one line on stderr with these texts.
    Error(i32, &'static [&'static str]),
}

/// What an import's error says in a static program.
const UNSUPPORTED: &str = "a static program cannot load a host libc on this platform";

const CASE: Run =
    Run { name: "", program: "test-programs", link: Link::Dynamic, arguments: &[], expect: Expect::Success };

pub(super) const RUNS: &[Run] = &[
    Run {
        name: "static, an import is called",
        program: "call-cost",
        link: Link::Static,
        expect: Expect::Error(127, &["labs", UNSUPPORTED]),
        ..CASE
    },
    Run {
        name: "static, resolve() is asked",
        program: "dns-lookup",
        link: Link::Static,
        arguments: &["localhost"],
        // The program's own line and status: it goes on.
        expect: Expect::Error(3, &["dns-lookup: ", UNSUPPORTED]),
    },
    Run {
        name: "dynamic, names",
        program: "dns-lookup",
        arguments: &["-v", "localhost"],
        expect: Expect::Loopback(&["native", "glibc 2."]),
        ..CASE
    },
    Run {
        name: "dynamic, names that differ between systems",
        program: "search-calls",
        expect: Expect::Says("bound: [true, true, true], false"),
        ..CASE
    },
    Run { name: "dynamic, a call", program: "call-cost", ..CASE },
    Run { name: "dynamic, calls in eight threads", arguments: &["at-once"], ..CASE },
    Run { name: "dynamic, the heap", arguments: &["allocation"], ..CASE },
    Run { name: "dynamic, errno", arguments: &["errno"], ..CASE },
    Run { name: "dynamic, the environment", arguments: &["variables"], ..CASE },
    Run { name: "dynamic, the list of imports", arguments: &["imports"], ..CASE },
    Run { name: "dynamic, all are bound at once", arguments: &["bind-all"], ..CASE },
    Run {
        name: "dynamic, a variadic import is called by name",
        arguments: &["variadic-first"],
        expect: Expect::Error(127, &["variadic imports cannot be called by name on this architecture", "resolve()"]),
        ..CASE
    },
];

impl Expect {
    /// Says what was expected, if it is not what a program did.
    pub(super) fn check(&self, finished: &Finished) -> Result<(), String> {
        let code = finished.end.code();
        let says = |texts: &[&str]| texts.iter().all(|text| finished.stderr.contains(text));
        let (right, expected) = match self {
            Self::Success => (code == Some(0), "status 0".to_owned()),
            Self::Says(line) => {
                (code == Some(0) && finished.stdout.lines().eq([*line]), format!("status 0, and on stdout: {line}"))
            }
            Self::Loopback(texts) => {
                let is_loopback = |line: &str| line.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
                let addresses = !finished.stdout.is_empty() && finished.stdout.lines().all(is_loopback);
                let expected = format!("status 0, loopback addresses, and on stderr: {}", texts.join(", "));
                (code == Some(0) && addresses && says(texts), expected)
            }
            Self::Error(status, texts) => {
                let lines = (finished.stdout.lines().count(), finished.stderr.lines().count());
                let expected = format!("status {status}, and one line, on stderr: {}", texts.join(", "));
                (code == Some(*status) && lines == (0, 1) && says(texts), expected)
            }
        };
        if right { Ok(()) } else { Err(expected) }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::{Expect, Finished};
    use crate::process::End;

    fn check(expect: &Expect, status: i32, stdout: &str, stderr: &str) -> bool {
        let end = End::Exited(ExitStatus::from_raw(status << 8));
        expect.check(&Finished { end, stdout: stdout.to_owned(), stderr: stderr.to_owned() }).is_ok()
    }

    #[test]
    fn only_loopback_addresses() {
        let expect = Expect::Loopback(&["native"]);
        assert!(check(&expect, 0, "::1\n127.0.0.1\n", "link mode native\n"));
        assert!(!check(&expect, 0, "", "link mode native\n"));
        assert!(!check(&expect, 0, "127.0.0.1\n192.0.2.7\n", "link mode native\n"));
        assert!(!check(&expect, 0, "127.0.0.1\n", "link mode guest\n"));
        assert!(!check(&expect, 1, "127.0.0.1\n", "link mode native\n"));
    }

    #[test]
    fn only_that_line() {
        let expect = Expect::Says("bound: true");
        assert!(check(&expect, 0, "bound: true\n", ""));
        assert!(!check(&expect, 0, "bound: false\n", ""));
        assert!(!check(&expect, 134, "bound: true\n", ""));
    }

    #[test]
    fn an_error_is_one_line_and_its_status() {
        let expect = Expect::Error(127, &["labs", "cannot"]);
        assert!(check(&expect, 127, "", "labs: cannot\n"));
        assert!(!check(&expect, 3, "", "labs: cannot\n"));
        assert!(!check(&expect, 127, "", "labs: cannot\nmore\n"));
        assert!(!check(&expect, 127, "42\n", "labs: cannot\n"));
        assert!(!check(&expect, 127, "", "labs\n"));
    }
}
