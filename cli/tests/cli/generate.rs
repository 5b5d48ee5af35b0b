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
    let commands = ["bench", "build", "bundle", "check", "completions", "inspect", "install", "man", "run", "test"];
    let mut names: Vec<_> = commands.iter().map(|command| format!("cargo-import-dynamic-{command}.1")).collect();
    names.push("cargo-import-dynamic.1".to_owned());
    assert_eq!(pages, names);
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
