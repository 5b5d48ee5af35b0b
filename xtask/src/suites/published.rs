//! Test suites of published crates, as crates.io has them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::compare::Row;
use crate::process;
use crate::workspace::{Workspace, create_dir, write};

/// A crate whose tests are run.
struct Suite {
    name: &'static str,
    version: &'static str,
    /// What of it, where that is not all.
    arguments: &'static [&'static str],
    /// A crate that its development dependencies bring in a second time: there it is the one that is tested, as in its own
    /// repository.
    itself: Option<Itself>,
}

/// The version that the published lock file has of the crate itself.
struct Itself(&'static str);

const fn suite(name: &'static str, version: &'static str, arguments: &'static [&'static str]) -> Suite {
    Suite { name, version, arguments, itself: None }
}

/// Packages leave out some files of their repositories. rustls leaves out what its unit and integration tests read, so that
/// its documentation's examples alone can run; the suites of what it is made of (webpki, with ring and aws-lc-rs) and of what
/// is made of it (tokio-rustls, quinn-proto) run the rest.
const SUITES: &[Suite] = &[
    suite("crossbeam-utils", "0.8.21", &[]),
    suite("crossbeam-deque", "0.8.6", &[]),
    suite("crossbeam-channel", "0.5.15", &[]),
    suite("crossbeam-epoch", "0.9.18", &[]),
    suite("crossbeam-queue", "0.3.12", &[]),
    suite("rayon", "1.10.0", &[]),
    Suite {
        itself: Some(Itself("1.44.1")),
        ..suite("tokio", "1.44.2", &["--features", "full,test-util", "--lib", "--tests"])
    },
    suite("regex", "1.11.1", &[]),
    suite("serde_json", "1.0.140", &[]),
    suite("rustls", "0.23.25", &["--features", "ring", "--doc"]),
    suite("rustls-webpki", "0.103.1", &["--features", "ring,aws-lc-rs", "--test", "*"]),
    // Another test of it asks servers of the internet.
    suite("tokio-rustls", "0.26.2", &["--lib", "--test", "test", "--test", "early-data"]),
    suite("quinn-proto", "0.11.10", &[]),
    suite("rusqlite", "0.35.0", &["--features", "bundled"]),
    suite("flate2", "1.1.1", &["--features", "zlib"]),
    // Needs cmake.
    suite("flate2", "1.1.1", &["--no-default-features", "--features", "zlib-ng"]),
];

/// Runs the suites of those names.
pub(super) fn run(workspace: &Workspace, this: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Row>> {
    let wanted = SUITES.iter().filter(|suite| wanted(suite.name));
    wanted
        .map(|suite| {
            let directory = fetch(workspace, suite)?;
            let name = format!("{} {}", suite.name, suite.version);
            Ok(Row::measure(workspace, this, (&name, &suite.arguments.join(" ")), &directory, |cargo| {
                cargo.args(suite.arguments);
                if suite.itself.is_some() {
                    cargo.args(patch(suite, &directory));
                }
            }))
        })
        .collect()
}

/// Arguments that make cargo take the sources for the published crate.
fn patch(suite: &Suite, sources: &Path) -> [String; 2] {
    ["--config".to_owned(), format!("patch.crates-io.{}.path={:?}", suite.name, sources.display().to_string())]
}

/// Fetches a crate as crates.io has it; a copy of its sources that stands for itself.
fn fetch(workspace: &Workspace, suite: &Suite) -> Result<PathBuf> {
    let Suite { name, version, .. } = suite;
    let directory = workspace.target.join("suites").join(format!("{name}-{version}"));
    let sources = directory.join("sources");
    if sources.exists() {
        return Ok(sources);
    }
    let asks = directory.join("asks");
    create_dir(&asks.join("src"))?;
    write(&asks.join("src/lib.rs"), "")?;
    let manifest = format!(
        "[package]\nname = \"asks\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n{name} = \"={version}\"\n"
    );
    write(&asks.join("Cargo.toml"), manifest)?;
    let mut cargo = workspace.cargo();
    let metadata = process::output(cargo.args(["metadata", "--format-version=1"]).current_dir(&asks))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let package = packages.iter().find(|package| package["name"] == *name);
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    let manifest = manifest.with_context(|| format!("cargo metadata does not know {name}"))?;
    // A copy that is made whole or not at all.
    let new = directory.join("new");
    let published = Path::new(manifest).parent().with_context(|| format!("{manifest} has no directory"))?;
    process::run(Command::new("cp").arg("-rT").arg(published).arg(&new))?;
    // Cargo would look for a workspace above.
    let manifest = new.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    if !text.contains("\n[workspace]") {
        write(&manifest, text + "\n[workspace]\n")?;
    }
    if let Some(Itself(locked)) = &suite.itself {
        let mut cargo = workspace.cargo();
        cargo.arg("update").args(patch(suite, &new)).current_dir(&new);
        process::run(cargo.args([&format!("{name}@{locked}"), "--precise", version]))?;
    }
    fs::rename(&new, &sources)?;
    Ok(sources)
}
