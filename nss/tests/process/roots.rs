//! Hosts without a libc, and files of many sorts: in root directories of the cases' own.

use std::ffi::CString;
use std::fs::File;
use std::net::ToSocketAddrs;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::Command;

use import_dynamic_nss::{
    Error, Resolver, group_by_name, groups_of, lookup_host, service_by_name, service_by_port, set_resolver, user_by_id,
};

use crate::{Case, NONE, is_root, skip, text, this_file};

pub(crate) const CASES: &[Case] = &[
    ("nothing_at_all", NONE, nothing_at_all),
    ("files_without_a_libc", NONE, files_without_a_libc),
    ("host_alone_is_an_error_without_a_libc", NONE, host_alone_is_an_error_without_a_libc),
    ("go_without_a_libc", NONE, go_without_a_libc),
    ("all_of_it_in_every_root", NONE, all_of_it_in_every_root),
];

/// A root directory that this process is in.
struct Place {
    /// The folder that it is in, by which it is reached from within.
    above: File,
    name: CString,
}

/// Goes into a new root directory with these files; none without the rights.
fn enter(files: &[(&str, &str)]) -> Option<Place> {
    if !is_root() {
        return None;
    }
    let name = format!("nss-root-{}", std::process::id());
    let root = std::env::temp_dir().join(&name);
    std::fs::create_dir_all(root.join("etc")).expect("a root");
    for (name, contents) in files {
        std::fs::write(root.join("etc").join(name), contents).expect("a file");
    }
    let above = File::open(std::env::temp_dir()).expect("the folder above");
    let path = CString::new(root.to_str().expect("UTF-8")).expect("no null byte");
    // SAFETY: a path.
    assert_eq!(unsafe { libc::chroot(path.as_ptr()) }, 0, "{}", std::io::Error::last_os_error());
    std::env::set_current_dir("/").expect("the root");
    Some(Place { above, name: CString::new(name).expect("no null byte") })
}

impl Place {
    /// Removes the files and the directory itself.
    fn leave(self) {
        std::fs::remove_dir_all(Path::new("/etc")).expect("the files go");
        // SAFETY: an open folder, and a name.
        let removed = unsafe { libc::unlinkat(self.above.as_raw_fd(), self.name.as_ptr(), libc::AT_REMOVEDIR) };
        assert_eq!(removed, 0, "{}", std::io::Error::last_os_error());
    }
}

fn nothing_at_all() {
    let Some(place) = enter(&[]) else { return };
    // As RFC 6761 has it, without any file.
    assert!(("localhost", 80).to_socket_addrs().expect("localhost").all(|address| address.ip().is_loopback()));
    assert_eq!(user_by_id(0).expect("no file is no error"), None);
    let error = ("name.example", 80).to_socket_addrs().expect_err("nobody to ask");
    assert!(error.to_string().contains("failed to lookup address information"), "{error}");
    place.leave();
}

fn files_without_a_libc() {
    let many: String = (0..3000).map(|number| format!(",member{number}")).collect();
    let group = format!("wheel:x:10:ann{many}\nstaff:x:20:ann,bob\n");
    let files = [
        ("hosts", "192.0.2.7 seven.example seven\n"),
        ("passwd", "ann:x:1000:100:Ann:/home/ann:/bin/sh\n"),
        ("group", &group),
        ("services", &format!("custom 4242/tcp special{}\n", many.replace(',', " "))),
    ];
    let Some(place) = enter(&files) else { return };
    let all: Vec<String> =
        ("seven", 80).to_socket_addrs().expect("a name of /etc/hosts").map(|address| address.to_string()).collect();
    assert_eq!(all, ["192.0.2.7:80"]);
    let ann = user_by_id(1000).expect("the file").expect("ann");
    assert_eq!((ann.name.to_str(), ann.shell.to_str()), (Some("ann"), Some("/bin/sh")));
    // Larger than any buffer that one would begin with.
    assert_eq!(group_by_name("wheel").expect("the file").expect("wheel").members.len(), 3001);
    assert_eq!(groups_of("ann", 100).expect("the file"), [100, 10, 20]);
    let found = import_dynamic_nss::Query::new("seven").service("special").socket_type(libc::SOCK_STREAM).lookup();
    assert_eq!(found.expect("a service of the file").next().map(|address| address.port()), Some(4242));
    let custom = service_by_name("special", None).expect("the file").expect("custom");
    assert_eq!((custom.name.to_str(), custom.port, custom.protocol.to_str()), (Some("custom"), 4242, Some("tcp")));
    assert_eq!(custom.aliases.len(), 3001);
    assert_eq!(service_by_port(4242, Some("tcp")).expect("the file"), Some(custom));
    assert_eq!(service_by_port(4242, Some("udp")).expect("the file"), None);
    place.leave();
}

fn host_alone_is_an_error_without_a_libc() {
    let Some(place) = enter(&[]) else { return };
    set_resolver(Resolver::Host).expect("before the first lookup");
    let error = lookup_host("localhost", 1).expect_err("nobody to ask");
    assert!(matches!(error, Error::Nobody { .. }), "{error}");
    assert!(error.to_string().contains("no usable libc on this host"), "{error}");
    assert!(matches!(user_by_id(0), Err(Error::Nobody { .. })));
    assert!(matches!(groups_of("root", 0), Err(Error::Nobody { .. })));
    assert!(matches!(service_by_port(80, None), Err(Error::Nobody { .. })));
    place.leave();
}

fn go_without_a_libc() {
    let Some(place) = enter(&[("nsswitch.conf", "hosts: files resolve dns\n"), ("hosts", "192.0.2.8 eight\n")]) else {
        return;
    };
    set_resolver(Resolver::Go).expect("before the first lookup");
    // The rules ask for libc; there is none, and the files know the name.
    assert_eq!(lookup_host("eight", 1).expect("a name of /etc/hosts").count(), 1);
    place.leave();
}

/// What `cargo xtask root` makes.
const ROOTS: [&str; 7] =
    ["glibc-2.31", "glibc-2.36", "glibc-2.41", "glibc-2.43", "musl-1.2.3", "musl-1.2.5", "musl-1.2.6"];

/// Runs this very program, with all cases but this one, in copies of the root directories.
fn all_of_it_in_every_root() {
    // `target/roots`, above `target/tmp` or `target/TRIPLE/tmp`. In a root directory itself there is none.
    let targets = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().skip(1).take(2);
    if !Path::new(env!("CARGO_TARGET_TMPDIR")).exists() {
        return;
    }
    let Some(roots) = targets.map(|target| target.join("roots")).find(|roots| roots.is_dir()) else {
        skip("no target/roots: `cargo xtask root` makes them");
        return;
    };
    if !is_root() {
        return;
    }
    for name in ROOTS {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("nss-{name}"));
        let _ = std::fs::remove_dir_all(&place); // an earlier run's, if there was one
        let root = std::fs::canonicalize(roots.join(name)).expect("a root directory");
        let copied = Command::new("cp").arg("--archive").arg(root).arg(&place).status().expect("cp");
        assert!(copied.success(), "{name}");
        for folder in ["dev", "tmp"] {
            std::fs::create_dir_all(place.join(folder)).expect("a folder");
        }
        std::fs::write(place.join("dev/null"), "").expect("a file");
        std::fs::copy(this_file(), place.join("process")).expect("a copy");
        let output = Command::new("chroot").arg(&place).arg("/process").output().expect("chroot");
        let out = text(&output.stdout);
        assert!(output.status.success(), "{name}\n{out}{}", text(&output.stderr));
        assert!(out.lines().filter(|line| line.contains(" ... ok")).count() > 40, "{name}\n{out}");
        std::fs::remove_dir_all(&place).expect("the place goes");
    }
}
