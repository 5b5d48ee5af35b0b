//! Adopted mode: a program without std and libc, which becomes a process of the host's libc.
#![cfg(target_os = "linux")]

mod support;

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

use support::{Link, build, folder, libm, output, run, text};

fn program() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    Command::new(PROGRAM.get_or_init(|| build("adopted-cases", "dev", Link::Static)))
}

/// Runs a case; what it printed. Its exit status has to be the one given.
#[track_caller]
fn case(name: &str, status: i32) -> Output {
    let output = output(program().arg(name).env("ADOPTED_CASE", "some value"));
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(status), "{:?} {out}{err}", output.status.signal());
    output
}

#[test]
fn nothing_is_brought_up_when_nothing_is_called() {
    case("nothing", 7);
}

#[test]
fn host_is_told() {
    case("host", 0);
}

#[test]
fn variadic_doubles_on_the_first_call() {
    let output = case("first-call-variadic", 0);
    assert_eq!(text(&output.stdout), "1.500 7 text -2.5e+10 1099511627776\n");
}

#[test]
fn output_into_a_pipe_is_not_lost_at_exit() {
    assert_eq!(text(&case("unflushed", 3).stdout), "not lost");
    assert_eq!(text(&case("at-exit", 0).stdout), "main and at exit");
}

#[test]
fn arguments_and_environment() {
    let output = output(program().args(["arguments", "one", "", "two words"]));
    assert_eq!(text(&output.stdout), "[one][][two words]");
    case("environment", 0);
}

#[test]
fn errno_is_the_hosts() {
    case("errno", 0);
}

#[test]
fn threads_have_their_own_variables() {
    case("threads", 0);
}

#[test]
fn fork_and_wait() {
    case("fork", 0);
}

#[test]
fn threads_end_as_the_hosts_do() {
    case("destructors", 0);
    case("many-threads", 0);
}

#[test]
fn children_of_threads_and_commands() {
    case("fork-in-threads", 0);
    case("commands", 0);
}

#[test]
fn signal_handlers_may_call_imports() {
    case("signals", 0);
}

#[test]
fn the_main_threads_stack_is_the_kernels() {
    case("main-stack", 0);
}

#[test]
fn without_a_host_only_a_call_fails() {
    let without = |case: &str| output(program().arg(case).env("IMPORT_DYNAMIC_INTERPRETER", "/there/is/none"));
    let nothing = without("nothing");
    assert_eq!((nothing.status.code(), text(&nothing.stderr)), (Some(7), String::new()));
    let call = without("errno");
    let line = text(&call.stderr);
    assert_eq!((call.status.code(), line.lines().count()), (Some(127), 1), "{line}");
    let start = "import-dynamic: cannot import open from libc: no usable host libc: no dynamic linker (tried \
                 /there/is/none: not found)";
    assert!(line.starts_with(start), "{line}");
}

#[test]
fn the_host_sees_the_program() {
    case("dladdr", 0);
    case("program-headers", 0);
}

#[test]
fn a_missing_symbol_ends_the_process_with_one_line() {
    let output = case("missing-symbol", 127);
    assert_eq!(text(&output.stdout), "");
    let line = text(&output.stderr);
    assert_eq!(line.lines().count(), 1, "{line}");
    for part in ["no_such_function", "nor_this_one", "libnothing-of-the-sort.so.1", "libc.so.6"] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

#[test]
fn bind_all_names_what_is_missing() {
    case("bind-all", 0);
}

#[test]
fn a_failed_bind_can_succeed_later() {
    let folder = folder("late-library").join("adopted");
    let _ = std::fs::remove_dir_all(&folder); // of an earlier run
    std::fs::create_dir_all(folder.join("late")).expect("a folder");
    run(program().args(["late-library".as_ref(), libm().as_os_str()]).current_dir(folder));
}
