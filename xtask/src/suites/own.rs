//! This workspace's own tests.

use std::path::Path;

use super::compare::Row;
use crate::workspace::Workspace;

/// Packages, and which of their tests. The others build programs in all link modes themselves and run those: how the test
/// program itself is linked means nothing to them.
const PACKAGES: &[(&str, &[&str])] = &[
    ("import-dynamic-loader", &["--lib"]),
    ("import-dynamic-macros", &["--lib", "--tests"]),
    ("cargo-import-dynamic", &["--lib", "--test", "cli"]),
    ("model", &[]),
    ("benches", &["--lib"]),
    ("xtask", &["--bins"]),
];

/// Runs the tests of the packages of those names; `workspace` stands for all of them.
pub(super) fn run(workspace: &Workspace, this: &Path, wanted: &dyn Fn(&str) -> bool) -> Vec<Row> {
    let packages = PACKAGES.iter().filter(|(name, _)| wanted(name) || wanted("workspace"));
    packages
        .map(|(name, tests)| {
            Row::measure(workspace, this, (name, &tests.join(" ")), &workspace.root, |cargo| {
                cargo.args(["--package", name]).args(*tests);
            })
        })
        .collect()
}
