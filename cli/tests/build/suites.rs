//! Test suites of published crates, unchanged: as many tests pass as with plain `cargo test`. Long, so asked for by
//! a feature, one by name: `cargo test -p cargo-import-dynamic --features suites --test build suites::rayon`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Fetches a crate as crates.io has it; a copy of its sources that stands for itself.
fn fetch(name: &str, version: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("suites").join(format!("{name}-{version}"));
    let sources = directory.join("sources");
    if sources.exists() {
        return sources;
    }
    let asks = directory.join("asks");
    fs::create_dir_all(asks.join("src")).unwrap();
    fs::write(asks.join("src/lib.rs"), "").unwrap();
    let manifest = format!(
        "[package]\nname = \"asks\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n{name} = \"={version}\"\n"
    );
    fs::write(asks.join("Cargo.toml"), manifest).unwrap();
    let output = Command::new("cargo").args(["metadata", "--format-version=1"]).current_dir(&asks).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == name).unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    copy(manifest.parent().unwrap(), &sources);
    // Cargo would look for a workspace above.
    let manifest = sources.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    if !text.contains("\n[workspace]") {
        fs::write(&manifest, text + "\n[workspace]\n").unwrap();
    }
    sources
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// How many tests passed and failed.
fn count(sources: &Path, command: &mut Command, arguments: &[&str]) -> (usize, usize) {
    command.args(["test", "--no-fail-fast"]).args(arguments).current_dir(sources);
    for name in ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "CARGO_BUILD_TARGET"] {
        command.env_remove(name);
    }
    let output = command.env("CARGO_TARGET_DIR", sources.join("target")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let mut counts = (0, 0);
    for line in text.lines().filter(|line| line.starts_with("test result")) {
        let number =
            |what: &str| line.split("; ").find_map(|part| part.strip_suffix(what)?.rsplit(' ').next()?.parse().ok());
        counts = (counts.0 + number(" passed").unwrap_or(0), counts.1 + number(" failed").unwrap_or(0));
    }
    assert_ne!(counts, (0, 0), "{text}{}", String::from_utf8_lossy(&output.stderr));
    counts
}

#[track_caller]
fn suite(name: &str, version: &str, arguments: &[&str]) {
    let sources = fetch(name, version);
    let mut ours = Command::new(env!("CARGO_BIN_EXE_cargo-import-dynamic"));
    let ours = count(&sources, ours.arg("import-dynamic"), arguments);
    let plain = count(&sources, &mut Command::new("cargo"), arguments);
    assert_eq!(ours, plain, "passed and failed, against plain cargo test");
}

macro_rules! suites {
    ($($test:ident: $name:literal, $version:literal, $arguments:expr;)*) => {$(
        #[test]
        fn $test() {
            suite($name, $version, &$arguments);
        }
    )*};
}

suites! {
    crossbeam_utils: "crossbeam-utils", "0.8.21", [];
    crossbeam_deque: "crossbeam-deque", "0.8.6", [];
    crossbeam_channel: "crossbeam-channel", "0.5.15", [];
    rayon: "rayon", "1.10.0", [];
    regex: "regex", "1.11.1", ["--lib", "--test", "integration"];
    serde_json: "serde_json", "1.0.140", [];
    flate2: "flate2", "1.1.1", ["--features", "zlib"];
    rusqlite: "rusqlite", "0.35.0", ["--features", "bundled", "--lib"];
    tokio: "tokio", "1.44.2", ["--features", "full", "--lib"];
    rustls: "rustls", "0.23.25", ["--features", "ring", "--lib"];
}
