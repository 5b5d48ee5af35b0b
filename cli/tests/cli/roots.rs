//! Real hosts: root directories that `cargo xtask root` has made in `target/roots`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::elf_file::{import, program};
use super::support::{Directory, skip};

/// The roots for this machine.
fn roots() -> Vec<PathBuf> {
    // `target/tmp`, or `target/TRIPLE/tmp`.
    let above = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().skip(1).take(2);
    let Some(entries) = above.into_iter().find_map(|target| fs::read_dir(target.join("roots")).ok()) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|root| {
        let interpreters = ["lib64/ld-linux-x86-64.so.2", "lib/ld-musl-x86_64.so.1"];
        interpreters.iter().any(|path| fs::symlink_metadata(root.join(path)).is_ok())
    });
    found.sort();
    found
}

/// Why the tests cannot run, if they cannot.
fn lacking() -> Option<&'static str> {
    if roots().is_empty() {
        return Some("no roots (cargo xtask root makes them)");
    }
    let namespaces = Command::new("unshare").args(["--user", "--map-root-user", "true"]).output();
    (!namespaces.is_ok_and(|output| output.status.success())).then_some("no user namespaces")
}

/// Runs a program in a root. Needs to be root there, which a user namespace gives.
fn in_root(root: &Path, arguments: &[OsString]) -> String {
    let output =
        Command::new("unshare").args(["--user", "--map-root-user", "chroot"]).arg(root).args(arguments).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The probe: a dynamic program without symbol versions, for glibc before and since 2.34 and for musl.
fn probe(here: &Directory) -> Option<PathBuf> {
    // Stand-ins, for their names only: with no versions in them, the probe asks for none.
    let stand_in =
        here.write("libc.c", "void dlopen() {}\nvoid dlsym() {}\nvoid dlvsym() {}\nvoid write() {}\nvoid _exit() {}\n");
    let compile = |arguments: &[&str]| {
        Command::new("cc").current_dir(here.path()).args(arguments).status().is_ok_and(|status| status.success())
    };
    for soname in ["libc.so.6", "libpthread.so.0", "libdl.so.2"] {
        let name = format!("-Wl,-soname,{soname}");
        if !compile(&["-shared", "-nostdlib", "-w", "-o", soname, stand_in.to_str()?, &name]) {
            return None;
        }
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/probe.c");
    let made = compile(&[
        "-nostdlib",
        "-fno-stack-protector",
        "-O1",
        "-pie",
        "-fPIE",
        "-o",
        "probe",
        source.to_str()?,
        "-Wl,--no-as-needed",
        "libc.so.6",
        "libpthread.so.0",
        "libdl.so.2",
        "-Wl,-z,now",
    ]);
    made.then(|| here.path().join("probe"))
}

/// Library, symbol and version of what is asked; `-` for none.
const QUESTIONS: &[(&str, &str, &str)] = &[
    ("libc.so.6", "getaddrinfo", "-"),
    ("libc.so.6", "res_search", "-"),
    ("libc.so.6", "__res_search", "-"),
    ("libc.so.6", "memcpy", "GLIBC_2.2.5"),
    ("libc.so.6", "memcpy", "GLIBC_2.14"),
    ("libc.so.6", "memcpy", "GLIBC_2.99"),
    ("libc.so.6", "open64", "-"),
    ("libc.so.6", "stat", "-"),
    ("libc.so.6", "__xstat", "-"),
    ("libc.so.6", "gets", "-"),
    ("libc.so.6", "pthread_create", "-"),
    ("libc.so.6", "dlopen", "-"),
    ("libc.so.6", "arc4random", "-"),
    ("libc.so.6", "strlcpy", "-"),
    ("libc.so.6", "_dl_find_object", "-"),
    ("libc.so.6", "nothing_has_this_name", "-"),
    ("libpthread.so.0", "pthread_create", "-"),
    ("libdl.so.2", "dlsym", "-"),
    ("libm.so.6", "cos", "-"),
    ("libm.so.6", "printf", "-"),
    ("libm.so.6", "exp", "GLIBC_2.2.5"),
    ("libresolv.so.2", "res_search", "-"),
    ("libresolv.so.2", "__res_search", "-"),
    ("libresolv.so.2", "ns_parserr", "-"),
    ("libnss_files.so.2", "_nss_files_getpwnam_r", "-"),
    ("libnss_myhostname.so.2", "_nss_myhostname_gethostbyname4_r", "-"),
    ("libgcc_s.so.1", "_Unwind_Resume", "-"),
    ("libcap.so.2", "cap_init", "-"),
    ("libmvec.so.1", "_ZGVbN2v_cos", "-"),
    ("librt.so.1", "clock_gettime", "-"),
    ("libutil.so.1", "openpty", "-"),
    ("ld-linux-x86-64.so.2", "__tls_get_addr", "-"),
    ("libc.so.6", "__tls_get_addr", "-"),
    ("libabsent.so.1", "x", "-"),
    ("/lib/x86_64-linux-gnu/libm.so.6", "sin", "-"),
    ("-", "environ", "-"),
    ("-", "malloc", "-"),
    ("-", "cap_init", "-"),
    ("-", "nothing_has_this_name", "-"),
];

/// What `check` says of each question.
fn answers_of_check(here: &Directory, root: &Path) -> (Value, Vec<String>) {
    let none = |text: &'static str| if text == "-" { "" } else { text };
    let notes: Vec<_> = QUESTIONS
        .iter()
        .map(|&(library, symbol, version)| import(1, "o", none(version), "", none(library), symbol))
        .collect();
    here.write("asked", program(&notes).bytes());
    let json = here.run(&["check", "asked", "--json", "--root", root.to_str().unwrap()]).json();
    let statuses =
        json["imports"].as_array().unwrap().iter().map(|import| import["status"].as_str().unwrap().to_owned());
    let statuses = statuses.collect();
    (json, statuses)
}

#[test]
fn check_agrees_with_the_interpreter() {
    if let Some(why) = lacking() {
        return skip(why);
    }
    let here = Directory::new("roots_agree");
    let Some(probe) = probe(&here) else { return skip("no C compiler") };
    let arguments: Vec<&str> =
        QUESTIONS.iter().flat_map(|&(library, symbol, version)| [library, symbol, version]).collect();
    for root in roots() {
        let (json, said) = answers_of_check(&here, &root);
        let interpreter = json["interpreter"]["path"].as_str().unwrap();
        // The root itself is not written to.
        let copy = here.path().join("copy");
        let copied = Command::new("cp").arg("-a").arg(root.join(".")).arg(&copy).status();
        assert!(copied.unwrap().success());
        fs::copy(&probe, copy.join("probe")).unwrap();
        let command = [interpreter, "/probe"].iter().chain(&arguments).map(OsString::from).collect::<Vec<_>>();
        let answers = in_root(&copy, &command);
        fs::remove_dir_all(copy).unwrap();
        let answers: Vec<_> = answers.lines().collect();
        assert_eq!(answers.len(), QUESTIONS.len(), "{}", root.display());
        for ((question, answer), said) in QUESTIONS.iter().zip(answers).zip(said) {
            let said = if said == "wrong-version" || (said == "no-symbol" && question.2 != "-") {
                "missing-version"
            } else {
                &said
            };
            assert_eq!(said, answer, "{question:?} in {}", root.display());
        }
    }
}

/// The example, as Cargo built it beside this test or builds it now.
fn example(here: &Directory) -> PathBuf {
    let target = here.path().join("../example");
    let built = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--quiet", "--package", "dns-lookup", "--target-dir"])
        .arg(&target)
        .status();
    assert!(built.unwrap().success());
    let binary = fs::read_dir(&target).unwrap().map(|entry| entry.unwrap().path().join("debug/dns-lookup"));
    binary.into_iter().find(|path| path.is_file()).unwrap_or_else(|| target.join("debug/dns-lookup"))
}

#[test]
fn the_example_runs_in_a_chroot_that_holds_only_the_bundle() {
    if let Some(why) = lacking() {
        return skip(why);
    }
    let here = Directory::new("roots_bundle");
    let example = example(&here);
    for root in roots() {
        let name = root.file_name().unwrap().to_str().unwrap();
        let arguments = ["bundle", example.to_str().unwrap(), "--root", root.to_str().unwrap(), "--nss", "--quiet"];
        let files = ["--include", "/etc/hosts", "--program", "/app", "--out", name];
        let said = here.run(&[&arguments[..], &files].concat());
        assert_eq!(said.status, 0, "{name}: {}", said.stderr);
        let bundle = here.path().join(name);
        let answer = in_root(&bundle, &["/app".into(), "fromhosts.test".into()]);
        assert!(answer.contains("192.0.2.7"), "{name}: {answer}");
    }
}
