//! What libraries that a program opens find in it, and exceptions in them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::linkers::has_mold;
use crate::programs::{build, run_everywhere, run_with_library};

/// Compiles a library; for any host's C library, if it is C.
pub(crate) fn library(source: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/build/libraries").join(source);
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("build/libraries");
    std::fs::create_dir_all(&to).unwrap();
    let to = to.join(source.file_stem().unwrap()).with_extension("so");
    let (compiler, flag) = match source.extension() {
        Some(c) if c == "c" => ("cc", "-nostdlib"),
        _ => ("c++", "-O2"),
    };
    let status = Command::new(compiler).args(["-shared", "-fPIC", flag, "-o"]).arg(&to).arg(source).status();
    assert!(status.unwrap().success());
    to
}

/// The program with all its symbols exported.
fn exporting() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| build("exports", "exporting", "-Clink-arg=-rdynamic"))
}

/// The program as it is without flags.
fn plain() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| build("exports", "exports", ""))
}

#[track_caller]
fn prints(program: &Path, case: &str, library: &Path, expected: &str) {
    for (host, said) in run_with_library(program, &[case], Some(library)) {
        assert_eq!((said.status, said.stdout.as_str()), (Some(0), expected), "{case} on {host}: {}", said.stderr);
    }
}

#[test]
fn libraries_see_functions_variables_and_thread_locals() {
    let library = library("plugin.c");
    prints(exporting(), "names", &library, "42 12345\n");
    prints(exporting(), "data", &library, "10 10\n");
    prints(exporting(), "tls", &library, "8 (7, (), 9)\n");
}

#[test]
fn gnu_ld_and_mold_export_too() {
    let library = library("plugin.c");
    for linker in ["bfd", "mold"].into_iter().filter(|linker| *linker != "mold" || has_mold()) {
        let flags = format!("-Clink-arg=-rdynamic -Clink-arg=-fuse-ld={linker}");
        let program = build("exports", &format!("exporting-{linker}"), &flags);
        prints(&program, "names", &library, "42 12345\n");
        prints(&program, "tls", &library, "8 (7, (), 9)\n");
    }
}

#[test]
fn exports_are_a_choice() {
    for (host, said) in run_with_library(plain(), &["names"], Some(&library("plugin.c"))) {
        assert_eq!(said.status, Some(1), "{host}");
        assert!(said.stderr.contains("PROGRAM_DATA") || said.stderr.contains("program_"), "{host}: {}", said.stderr);
    }
}

/// And a function that C libraries have as well is the program's for all, as in any executable.
#[test]
fn export_dynamic_needs_no_flag() {
    prints(plain(), "exported", &library("exported.c"), "12387\n");
}

/// Older dynamic linkers call it before the program's imports are bound.
#[test]
fn an_allocator_of_the_programs_own_is_the_libcs() {
    for linker in ["lld", "bfd"] {
        let program = build("malloc", &format!("malloc-{linker}"), &format!("-Clink-arg=-fuse-ld={linker}"));
        for (host, said) in run_everywhere(&program, &[]) {
            assert_eq!((said.status, said.stdout.as_str()), (Some(0), "1 1 1 190000\n"), "{host}: {}", said.stderr);
        }
    }
}
