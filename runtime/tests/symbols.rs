//! `bind_all` looks symbols up in libraries' own tables: what it finds there is what the host's `dlsym` gives, and where that
//! is not certain it asks.
#![cfg(target_os = "linux")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use support::{Link, build, folder, has_c_compiler, output, run, text};

/// The program `many`, in guest mode and in native mode.
fn programs() -> [PathBuf; 2] {
    static PROGRAMS: OnceLock<[PathBuf; 2]> = OnceLock::new();
    let built = PROGRAMS.get_or_init(|| [Link::Static, Link::Dynamic].map(|link| build("test-programs", "dev", link)));
    built.each_ref().map(|program| program.with_file_name("many"))
}

/// The folder that a test builds its libraries in.
struct Libraries(PathBuf);

impl Libraries {
    /// With the library that others need in it.
    fn new(name: &str) -> Self {
        let libraries = Self(folder("symbols").join(name));
        fs::create_dir_all(&libraries.0).expect("a folder");
        libraries.build("libneeded.so", &["needed.c"], &[]);
        libraries
    }

    /// Builds a library from files beside this test, or files of the folder by their absolute names.
    fn build(&self, name: &str, sources: &[&str], options: &[&str]) -> PathBuf {
        let library = self.0.join(name);
        let mut cc = Command::new("cc");
        cc.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/symbols"))
            .args(["-shared", "-fPIC", "-O1", "-o"]);
        cc.arg(&library).args(sources).arg(format!("-L{}", self.0.display()));
        run(cc.arg(format!("-Wl,-rpath,{}", self.0.display())).args(options));
        library
    }

    /// The library of many functions, with one of each kind.
    fn many(&self) -> PathBuf {
        let source = self.0.join("many.c");
        let mut functions = String::new();
        for index in 0..150 {
            writeln!(functions, "int many_{index:03}(void) {{ return {index}; }}").expect("room");
        }
        fs::write(&source, functions).expect("a file");
        self.build("libmany.so", &["kinds.c", source.to_str().expect("UTF-8")], VERSIONS)
    }

    fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).env("LD_LIBRARY_PATH", &self.0);
        command
    }
}

const VERSIONS: &[&str] = &["-DVERSIONS", "-Wl,--version-script=kinds.map", "-lneeded"];

/// What the program says of a library's symbols, the same in both link modes; none if the tables are not for looking into.
fn compare(library: &Path) -> Option<BTreeMap<String, String>> {
    let [guest, native] = programs().map(|program| run(Command::new(program).arg("compare").arg(library)));
    assert_eq!(guest, native);
    let pairs = guest.lines().map(|line| line.split_once(": ").expect("a name and how it was found"));
    let all: BTreeMap<_, _> = pairs.map(|(name, how)| (name.to_owned(), how.to_owned())).collect();
    (!all.values().any(|how| how == "not read")).then_some(all)
}

#[test]
fn each_kind_of_definition() {
    if !has_c_compiler() {
        return;
    }
    let libraries = Libraries::new("kinds");
    let certain = ["plain", "weak", "object", "calls_others"];
    let asked = ["kept", "indirect", "of_thread", "unique", "absolute", "needed"];
    for (library, more) in [
        (libraries.build("libkinds.so", &["kinds.c"], &["-lneeded"]), &[][..]),
        (libraries.build("libversions.so", &["kinds.c"], VERSIONS), &["both", "mixed", "older"]),
    ] {
        let found = compare(&library).expect("its tables are read");
        let how = |name: &str| found.get(name).map_or("Absent", String::as_str);
        for name in certain.iter().chain(more) {
            assert_eq!(how(name), "Certain", "{name} {found:?}");
        }
        for name in asked {
            assert_eq!(how(name), "Asked", "{name} {found:?}");
        }
        for name in ["missing", "only_older"] {
            assert_eq!(how(name), "Absent", "{name} {found:?}");
        }
    }
}

#[test]
fn tables_that_are_not_the_first_or_not_there() {
    if !has_c_compiler() {
        return;
    }
    let libraries = Libraries::new("tables");
    libraries.build("libfiltee.so", &["filtee.c"], &[]);
    for (name, option) in [
        ("libsysv.so", "-Wl,--hash-style=sysv"),
        ("libauxiliary.so", "-Wl,--auxiliary,libfiltee.so"),
        ("libfilter.so", "-Wl,--filter,libfiltee.so"),
    ] {
        assert_eq!(compare(&libraries.build(name, &["kinds.c"], &[option, "-lneeded"])), None);
    }
    for style in ["gnu", "both"] {
        let option = format!("-Wl,--hash-style={style}");
        let library = libraries.build(&format!("lib{style}.so"), &["kinds.c"], &[&option, "-lneeded"]);
        assert!(compare(&library).is_some_and(|found| found["plain"] == "Certain"));
    }
}

#[test]
fn many_imports_are_bound_to_what_dlsym_gives() {
    if !has_c_compiler() {
        return;
    }
    let libraries = Libraries::new("many");
    libraries.many();
    for program in programs() {
        run(&mut libraries.command(&program, &["check"]));
    }
    let adopted = build("adopted-cases", "dev", Link::Static).with_file_name("adopted-many");
    run(&mut libraries.command(&adopted, &[]));
}

/// How often the interpreter was asked for one of the functions that are certain, and for one that is not.
fn asked(command: &mut Command) -> [usize; 2] {
    let output = output(command.env("LD_DEBUG", "symbols"));
    assert!(output.status.success(), "{output:?}");
    let told = text(&output.stderr);
    ["many_149", "indirect"].map(|name| {
        let line = format!("symbol={name};  lookup in file=");
        told.lines().filter(|text| text.contains(&line)).count()
    })
}

#[test]
fn the_interpreter_is_asked_for_what_is_not_certain() {
    if !has_c_compiler() {
        return;
    }
    let libraries = Libraries::new("asked");
    libraries.many();
    let version = format!("-DVERSION=\"{}\"", if cfg!(target_arch = "x86_64") { "GLIBC_2.2.5" } else { "GLIBC_2.17" });
    let audit = libraries.build("audit.so", &["audit.c"], &[]);
    let interposed = libraries.build("interposed.so", &["interposed.c"], &[&version]);
    for program in programs() {
        let bind = || libraries.command(&program, &["bind"]);
        assert_eq!(asked(&mut bind()), [0, 1]);
        assert_eq!(asked(bind().env("LD_PRELOAD", libraries.0.join("libneeded.so"))), [0, 1]);
        // What changes the answers: a weak definition may not be one, an auditor or another `dlsym` gives another function.
        assert_eq!(asked(bind().env("LD_DYNAMIC_WEAK", "1")), [1, 1]);
        assert_eq!(asked(bind().env("LD_AUDIT", &audit))[0], 1);
        for (variable, library) in [("LD_AUDIT", &audit), ("LD_PRELOAD", &interposed)] {
            run(libraries.command(&program, &["check"]).env(variable, library));
        }
        // Every line that IMPORT_DYNAMIC_DEBUG promises is there.
        let lines = output(bind().env("IMPORT_DYNAMIC_DEBUG", "1"));
        let told = text(&lines.stderr);
        for name in ["bound many_000 from libmany.so in ", "bound many_149 from libmany.so in "] {
            assert_eq!(told.matches(name).count(), 1, "{told}");
        }
    }
}

/// The host's own libraries that have many symbols.
const LIBC: [&str; 2] = ["libc.so.6", "libm.so.6"];
/// Others, some of which a host has: those of one distribution's releases.
const LARGE: [&str; 8] = [
    "libcrypto.so.3",
    "libcrypto.so.1.1",
    "libpython3.11.so.1.0",
    "libpython3.13.so.1.0",
    "libpython3.14.so.1.0",
    "libicuuc.so.72",
    "libicuuc.so.76",
    "libicuuc.so.78",
];

#[test]
fn every_symbol_of_large_libraries() {
    let libm = support::libm();
    let beside = |name: &&str| libm.with_file_name(name);
    let large: Vec<_> = LARGE.iter().map(beside).filter(|library| library.exists()).collect();
    if large.is_empty() {
        support::skip("no large library but the C library's");
    }
    for library in LIBC.iter().map(beside).chain(large) {
        let found = compare(&library).expect("its tables are read");
        let certain = found.values().filter(|how| *how == "Certain").count();
        println!("{}: {certain} of {}", library.display(), found.len());
        // The others are IFUNCs, variables of threads, and what other libraries have.
        assert!(certain > 300 && certain * 3 > found.len() * 2, "{}: {certain} of {}", library.display(), found.len());
    }
}
