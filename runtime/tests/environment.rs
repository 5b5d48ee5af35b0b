//! The examples, static as users build them, in whatever environment they are started.
#![cfg(target_os = "linux")]

mod support;

use std::ffi::CString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::ptr::null;
use std::sync::OnceLock;

use support::{Link, build, folder, output, run, text};

/// Where byte `e_ident[EI_CLASS]` is in an ELF header, and the half-word `e_machine`.
const EI_CLASS: usize = 4;
const E_MACHINE: usize = 18;
/// The exit status of an example that finds no usable C library.
const NO_HOST: i32 = 3;

/// The two examples: guest mode and adopted mode.
fn programs() -> [&'static Path; 2] {
    static PROGRAMS: OnceLock<[PathBuf; 2]> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| ["dns-lookup", "nostd-dns"].map(|name| build(name, "dev", Link::Static)));
    programs.each_ref().map(PathBuf::as_path)
}

/// Runs both examples, each with what `prepare` adds to its command line.
fn both(prepare: impl Fn(&mut Command)) -> [Output; 2] {
    programs().map(|program| {
        let mut command = Command::new(program);
        prepare(&mut command);
        output(&mut command)
    })
}

/// Both examples resolve `localhost`.
#[track_caller]
fn resolve(prepare: impl Fn(&mut Command)) {
    for output in both(|command| prepare(command.arg("localhost"))) {
        assert!(output.status.success(), "{output:?}");
        let addresses = text(&output.stdout);
        assert!(addresses.lines().any(|line| line == "127.0.0.1" || line == "::1"), "{output:?}");
        assert_eq!(text(&output.stderr), "");
    }
}

/// The interpreter that the examples find by themselves.
fn interpreter() -> PathBuf {
    let output = output(Command::new(programs()[0]).args(["-v", "localhost"]));
    let told = text(&output.stderr);
    assert!(told.starts_with("link mode    guest\n"), "{told}");
    let line = told.lines().find_map(|line| line.strip_prefix("interpreter  "));
    line.unwrap_or_else(|| panic!("no interpreter in {told}")).into()
}

/// Both examples refuse an interpreter, and say why.
#[track_caller]
fn refused(path: &Path, reason: &str) {
    for output in both(|command| _ = command.arg("localhost").env("IMPORT_DYNAMIC_INTERPRETER", path)) {
        let line = text(&output.stderr);
        assert_eq!(output.status.code(), Some(NO_HOST), "{line}");
        assert_eq!(text(&output.stdout), "");
        assert_eq!(line.lines().count(), 1, "{line}");
        let tried = format!("(tried {}: {reason})", path.display());
        assert!(line.contains(&tried), "{tried} in {line}");
        assert!(line.contains("no usable host libc"), "{line}");
    }
}

/// Both examples refuse the host's interpreter changed by `change`.
#[track_caller]
fn refused_when_changed(name: &str, reason: &str, change: impl Fn(&mut Vec<u8>)) {
    let mut bytes = fs::read(interpreter()).expect("the host's interpreter");
    change(&mut bytes);
    let path = folder("environment").join(name);
    fs::write(&path, bytes).expect("a file");
    refused(&path, reason);
}

#[test]
fn the_interpreter_can_be_named() {
    let copy = folder("environment").join("copy");
    fs::copy(interpreter(), &copy).expect("a copy of the host's interpreter");
    for path in [&interpreter(), &copy] {
        resolve(|command| _ = command.env("IMPORT_DYNAMIC_INTERPRETER", path));
    }
    let output = output(Command::new(programs()[0]).args(["-v", "localhost"]).env("IMPORT_DYNAMIC_INTERPRETER", &copy));
    let line = format!("interpreter  {}", copy.display());
    assert!(text(&output.stderr).lines().any(|told| told == line), "{output:?}");
}

#[test]
fn an_empty_name_names_no_interpreter() {
    resolve(|command| _ = command.env("IMPORT_DYNAMIC_INTERPRETER", ""));
}

/// Where memory is short that is what is said: or that some of what was tried could not be kept.
#[test]
fn no_memory_for_an_interpreter() {
    let interpreter = interpreter();
    for program in programs() {
        let limited = |kibibytes: u32| {
            let script = format!("ulimit -v {kibibytes} && exec \"$0\" localhost");
            let mut command = Command::new("sh");
            output(command.args(["-c", &script]).arg(program).env("IMPORT_DYNAMIC_INTERPRETER", &interpreter))
        };
        // The kernel lets it start from some limit on, of which the address space's layout decides.
        let started = (1..64).map(|step| limited(step * 128)).find(|output| output.status.code().is_some());
        let output = started.expect("it starts with 8 MiB");
        let line = text(&output.stderr);
        assert_eq!(output.status.code(), Some(NO_HOST), "{line}");
        assert!(line.contains("out of memory") || line.contains("; and more)"), "{line}");
    }
}

#[test]
fn what_is_no_interpreter_is_refused_by_name() {
    let folder = folder("environment");
    refused(&folder.join("none"), "not found");
    refused(&folder, "not a regular file");
    let script = folder.join("text");
    fs::write(&script, "#!/bin/sh\nexit 0\n").expect("a file");
    refused(&script, "not an ELF file");
    let empty = folder.join("empty");
    fs::write(&empty, "").expect("a file");
    refused(&empty, "not an ELF file");
    let pipe = folder.join("pipe");
    let _ = fs::remove_file(&pipe);
    run(Command::new("mkfifo").arg(&pipe));
    refused(&pipe, "not a regular file");
    refused(&script.join("below"), "not a directory");
    refused(Path::new("/dev/null"), "not a regular file");
}

#[test]
fn an_interpreter_of_another_kind_is_refused() {
    refused_when_changed("machine", "for another architecture", |bytes| bytes[E_MACHINE] ^= 0xff);
    refused_when_changed("class", "not 64-bit", |bytes| bytes[EI_CLASS] = 1);
    refused_when_changed("order", "wrong byte order", |bytes| bytes[EI_CLASS + 1] = 2);
    refused_when_changed("header", "truncated", |bytes| bytes.truncate(40));
    refused_when_changed("table", "bad program header table", |bytes| bytes.truncate(100));
    refused_when_changed("half", "bad segment", |bytes| bytes.truncate(bytes.len() / 2));
}

#[test]
fn debug_lines_tell_what_is_opened_and_bound() {
    for output in both(|command| _ = command.arg("localhost").env("IMPORT_DYNAMIC_DEBUG", "1")) {
        assert!(output.status.success(), "{output:?}");
        let told = text(&output.stderr);
        for line in told.lines() {
            let parts =
                line.strip_prefix("import-dynamic: ").and_then(|line| line.strip_suffix(" us")?.rsplit_once(" in "));
            let (what, time) = parts.unwrap_or_else(|| panic!("{line}"));
            assert!(what.starts_with("opened ") || what.starts_with("bound "), "{line}");
            assert!(time.parse::<u64>().is_ok(), "{line}");
        }
        for what in ["opened libc.so.6 in ", "bound getaddrinfo from libSystem in "] {
            assert_eq!(told.matches(what).count(), 1, "{what} in {told}");
        }
    }
    resolve(|command| _ = command.env("IMPORT_DYNAMIC_DEBUG", "0"));
    resolve(|command| _ = command.env("IMPORT_DYNAMIC_DEBUG", ""));
}

#[test]
fn environments_of_every_size() {
    resolve(|command| _ = command.env_clear());
    resolve(|command| {
        let long = "value ".repeat(50);
        command.envs((0..1000).map(|number| (format!("VARIABLE_{number}"), long.clone())));
    });
    resolve(|command| _ = command.env("GLIBC_TUNABLES", "glibc.malloc.mmap_max=10:glibc.malloc.arena_max=1"));
    resolve(|command| _ = command.env("GLIBC_TUNABLES", ""));
}

/// execve(2) takes an environment that has the same variable more than once.
#[test]
fn the_same_variable_many_times() {
    let value = format!("GLIBC_TUNABLES=glibc.malloc.mmap_max=10{}", ":glibc.malloc.arena_max=1".repeat(120));
    let value = CString::new(value).expect("without NUL");
    for program in programs() {
        let path = CString::new(program.as_os_str().as_encoded_bytes()).expect("a path without NUL");
        let value = value.clone();
        let become_it = move || {
            let arguments = [path.as_ptr(), c"localhost".as_ptr(), null()];
            let mut environment = [value.as_ptr(); 21];
            environment[20] = null();
            // SAFETY: execve(2): a path, and two lists that end with null; it returns if it has failed.
            unsafe { libc::execve(path.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
            Err(std::io::Error::last_os_error())
        };
        let mut command = Command::new(program);
        // SAFETY: nothing is allocated between fork and exec.
        let output = output(unsafe { command.pre_exec(become_it) });
        assert!(output.status.success() && text(&output.stderr).is_empty(), "{output:?}");
    }
}

#[test]
fn command_lines_of_every_kind() {
    resolve(|command| _ = command.arg0(""));
    resolve(|command| _ = command.arg0("a name that is no file"));
    resolve(|command| _ = command.args(vec!["localhost"; 1000]));
    for output in both(|_| ()) {
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(text(&output.stderr).contains("usage: "), "{output:?}");
    }
}

#[test]
fn a_name_that_does_not_resolve() {
    for output in both(|command| _ = command.args(["no such name", "localhost"])) {
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(text(&output.stderr).contains("no such name: "), "{output:?}");
        assert!(!output.stdout.is_empty(), "{output:?}");
    }
}

#[test]
fn closed_streams() {
    for streams in [">&-", "<&- >&- 2>&-"] {
        for program in programs() {
            let script = format!("exec \"$0\" localhost {streams}");
            run(Command::new("sh").args(["-c", &script]).arg(program));
        }
    }
}

#[test]
fn without_proc() {
    let script = "mount --make-rprivate / && umount -l /proc && test ! -e /proc/self && exec \"$0\" localhost";
    let unshare = |program: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", script, program]);
        command
    };
    if !support::is_root() || !output(&mut unshare("true")).status.success() && !support::skip("cannot unmount /proc") {
        return;
    }
    for program in programs() {
        let addresses = run(&mut unshare(program.to_str().expect("a path in UTF-8")));
        assert!(!addresses.is_empty());
    }
}
