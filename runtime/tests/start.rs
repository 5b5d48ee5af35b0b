//! What the first import finds: an environment changed before it, a host that comes later, a program with more rights
//! than who starts it; and what it leaves as it was.
#![cfg(target_os = "linux")]

mod support;

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use support::{Link, build, folder, output, run, text};

/// One program, linked for guest and for native mode.
fn programs() -> [&'static Path; 2] {
    static PROGRAMS: OnceLock<[PathBuf; 2]> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| [Link::Static, Link::Dynamic].map(|link| build("start-cases", "dev", link)));
    programs.each_ref().map(PathBuf::as_path)
}

/// A case that has to come out right in both.
fn case(name: &str) {
    for program in programs() {
        run(Command::new(program).arg(name).env("ONE", "1").env("TWO", "2").env("THREE", "3"));
    }
}

fn interpreter() -> PathBuf {
    let name = run(Command::new(programs()[0]).arg("host"));
    let path = PathBuf::from(name.trim_end());
    assert!(path.is_file(), "{path:?}");
    path
}

#[test]
fn an_environment_that_has_been_changed() {
    case("variables_removed");
    case("all_variables_removed");
    case("variables_added");
    case("variables_removed_later");
}

#[test]
fn each_libc_has_its_own_heap() {
    case("heaps");
    case("heaps_in_threads");
    // A thread that attaches has an arena of its own in glibc, which is mapped. With one arena for all, the host's heap
    // grows where home's does, at the program break: it would hand out home's memory.
    for program in programs() {
        for name in ["heaps", "heaps_in_threads"] {
            run(Command::new(program).arg(name).env("GLIBC_TUNABLES", "glibc.malloc.arena_max=1"));
        }
    }
}

#[test]
fn everything_else_stays_as_it_was() {
    case("state");
    case("state_of_threads");
}

#[test]
fn a_host_that_comes_later() {
    let path = folder("start").join("later");
    let _ = std::fs::remove_file(&path); // of an earlier run
    let mut command = Command::new(programs()[0]);
    command.arg("host_later").args([&path, &interpreter()]).env("IMPORT_DYNAMIC_INTERPRETER", &path);
    run(&mut command);
}

/// What a program says of its host when this is named as the interpreter.
fn host(interpreter: &Path) -> Output {
    output(Command::new(programs()[0]).arg("host").env("IMPORT_DYNAMIC_INTERPRETER", interpreter))
}

#[track_caller]
fn refused(path: &Path, reason: &str) {
    let output = host(path);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let tried = format!("(tried {}: {reason})", path.display());
    assert!(text(&output.stderr).contains(&tried), "{tried} in {output:?}");
}

#[test]
fn programs_are_no_interpreters() {
    refused(Path::new("/bin/sh"), "a program, not an interpreter");
    // A static-pie program's headers are those of an interpreter.
    refused(programs()[0], "not a dynamic linker");
    refused(&build("adopted-cases", "dev", Link::Static), "not a dynamic linker");
}

/// Whether the file system is mounted so that set-user-ID programs get no rights.
fn ignores_set_user_id(folder: &Path) -> bool {
    let path = std::ffi::CString::new(folder.as_os_str().as_bytes()).expect("a path without NUL");
    // SAFETY: statvfs(3).
    unsafe {
        let mut facts = std::mem::zeroed::<libc::statvfs>();
        libc::statvfs(path.as_ptr(), &mut facts) == 0 && facts.f_flag & libc::ST_NOSUID != 0
    }
}

/// A set-user-ID program trusts no environment, and its libc has taken variables out of it before anything else ran.
#[test]
fn a_program_with_more_rights_than_its_user() {
    if !support::is_root() {
        return;
    }
    // A place that other users reach.
    let folder = PathBuf::from(format!("/var/tmp/import-dynamic-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).expect("a folder for all");
    if ignores_set_user_id(&folder) {
        std::fs::remove_dir_all(&folder).expect("the folder to remove");
        support::skip("no place for set-user-ID programs");
        return;
    }
    let copy = folder.join("program");
    let host = |program: &Path, case: &str, mode| {
        // By another process: this one's children of other tests could hold the file open for writing, and the kernel
        // starts no such file.
        run(Command::new("cp").args([program, &copy]));
        chown(&copy, Some(1), Some(1)).expect("another owner");
        std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(mode)).expect("a mode");
        let mut command = Command::new(&copy);
        command.arg(case).uid(65534).gid(65534).env("IMPORT_DYNAMIC_DEBUG", "1");
        // Two that glibc takes away from such programs.
        command.env("LD_LIBRARY_PATH", "/there/is/none").env("MALLOC_CHECK_", "0");
        output(command.env("IMPORT_DYNAMIC_INTERPRETER", "/there/is/none").env("ADOPTED_CASE", "some value"))
    };
    let plain = host(programs()[0], "host", 0o755);
    assert_eq!(plain.status.code(), Some(3), "{plain:?}");
    let guest = host(programs()[0], "host", 0o4755);
    let adopted = host(&build("adopted-cases", "dev", Link::Static), "host", 0o4755);
    std::fs::remove_dir_all(&folder).expect("the folder to remove");
    for output in [guest, adopted] {
        assert!(output.status.success(), "{output:?}");
        assert_eq!(text(&output.stderr), "", "no debugging for an attacker");
    }
}
