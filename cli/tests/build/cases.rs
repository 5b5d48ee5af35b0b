//! One file, on this host and on all others that there are.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use object::read::elf::{ElfFile64, FileHeader as _, ProgramHeader as _};
use object::{Endianness, elf};

use crate::programs::{build, cargo, directories, run, run_everywhere, run_in, run_with};

fn everything() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| build("everything", "cases", ""))
}

/// What a case must print, on every host; the constructor and destructor are always there.
#[track_caller]
fn prints(case: &str, expected: &str) {
    for (host, said) in run_everywhere(everything(), &[case]) {
        assert_eq!(said.status, Some(0), "{host}: {}", said.stderr);
        assert_eq!(said.stdout, format!("{expected}destructor\n"), "{host}");
    }
}

#[test]
fn c_code_with_checks_variables_and_constructors() {
    prints(
        "c",
        "printf abc 20 2.50 1 2 3 4 1.5 2.5\n\
         fprintf abc-20-2.5-7-8-9\n\
         1 2 3 4 5 6.5\n\
         abc!\n\
         stat 0 1\n\
         strtol 42 sscanf 17 pow 15.625\n\
         condition 1\n\
         getopt a value\n\
         fd_set 1 environ 1 constructor 1\n\
         indirect 1\n\
         weak 0 0\n\
         atexit\n",
    );
}

/// Every row of the loader's table of differences, by the names that C code has for them.
#[test]
fn differences_between_c_libraries() {
    prints(
        "differences",
        "64 0 5000000000 4999999999 6000000000 1 1 1\n\
         chk bc abcabcabc abc 5 12.5 abc 5 2.5 1 2 3 4 abc-5 abc 5 7.5 1 2 3|5 1 1 4 4\n\
         dprintf abc 5 1.25\n\
         versions 11 regexec 0 2\n\
         res_init 0\n\
         strerror_r 0 Permission denied\n\
         find 0 1 1\n\
         version 1 1\n\
         isoc23 -17 18 19\n\
         thread_atexit 1\n\
         numbers 1 0 1 0\n\
         device 1500 3500\n\
         pointers 1\n",
    );
    assert_eq!(run(everything(), &["differences"]).stderr, "on stderr\n");
}

#[test]
fn a_thousand_threads() {
    prints("threads", "499500\n");
}

#[test]
fn thread_locals_are_dropped() {
    prints("thread-locals", "dropped 55\n");
}

#[test]
fn panics_unwind() {
    prints("panic", "true true\n");
}

#[test]
fn files() {
    prints("files", "text 4 true\nNotFound true\n");
}

#[test]
fn names_resolve() {
    prints("names", "true\n");
}

#[test]
fn sockets() {
    prints("sockets", "over a socket\n");
}

#[test]
fn commands_run_and_fail() {
    prints("command", "NotFound exit status: 0 itself\n");
}

#[test]
fn signals() {
    prints("signals", "10\n");
}

#[test]
fn fork_and_threads_in_the_child() {
    prints("fork", "42\n");
}

#[test]
fn std_and_c_have_one_environment() {
    prints("environment", "\"seen by C\"\n\"seen by std\"\n");
}

#[test]
fn locales_are_the_libcs() {
    prints("locale", "\"C\"\ntrue\n");
}

#[test]
fn printf_and_std_take_turns() {
    prints("mixed", "std 0 C 0 0.5\nstd 1 C 1 0.5\nstd 2 C 2 0.5\n");
}

#[test]
fn what_c_has_buffered_is_written_at_exit() {
    for (host, said) in run_everywhere(everything(), &["buffered"]) {
        assert_eq!(said.status, Some(0), "{host}: {}", said.stderr);
        assert_eq!(said.stdout, "std\ndestructor\nbuffered by C", "{host}");
    }
}

#[test]
fn a_big_stack() {
    prints("big-stack", "1800030000\n");
}

#[test]
fn libraries_open() {
    prints("dlopen", "1\n");
}

#[test]
fn backtraces_have_names_and_lines() {
    let said = run(everything(), &["backtrace"]);
    assert!(said.stdout.contains("std::rt::lang_start"), "{}", said.stdout);
    assert!(said.stdout.contains("src/main.rs:"), "{}", said.stdout);
}

#[test]
fn stack_overflow_is_reported() {
    for (host, said) in run_everywhere(everything(), &["overflow"]) {
        assert_eq!(said.status, None, "{host}: a signal ends it");
        // glibc reads the bounds of the first stack in /proc, which the roots have not, and musl tells less: ordinary
        // programs report nothing there either.
        if host == "this host" {
            let reported = said.stderr.contains("thread 'main'") && said.stderr.contains("has overflowed its stack");
            assert!(reported, "{host}: {}", said.stderr);
        }
    }
}

#[test]
fn stack_overflow_in_a_thread_is_reported() {
    for (host, said) in run_everywhere(everything(), &["overflow-in-thread"]) {
        assert_eq!(said.status, None, "{host}: a signal ends it");
        // musl from 1.2.6 on does not take the alternate stack that std makes where signal frames are large (AVX-512).
        let has_stack = said.stdout == "stack for signals true\n";
        assert!(has_stack || host.starts_with("musl"), "{host}: {}", said.stdout);
        assert_eq!(said.stderr.contains("has overflowed its stack"), has_stack, "{host}: {}", said.stderr);
    }
}

#[test]
fn the_file_names_no_interpreter_and_no_library() {
    let bytes = std::fs::read(everything()).unwrap();
    let file = ElfFile64::<Endianness>::parse(&*bytes).unwrap();
    let (header, endian) = (file.elf_header(), file.endian());
    for segment in header.program_headers(endian, &*bytes).unwrap() {
        assert_ne!(segment.p_type(endian), elf::PT_INTERP);
        if let Some(dynamic) = segment.dynamic(endian, &*bytes).unwrap() {
            assert!(dynamic.iter().all(|entry| entry.d_tag.get(endian) != elf::DT_NEEDED));
        }
    }
}

#[test]
fn without_a_libc_one_line_and_127() {
    let said = run_with(everything(), &["files"], &[("IMPORT_DYNAMIC_INTERPRETER", "/no/such/interpreter")]);
    assert_eq!(said.status, Some(127));
    assert_eq!(said.stderr.lines().count(), 1, "{}", said.stderr);
    assert!(said.stderr.contains("/no/such/interpreter: not found"), "{}", said.stderr);
}

#[test]
fn without_a_libc_every_path_is_named() {
    let root = directories("everything", "without a libc").1;
    std::fs::create_dir_all(&root).unwrap();
    std::fs::copy(everything(), root.join("program")).unwrap();
    let said = run_in(&root, "/program", &["files"]);
    let (glibc, musl) = ("ld-linux-x86-64.so.2", "ld-musl-x86_64.so.1");
    let interpreters = [
        format!("/lib64/{glibc}"),
        format!("/usr/lib64/{glibc}"),
        format!("/usr/lib/x86_64-linux-gnu/{glibc}"),
        format!("/lib/{musl}"),
        format!("/usr/lib/{musl}"),
        "/usr/bin/env".to_owned(),
        "/bin/sh".to_owned(),
    ];
    let tried = interpreters.map(|path| format!("{path}: not found")).join(", ");
    let expected = format!(
        "import-dynamic: no usable host libc: no dynamic linker (tried {tried}); \
         install a libc or set IMPORT_DYNAMIC_INTERPRETER\n"
    );
    assert_eq!((said.status, said.stdout, said.stderr), (Some(127), String::new(), expected));
}

#[test]
fn cargo_test_runs_tests() {
    let (_, output) = cargo("everything", "cases", &["test"], "");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("test result: ok. 2 passed"), "{text}");
}
