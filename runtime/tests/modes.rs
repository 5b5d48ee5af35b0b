//! One program with std, built static (guest mode) and dynamic (native mode): every case runs in both.
#![cfg(target_os = "linux")]

mod support;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use support::{Link, build, folder, libm, output, run, text};

/// The programs as they are linked in each way, by the name of the link mode.
fn programs() -> [(&'static str, &'static Path); 2] {
    static PROGRAMS: OnceLock<[PathBuf; 2]> = OnceLock::new();
    let [guest, native] =
        PROGRAMS.get_or_init(|| [Link::Static, Link::Dynamic].map(|link| build("test-programs", "dev", link)));
    [("guest", guest), ("native", native)]
}

/// Runs a case in both link modes with what `prepare` adds; the exit status has to be the one given.
#[track_caller]
fn case_with(name: &str, status: i32, prepare: impl Fn(&mut Command)) -> [Output; 2] {
    programs().map(|(mode, program)| {
        let mut command = Command::new(program);
        prepare(command.arg(name));
        let output = output(&mut command);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{name} {mode}: {:?} {out}{err}", output.status.signal());
        output
    })
}

#[track_caller]
fn case(name: &str) -> [Output; 2] {
    case_with(name, 0, |_| ())
}

/// Runs a case of the program whose imports are absent.
fn absent(name: &str) -> [Output; 2] {
    programs().map(|(_, program)| output(Command::new(program.with_file_name("absent")).arg(name)))
}

#[test]
fn eight_threads_call_at_once() {
    case("at-once");
}

#[test]
fn what_threads_took_is_given_back() {
    case("many-threads");
}

#[test]
fn two_heaps_do_not_share_memory() {
    case("allocation");
    // With one arena for all threads, the guest's heap would be at the program break too.
    let one_arena = ("GLIBC_TUNABLES", "glibc.malloc.arena_max=1");
    case_with("allocation", 0, |command| _ = command.env(one_arena.0, one_arena.1));
    // Where addresses are not random, the break follows the program.
    let is_allowed = output(Command::new("setarch").args(["-R", "true"])).status.success();
    if is_allowed || support::skip("setarch -R is refused") {
        for (_, program) in programs() {
            run(Command::new("setarch").arg("-R").arg(program).arg("allocation").env(one_arena.0, one_arena.1));
        }
    }
}

#[test]
fn errno_is_the_hosts_and_the_programs_own_stays() {
    case("errno");
}

#[test]
fn bring_up_leaves_the_process_as_it_was() {
    case("untouched");
}

#[test]
fn the_host_has_the_programs_environment() {
    case("variables");
    case_with("variables", 0, |command| _ = command.env("GLIBC_TUNABLES", "glibc.malloc.arena_max=1"));
    case_with("variables", 0, |command| _ = command.env("GLIBC_TUNABLES", ""));
    case_with("variables", 0, |command| _ = command.env_clear());
}

#[test]
fn output_into_a_pipe_is_not_lost() {
    for output in case("print") {
        assert_eq!(text(&output.stdout), "held back");
    }
    for output in case_with("print-and-exit", 7, |_| ()) {
        assert_eq!(text(&output.stdout), "held back");
    }
}

#[test]
fn variadic_doubles_on_the_first_call() {
    case("variadic-first");
}

#[test]
fn imports_are_listed_and_bound_together() {
    case("imports");
    case("bind-all");
}

#[test]
fn functions_with_other_names_elsewhere() {
    for link in [Link::Static, Link::Dynamic] {
        assert_eq!(run(&mut Command::new(build("search-calls", "dev", link))), "bound: [true, true, true], false\n");
    }
}

#[test]
fn a_failed_bind_can_succeed_later() {
    for (mode, program) in programs() {
        let folder = folder("late-library").join(mode);
        let _ = std::fs::remove_dir_all(&folder); // of an earlier run
        std::fs::create_dir_all(folder.join("late")).expect("a folder");
        let mut command = Command::new(program.with_file_name("absent"));
        run(command.args(["late-library".as_ref(), libm().as_os_str()]).current_dir(folder));
    }
}

#[test]
fn bind_all_names_what_is_absent() {
    for output in absent("bind-all") {
        assert!(output.status.success(), "{output:?}");
    }
}

#[test]
fn errors_tell_every_try() {
    for output in absent("errors") {
        assert!(output.status.success(), "{output:?}");
    }
}

#[test]
fn an_absent_import_that_is_called_ends_the_process_with_one_line() {
    for output in absent("call") {
        let line = text(&output.stderr);
        assert_eq!((output.status.code(), line.lines().count()), (Some(127), 1), "{output:?}");
        assert!(output.stdout.is_empty());
        assert!(line.starts_with("import-dynamic: cannot import absent_two from libabsent-one.so.1: "), "{line}");
        for part in ["; /absent/two.so: ", "; absent_two in libc.so.6: ", "; absent_three in libc.so.6: "] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
    for output in absent("call-on-thread") {
        let line = text(&output.stderr);
        assert_eq!((output.status.code(), line.lines().count()), (Some(127), 1), "{output:?}");
        assert!(line.contains("absent_five from libabsent-three.so.1"), "{line}");
    }
}
