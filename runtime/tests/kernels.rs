//! The examples on kernels that refuse, lack or hide something: each has its defined outcome.
//!
//! The kernel is this machine's. What others refuse, a filter of system calls refuses (seccomp(2)); what others do not tell,
//! is taken out of the auxiliary vector (getauxval(3)) before the program's first instruction.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod support;

#[path = "kernels/auxiliary.rs"]
mod auxiliary;
#[path = "kernels/filter.rs"]
mod filter;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use filter::Filter;
use support::{Link, build, text};

/// The exit status of an example that finds no usable C library.
const NO_HOST: i32 = 3;

/// The two examples: guest mode and adopted mode.
fn programs() -> [&'static Path; 2] {
    static PROGRAMS: OnceLock<[PathBuf; 2]> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| ["dns-lookup", "nostd-dns"].map(|name| build(name, "dev", Link::Static)));
    programs.each_ref().map(PathBuf::as_path)
}

/// A program that resolves `localhost`, behind a filter.
fn behind(filter: &Filter, program: &Path) -> Output {
    let mut command = Command::new(program);
    filter.apply_to(command.arg("localhost"));
    support::output(&mut command)
}

#[track_caller]
fn resolves(output: &Output) {
    let addresses = text(&output.stdout);
    assert!(output.status.success(), "{:?} {output:?}", output.status.signal());
    assert!(addresses.lines().any(|line| line == "127.0.0.1" || line == "::1"), "{output:?}");
}

/// It ends with this status, and says all of these.
#[track_caller]
fn ends(output: &Output, status: i32, texts: &[&str]) {
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{:?} {output:?}", output.status.signal());
    for part in texts {
        assert!(told.contains(part), "{part} in {told}");
    }
}

/// SELinux's execmem: no memory that is both written and executed. There is none: the interpreter's code is mapped from
/// its file.
#[test]
fn without_executable_memory() {
    for program in programs() {
        resolves(&behind(&filter::no_executable_memory(), program));
    }
}

/// No file may be mapped to be executed: the interpreter cannot be, which is an error of one line.
#[test]
fn without_executable_files() {
    for program in programs() {
        let output = behind(&filter::no_executable_files(), program);
        ends(&output, NO_HOST, &["no usable host libc", "permission denied"]);
        assert_eq!(text(&output.stderr).lines().count(), 1, "{output:?}");
    }
}

/// Kernels before 5.3, and containers whose filter says so: the libcs fall back to clone.
#[test]
fn without_clone3() {
    for program in programs() {
        resolves(&behind(&Filter::of(&[libc::SYS_clone3], libc::ENOSYS), program));
    }
}

/// A filter that refuses clone3 as if it were known: no libc makes threads there, nor then the guest's. A program that
/// needs none works.
#[test]
fn where_clone3_is_forbidden() {
    let filter = Filter::of(&[libc::SYS_clone3], libc::EPERM);
    let [guest, adopted] = programs().map(|program| behind(&filter, program));
    resolves(&adopted);
    if guest.status.success() {
        return resolves(&guest); // a libc before glibc 2.34, or musl, which do not know clone3
    }
    ends(&guest, NO_HOST, &["the host libc cannot make a thread: not permitted"]);
}

/// No thread at all.
#[test]
fn where_threads_are_forbidden() {
    let filter = Filter::of(&[libc::SYS_clone3, libc::SYS_clone], libc::EPERM);
    let [guest, adopted] = programs().map(|program| behind(&filter, program));
    resolves(&adopted);
    ends(&guest, NO_HOST, &["cannot start a thread for the host libc: not permitted"]);
}

/// Linux 3.10: nothing that came later, neither system calls nor entries of the auxiliary vector.
#[test]
fn like_linux_3_10() {
    for program in programs() {
        let mut command = Command::new(program);
        filter::like_linux_3_10().apply_to(command.arg("localhost"));
        let since = |kind: u64| !matches!(kind, 3..=25 | 31 | 33);
        resolves(&auxiliary::run_without(&mut command, since));
    }
}

/// A kernel, or one in user space, that does not say that the thread pointer may be swapped without a system call.
#[test]
fn without_hwcap2() {
    for program in programs() {
        resolves(&auxiliary::run_without(Command::new(program).arg("localhost"), |kind| kind == libc::AT_HWCAP2));
    }
}

/// ... and does not tell the thread pointer either.
#[test]
#[cfg(target_arch = "x86_64")]
fn where_the_thread_pointer_is_not_told() {
    for (program, mode) in programs().into_iter().zip([Some("guest"), None]) {
        let mut command = Command::new(program);
        command.args(mode.map(|_| "-v")).arg("localhost");
        filter::no_thread_pointer_told().apply_to(&mut command);
        let output = auxiliary::run_without(&mut command, |kind| kind == libc::AT_HWCAP2);
        resolves(&output);
        assert!(mode.is_none_or(|mode| text(&output.stderr).contains(mode)), "{output:?}");
    }
}

/// A kernel that lets nobody set a thread pointer runs no libc: the interpreter says so itself, and ends the process.
#[test]
#[cfg(target_arch = "x86_64")]
fn where_no_thread_pointer_can_be_set() {
    let [_, adopted] = programs();
    let output = behind(&Filter::of(&[libc::SYS_arch_prctl], libc::EPERM), adopted);
    ends(&output, 127, &["cannot set %fs base address"]);
}

/// Nor one that kills whoever asks: the process ends by the signal, wherever it asked, as a dynamic program does.
#[test]
#[cfg(target_arch = "x86_64")]
fn where_setting_a_thread_pointer_kills() {
    for program in programs() {
        let output = behind(&Filter::killing(&[libc::SYS_arch_prctl]), program);
        assert_eq!(output.status.signal(), Some(libc::SIGSYS), "{output:?}");
    }
}

/// A filter that kills whoever makes a call that it does not know, and knows those that DESIGN.md lists.
#[test]
fn where_unknown_calls_kill() {
    for program in programs() {
        resolves(&behind(&filter::only_listed_calls(), program));
    }
    // It does kill.
    let mut command = Command::new(programs()[0]);
    Filter::killing(&[libc::SYS_openat]).apply_to(command.arg("localhost"));
    assert_eq!(support::output(&mut command).status.signal(), Some(libc::SIGSYS));
}
