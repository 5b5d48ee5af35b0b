//! The examples in root directories laid out as distributions lay them out, and as broken ones are.
//!
//! The C library is this machine's, copied to where the layout has it.
#![cfg(target_os = "linux")]

mod support;

#[path = "hosts/layout.rs"]
mod layout;

use std::process::Output;

use layout::{Interpreter, Layout};
use support::text;

/// The exit status of an example that finds no usable C library.
const NO_HOST: i32 = 3;

/// Both examples resolve a name of the root's.
#[track_caller]
fn resolves(layout: &Layout, variables: &[(&str, &str)]) {
    for output in layout.run(variables) {
        assert!(output.status.success(), "{output:?}");
        assert_eq!(text(&output.stdout), "192.0.2.7\n", "{output:?}");
    }
}

/// Both end so, and say all of these.
#[track_caller]
fn ends(layout: &Layout, variables: &[(&str, &str)], status: i32, texts: &[&str]) -> [Output; 2] {
    let outputs = layout.run(variables);
    for output in &outputs {
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        assert_eq!((text(&output.stdout), told.lines().count()), (String::new(), 1), "{output:?}");
        for part in texts {
            assert!(told.contains(part), "{part} in {told}");
        }
    }
    outputs
}

/// `/lib64`, `/lib` and `/usr` are directories of their own, or links into `/usr`.
#[test]
fn merged_and_unmerged() {
    let Some(glibc) = Interpreter::glibc() else { return };
    let unmerged = Layout::new("unmerged");
    unmerged.put(&glibc.file, &glibc.usual);
    unmerged.put(&glibc.libc, &glibc.library("/lib"));
    resolves(&unmerged, &[]);
    let merged = Layout::new("merged");
    merged.link("usr/lib", "/lib");
    merged.link("usr/lib64", "/lib64");
    merged.put(&glibc.file, &format!("/usr{}", glibc.usual));
    merged.put(&glibc.libc, &glibc.library("/usr/lib"));
    resolves(&merged, &[]);
    // A merged /usr to which the links are missing.
    let linkless = Layout::new("linkless");
    linkless.put(&glibc.file, &format!("/usr{}", glibc.usual));
    linkless.put(&glibc.libc, &glibc.library("/usr/lib"));
    resolves(&linkless, &[]);
    // Debian's multiarch directory alone.
    let multiarch = Layout::new("multiarch");
    multiarch.put(&glibc.file, &glibc.library_named("/usr/lib", &glibc.usual));
    multiarch.put(&glibc.libc, &glibc.library("/usr/lib"));
    resolves(&multiarch, &[]);
}

/// NixOS and Guix: nothing at the usual places; `/usr/bin/env` or `/bin/sh` name the interpreter, which knows where its libc
/// is (here from a variable).
#[test]
fn store_layout() {
    let Some(glibc) = Interpreter::glibc() else { return };
    let store = "/gnu/store/0123456789abcdfghijklmnpqrsvwxyz-glibc/lib";
    let interpreter = format!("{store}/{}", glibc.name());
    for program in ["/usr/bin/env", "/bin/sh"] {
        let layout = Layout::new(&format!("store{}", program.replace('/', "-")));
        layout.put(&glibc.file, &interpreter);
        layout.put(&glibc.libc, &format!("{store}/libc.so.6"));
        let library_path = [("LD_LIBRARY_PATH", store)];
        // Nobody names it yet, or only what is no dynamic program.
        ends(&layout, &library_path, NO_HOST, &["no dynamic linker", &glibc.usual]);
        layout.put(&layout::program(), program);
        ends(&layout, &library_path, NO_HOST, &["no dynamic linker", &glibc.usual]);
        std::fs::write(layout.path(program), "#!/gnu/store/bash/bin/sh\n").expect("a script");
        ends(&layout, &library_path, NO_HOST, &["no dynamic linker", &glibc.usual]);
        if !layout.compile_with_interpreter(program, &interpreter) {
            return;
        }
        resolves(&layout, &library_path);
    }
}

/// The program that names the interpreter names one that is not usable: the error tells that one too.
#[test]
fn store_without_its_interpreter() {
    let layout = Layout::new("store-broken");
    if !support::is_root() || !layout.compile_with_interpreter("/bin/sh", "/gnu/store/gone/ld.so") {
        return;
    }
    ends(&layout, &[], NO_HOST, &["/gnu/store/gone/ld.so: not found"]);
}

/// glibc's is taken where both are installed, unless the variable names the other; so where glibc's is not usable.
#[test]
fn glibc_before_musl() {
    let (Some(glibc), Some(musl)) = (Interpreter::glibc(), Interpreter::musl()) else { return };
    let layout = Layout::new("both");
    layout.put(&glibc.file, &glibc.usual);
    layout.put(&glibc.libc, &glibc.library("/lib"));
    layout.put(&musl.file, &musl.usual);
    resolves(&layout, &[]);
    let libc = |variables: &[(&str, &str)]| text(&layout.run_verbose(variables).stderr);
    assert!(libc(&[]).contains("glibc"), "{}", libc(&[]));
    let variables = [("IMPORT_DYNAMIC_INTERPRETER", &*musl.usual)];
    assert!(libc(&variables).contains("musl"), "{}", libc(&variables));
    resolves(&layout, &variables);
    // Multiarch: the one at glibc's place is for another architecture.
    let mut bytes = std::fs::read(&glibc.file).expect("the interpreter");
    bytes[E_MACHINE] ^= 0xff;
    std::fs::write(layout.path(&glibc.usual), &bytes).expect("written");
    assert!(libc(&[]).contains("musl"), "{}", libc(&[]));
    resolves(&layout, &[]);
    std::fs::remove_file(layout.path(&musl.usual)).expect("removed");
    let usual = format!("{}: for another architecture", glibc.usual);
    ends(&layout, &[], NO_HOST, &[&usual, &format!("{}: not found", musl.usual)]);
}

/// Where the half-word `e_machine` is in an ELF header.
const E_MACHINE: usize = 18;

/// An interpreter whose file has been cut or replaced, at its usual place: told with the reason, and the others are tried.
#[test]
fn broken_interpreter() {
    let Some(glibc) = Interpreter::glibc() else { return };
    let layout = Layout::new("broken");
    let bytes = std::fs::read(&glibc.file).expect("the interpreter");
    for (contents, reason) in [
        (&bytes[..40], "truncated"),
        (&bytes[..bytes.len() / 2], "bad segment"),
        (b"#!/bin/sh\n", "not an ELF file"),
        (b"", "not an ELF file"),
    ] {
        layout.write(&glibc.usual, contents);
        ends(&layout, &[], NO_HOST, &[&format!("{}: {reason}", glibc.usual)]);
    }
}

/// The interpreter is there, its libc is not: it says so itself and ends the process, as for any program.
#[test]
fn interpreter_without_libc() {
    let Some(glibc) = Interpreter::glibc() else { return };
    let layout = Layout::new("without-libc");
    layout.put(&glibc.file, &glibc.usual);
    ends(&layout, &[], 127, &["error while loading shared libraries: libc.so.6"]);
}

/// The file system with the interpreter does not allow to execute files.
#[test]
fn noexec_libraries() {
    let Some(glibc) = Interpreter::glibc() else { return };
    let layout = Layout::new("noexec");
    layout.put(&glibc.file, &glibc.usual);
    layout.put(&glibc.libc, &glibc.library("/lib"));
    resolves(&layout, &[]);
    let folder = |file: &str| file.rsplit_once('/').expect("a folder").0.to_owned();
    let (usual, library) = (folder(&glibc.usual), folder(&glibc.library("/lib")));
    ends(&layout.noexec(&usual), &[], NO_HOST, &[&format!("{}: not permitted", glibc.usual)]);
    // Only the libc's folder: the interpreter says so itself.
    if library != usual {
        ends(&layout.noexec(&library), &[], 127, &["libc.so.6: failed to map segment from shared object"]);
    }
}
