//! Hosts of other sorts: copies of the root directories that `cargo xtask root` makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::network::SERVER;
use crate::program::run;

/// A sort of host: a column of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    /// The root directory that it is a copy of.
    root: &'static str,
    has_resolv_conf: bool,
}

/// The columns, from left to right.
pub(crate) const PLACES: [Place; 7] = [
    Place { name: "glibc 2.31", root: "glibc-2.31", has_resolv_conf: true },
    Place { name: "glibc 2.36", root: "glibc-2.36", has_resolv_conf: true },
    Place { name: "glibc 2.41", root: "glibc-2.41", has_resolv_conf: true },
    Place { name: "glibc 2.43", root: "glibc-2.43", has_resolv_conf: true },
    Place { name: "musl 1.2.5", root: "musl-1.2.5", has_resolv_conf: true },
    Place { name: "empty", root: "empty", has_resolv_conf: true },
    Place { name: "empty, no resolv.conf", root: "empty", has_resolv_conf: false },
];

impl Place {
    pub(crate) fn has_libc(&self) -> bool {
        self.root != "empty"
    }

    /// The version of glibc there, if there is one.
    pub(crate) fn version(&self) -> Option<&'static str> {
        self.root.strip_prefix("glibc-")
    }

    /// The root directory that it is a copy of.
    pub(crate) fn root(&self) -> PathBuf {
        // `target/roots`, above `target/tmp` or `target/TRIPLE/tmp`.
        let mut above = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().skip(1).take(2);
        let found = above.find(|target| target.join("roots").is_dir());
        found.unwrap_or(Path::new("target")).join("roots").join(self.root)
    }

    /// Makes the place anew in a test's folder, with the programs in it; its path.
    pub(crate) fn make(&self, folder: &Path, programs: &[PathBuf]) -> PathBuf {
        let place = folder.join(self.name.replace([' ', ','], "-"));
        if place.exists() {
            fs::remove_dir_all(&place).expect("an earlier run's place is removed");
        }
        run(Command::new("cp").arg("--archive").arg(fs::canonicalize(self.root()).expect("a root")).arg(&place));
        fs::write(place.join("etc/nsswitch.conf"), NSSWITCH).expect("nsswitch.conf");
        let extrausers = place.join("var/lib/extrausers");
        fs::create_dir_all(&extrausers).expect("a folder of the place");
        fs::write(extrausers.join("passwd"), "moduleuser:x:4242:4242:of the module:/home:/bin/sh\n").expect("passwd");
        fs::write(extrausers.join("group"), "modulegroup:x:4242:moduleuser\n").expect("group");
        if self.has_resolv_conf {
            write_resolv_conf(&place, &format!("nameserver {SERVER}\n"));
        } else {
            let _ = fs::remove_file(place.join("etc/resolv.conf")); // there is none
        }
        // By another process: what this one has open for writing, a child of another test's may hold open too, and a file
        // that is cannot be run.
        run(Command::new("cp").args(programs).arg(&place));
        place
    }
}

/// Modules that distributions have, and that need the libc that they were built with: the host's.
const NSSWITCH: &str = "passwd: files extrausers\ngroup: files extrausers\nhosts: files myhostname dns\n";

/// Configures the DNS of a place.
pub(crate) fn write_resolv_conf(place: &Path, text: &str) {
    fs::write(place.join("etc/resolv.conf"), text).expect("resolv.conf");
}
