//! `bundle`.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use insta::assert_snapshot;

use super::elf_file::{import, library, program};
use super::hosts;
use super::support::Directory;

/// A glibc root with a library outside of the default directories, NSS, converters and locales; and a program.
fn prepare(test: &str) -> Directory {
    let here = Directory::new(test);
    hosts::glibc(&here);
    let lib = "root/usr/lib/x86_64-linux-gnu";
    here.write(&format!("{lib}/libx-1.2.so"), library("libx.so.1", &["x"], &["liby.so.1"]).bytes());
    here.link(&format!("{lib}/libx.so.1"), "libx-1.2.so");
    let y = here.write(&format!("{lib}/liby.so.1"), library("liby.so.1", &["y"], &["libc.so.6"]).bytes());
    fs::set_permissions(y, fs::Permissions::from_mode(0o444)).unwrap();
    for module in ["files", "dns", "systemd"] {
        here.write(&format!("{lib}/libnss_{module}.so.2"), library("libnss.so.2", &[], &["libc.so.6"]).bytes());
    }
    here.write("root/etc/nsswitch.conf", "passwd: files systemd\nhosts: files absent [NOTFOUND=return] dns\n");
    for module in ["UTF-16", "EUC-JP"] {
        here.write(&format!("{lib}/gconv/{module}.so"), library("gconv.so", &["gconv"], &[]).bytes());
    }
    here.write(&format!("{lib}/gconv/gconv-modules"), "module");
    here.write(&format!("{lib}/gconv/gconv-modules.d/extra.conf"), "module");
    here.write("root/usr/lib/locale/C.utf8/LC_CTYPE", "ctype");
    here.write("root/usr/lib/locale/de_DE.utf8/LC_CTYPE", "ctype");
    here.write("root/etc/ssl/cert.pem", "certificate");
    here.link("root/etc/ssl/certs", "/etc/ssl/cert.pem");
    here.write(
        "app",
        program(&[import(1, "", "", "", "libx.so.1", "x"), import(1, "", "", "", "libc", "memcpy")]).bytes(),
    );
    here
}

const EVERYTHING: &[&str] = &["--nss", "--gconv=UTF-16", "--locale=C.utf8", "--include", "/etc/ssl"];

fn bundle(more: &[&str]) -> Vec<String> {
    ["bundle", "app", "--root", "root"].iter().chain(more).map(|&argument| argument.to_owned()).collect()
}

fn run(here: &Directory, more: &[&str]) -> super::support::Said {
    let arguments = bundle(more);
    here.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn text_and_json() {
    let here = prepare("bundle_report");
    let said = run(&here, &["--out", "image"]);
    assert_snapshot!("bundle_text", said.ok());
    let said = run(&here, &[&["--dry-run", "--json"], EVERYTHING].concat());
    assert_snapshot!("bundle_json", said.stdout);
    assert_eq!(said.stderr, "warning: /etc/nsswitch.conf names absent, of which the root has no module\n");
    assert_snapshot!("bundle_dry_run", run(&here, &["--dry-run"]).ok());
}

#[test]
fn a_dry_run_writes_nothing() {
    let here = prepare("bundle_dry");
    let before = list(&here, "");
    run(&here, &["--dry-run", "--out", "image", "--tar", "image.tar"]).ok();
    assert_eq!(list(&here, ""), before);
}

/// All paths below a directory with mode and, for links, target.
fn list(here: &Directory, directory: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![here.path().join(directory)];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let target = fs::read_link(&path).map(|target| format!(" -> {}", target.display())).unwrap_or_default();
            let mode = if target.is_empty() { metadata.mode() & 0o7777 } else { 0 };
            found.push(format!("{}{target} {mode:o}", path.strip_prefix(here.path()).unwrap().display()));
            if metadata.is_dir() {
                pending.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn links_modes_and_times_are_kept_or_fixed() {
    let here = prepare("bundle_directory");
    run(&here, &[&["--quiet", "--out", "image"], EVERYTHING].concat());
    let found = list(&here, "image").join("\n");
    assert_snapshot!(found);
    let library = here.path().join("image/usr/lib/x86_64-linux-gnu/liby.so.1");
    assert_eq!(fs::metadata(&library).unwrap().mtime(), 0);
    assert_eq!(fs::metadata(here.path().join("image/usr/lib")).unwrap().mtime(), 0);
    assert_eq!(
        fs::read(&library).unwrap(),
        fs::read(here.path().join("root/usr/lib/x86_64-linux-gnu/liby.so.1")).unwrap()
    );
    // Nothing of the staging directory is left.
    assert!(!list(&here, "").iter().any(|path| path.contains("partial")));
}

#[test]
fn the_same_input_gives_the_same_tar_file() {
    let here = prepare("bundle_tar");
    for name in ["one.tar", "two.tar"] {
        // Only contents count, not when they were written.
        let app = fs::read(here.path().join("app")).unwrap();
        here.write("app", app);
        run(&here, &[&["--quiet", "--tar", name], EVERYTHING].concat());
    }
    let read = |name: &str| fs::read(here.path().join(name)).unwrap();
    assert_eq!(read("one.tar"), read("two.tar"));
    let to_stdout = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-import-dynamic"))
        .current_dir(here.path())
        .args(bundle(&[&["--tar", "-"], EVERYTHING].concat()))
        .env_remove("SOURCE_DATE_EPOCH")
        .output()
        .unwrap();
    assert!(to_stdout.stdout == read("one.tar"), "standard output has the same bytes");

    let mut names = Vec::new();
    let bytes = read("one.tar");
    for entry in tar::Archive::new(&bytes[..]).entries().unwrap() {
        let entry = entry.unwrap();
        let header = entry.header();
        assert_eq!((header.mtime().unwrap(), header.uid().unwrap(), header.gid().unwrap()), (0, 0, 0));
        names.push(entry.path().unwrap().into_owned());
    }
    assert!(names.is_sorted() && names.len() > 20, "{names:?}");

    let said = here.run_with(
        &["bundle", "app", "--root", "root", "--quiet", "--tar", "dated.tar"],
        &[("SOURCE_DATE_EPOCH", "1234567890")],
    );
    said.ok();
    let bytes = read("dated.tar");
    let mut dated = tar::Archive::new(&bytes[..]);
    assert!(dated.entries().unwrap().all(|entry| entry.unwrap().header().mtime().unwrap() == 1_234_567_890));
}

#[test]
fn a_dockerfile() {
    let here = prepare("bundle_dockerfile");
    assert_snapshot!("dockerfile_of_a_directory", run(&here, &["--out", "image", "--dockerfile"]).ok());
    let tar = run(&here, &["--tar", "image.tar", "--dockerfile", "--program", "/app"]).ok();
    assert_snapshot!("dockerfile_of_a_tar_file", tar);
}

#[test]
fn paths_that_lead_out_are_refused() {
    let here = prepare("bundle_refused");
    let refused = |more: &[&str]| run(&here, &[&["--out", "image"], more].concat()).refused();
    assert_eq!(refused(&["--include", "/etc/../etc/ssl"]), "error: /etc/../etc/ssl: paths with .. are not bundled");
    assert_eq!(refused(&["--program", "../app"]), "error: ../app: paths with .. are not bundled");
    assert_eq!(
        refused(&["--program", "/lib/app"]),
        "error: /lib: is a link, so the program cannot be there (choose another place with --program)"
    );
    here.link("root/etc/out", "../../outside");
    here.write("outside", "secret");
    here.write("root/outside", "inside");
    assert_eq!(refused(&["--include", "/etc/out"]), "error: /etc/out: leads out of the root directory");
    here.link("root/etc/loop", "loop");
    assert_eq!(refused(&["--include", "/etc/loop"]), "error: /etc/loop: too many levels of symbolic links");
    assert_eq!(refused(&["--include", "/absent"]), "error: /absent: no such file or directory");
    assert_eq!(
        refused(&["--gconv=KLINGON"]),
        "error: the converter KLINGON.so is not there: /lib/x86_64-linux-gnu/gconv/KLINGON.so"
    );
    here.write("full/file", "");
    assert_eq!(run(&here, &["--out", "full"]).refused(), "error: full: is there already and not empty");
    here.write("app", program(&[import(1, "", "", "", "/opt/../opt/libopt.so", "opt")]).bytes());
    here.write("root/opt/libopt.so", library("libopt.so", &["opt"], &[]).bytes());
    assert_eq!(refused(&[]), "error: /opt/../opt/libopt.so: paths with .. are not bundled");
    assert!(!here.path().join("image").exists());
}

#[test]
fn nothing_is_bundled_when_something_required_is_missing() {
    let here = prepare("bundle_missing");
    here.write("app", program(&[import(1, "", "", "", "libabsent.so", "x")]).bytes());
    let said = run(&here, &["--out", "image"]);
    assert_eq!((said.status, said.stdout.as_str()), (1, ""));
    assert!(said.stderr.contains("libabsent.so is not found") && said.stderr.ends_with("nothing is bundled\n"));
    assert!(!here.path().join("image").exists());
}

#[test]
fn libraries_elsewhere_take_the_cache_along() {
    let here = prepare("bundle_cache");
    here.write("root/opt/libopt.so", library("libopt.so", &["opt"], &[]).bytes());
    let json = |here: &Directory| run(here, &["--dry-run", "--json"]).json();
    let has = |json: &serde_json::Value, path: &str| {
        json["entries"].as_array().unwrap().iter().any(|entry| entry["path"] == path)
    };
    here.write("root/etc/ld.so.cache", super::search::cache(false, &[("libopt.so", "/opt/libopt.so", None)], &[]));
    assert!(!has(&json(&here), "/etc/ld.so.cache"));
    here.write("app", program(&[import(1, "", "", "", "libopt.so", "opt")]).bytes());
    assert!(has(&json(&here), "/etc/ld.so.cache") && has(&json(&here), "/opt/libopt.so"));
}

#[test]
fn musl_takes_its_path_file_along() {
    let here = Directory::new("bundle_musl");
    hosts::musl(&here);
    here.write("root/etc/ld-musl-x86_64.path", "/lib\n");
    here.write("app", program(&[import(1, "", "", "", "libc", "memcpy")]).bytes());
    let said = run(&here, &["--out", "image", "--nss", "--gconv", "--locale"]);
    assert_snapshot!(said.stdout);
    assert_snapshot!("musl_warnings", said.stderr);
}
