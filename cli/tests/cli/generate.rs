//! Help, manual pages, completions.

use insta::assert_snapshot;

use super::support::Directory;

#[test]
fn help_teaches() {
    let here = Directory::new("help");
    for arguments in [&["--help"][..], &["inspect", "--help"], &["check", "--help"], &["bundle", "--help"]] {
        assert_snapshot!(format!("help_{}", arguments[0].trim_matches('-')), here.run(arguments).ok());
    }
}

#[test]
fn manual_pages() {
    let here = Directory::new("manual");
    let page = here.run(&["man"]).ok();
    assert!(page.contains(".TH cargo-import-dynamic 1") && page.contains("Exit status"), "{page}");
    here.run(&["man", "--out", "man"]).ok();
    let mut pages: Vec<_> = std::fs::read_dir(here.path().join("man"))
        .unwrap()
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    let names = [
        "-bench.1",
        "-build.1",
        "-bundle.1",
        "-check.1",
        "-completions.1",
        "-inspect.1",
        "-install.1",
        "-man.1",
        "-run.1",
        "-test.1",
        ".1",
    ];
    assert_eq!(pages, names.map(|name| format!("cargo-import-dynamic{name}")));
}

#[test]
fn completions() {
    let here = Directory::new("completions");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = here.run(&["completions", shell]).ok();
        assert!(script.contains("bundle") && script.contains("cargo-import-dynamic"), "{shell}: {script}");
    }
}

#[test]
fn bad_usage_has_status_2() {
    let here = Directory::new("usage");
    for arguments in [&["inspect"][..], &["frobnicate"], &["bundle", "app"], &[]] {
        assert_eq!(here.run(arguments).status, 2, "{arguments:?}");
    }
}
