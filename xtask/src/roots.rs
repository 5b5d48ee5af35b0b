//! The table of root directories: each a C library as a distribution ships it.

use crate::arch::Arch;

/// The C library of a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Libc {
    Glibc,
    Musl,
    /// Nothing but `/etc`.
    Nothing,
}

impl Libc {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Glibc => "glibc",
            Self::Musl => "musl",
            Self::Nothing => "none",
        }
    }
}

/// How a root is made. The first package is the C library; its version is the root's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipe {
    pub(crate) name: &'static str,
    pub(crate) libc: Libc,
    pub(crate) suite: &'static str,
    pub(crate) packages: &'static [&'static str],
}

/// Two NSS modules that distributions have, for hosts and for users, and what they need from outside `libc6`.
const GLIBC: &[&str] = &["libc6", "libgcc-s1", "libnss-myhostname", "libnss-extrausers", "libcap2"];
const GLIBC_WITH_CRYPT: &[&str] =
    &["libc6", "libgcc-s1", "libcrypt1", "libnss-myhostname", "libnss-extrausers", "libcap2"];
const MUSL: &[&str] = &["musl"];

impl Recipe {
    /// Whether the distribution has packages for that architecture.
    pub(crate) fn is_for(&self, arch: Arch) -> bool {
        arch != Arch::Riscv64 || ["", "trixie", "sid"].contains(&self.suite)
    }
}

/// Every root that there is.
pub(crate) const RECIPES: &[Recipe] = &[
    Recipe { name: "glibc-2.31", libc: Libc::Glibc, suite: "bullseye", packages: GLIBC_WITH_CRYPT },
    Recipe { name: "glibc-2.36", libc: Libc::Glibc, suite: "bookworm", packages: GLIBC },
    Recipe { name: "glibc-2.41", libc: Libc::Glibc, suite: "trixie", packages: GLIBC },
    Recipe { name: "glibc-2.43", libc: Libc::Glibc, suite: "sid", packages: GLIBC },
    Recipe { name: "musl-1.2.3", libc: Libc::Musl, suite: "bookworm", packages: MUSL },
    Recipe { name: "musl-1.2.5", libc: Libc::Musl, suite: "trixie", packages: MUSL },
    Recipe { name: "musl-1.2.6", libc: Libc::Musl, suite: "sid", packages: MUSL },
    Recipe { name: "empty", libc: Libc::Nothing, suite: "", packages: &[] },
];

/// The suite with the oldest musl of the roots: what is built with it runs beside newer ones too.
pub(crate) fn suite_with_oldest_musl(arch: Arch) -> &'static str {
    let oldest = RECIPES.iter().find(|recipe| recipe.libc == Libc::Musl && recipe.is_for(arch));
    oldest.map_or("sid", |recipe| recipe.suite)
}

/// The recipe of that name.
pub(crate) fn find(name: &str) -> Option<&'static Recipe> {
    RECIPES.iter().find(|recipe| recipe.name == name)
}

/// The directory's name: that of the C library in it, and the architecture unless it is this machine's.
pub(crate) fn directory(name: &str, arch: Arch) -> String {
    if arch.is_host() { name.to_owned() } else { format!("{name}-{arch}") }
}

/// Small files that every root has. The names and addresses are reserved for documentation, so only the root's own files
/// and modules can answer for them.
pub(crate) fn etc_files(libc: Libc) -> &'static [(&'static str, &'static str)] {
    match libc {
        Libc::Glibc => &[PASSWD, GROUP, HOSTS, NSSWITCH],
        // No server listens there, and one second is enough to find out.
        Libc::Musl => &[PASSWD, GROUP, HOSTS, ("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")],
        Libc::Nothing => &[PASSWD, GROUP, HOSTS],
    }
}

const PASSWD: (&str, &str) =
    ("passwd", "root:x:0:0:root:/root:/bin/sh\nfileuser:x:4241:4241:of the file:/home:/bin/sh\n");
const GROUP: (&str, &str) = ("group", "root:x:0:\nfilegroup:x:4241:fileuser\n");
const HOSTS: (&str, &str) = (
    "hosts",
    "127.0.0.1 localhost\n::1 localhost\n192.0.2.7 fromhosts.test\n2001:db8::7 fromhosts6.test\n\
     192.0.2.8 dual.test\n2001:db8::8 dual.test\n",
);
const NSSWITCH: (&str, &str) =
    ("nsswitch.conf", "passwd: files importtest\ngroup: files importtest\nhosts: files importtest myhostname\n");
