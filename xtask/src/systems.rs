//! `cargo xtask systems`: the crates type-check where native mode is all there is.

use std::process::ExitCode;

use anyhow::Result;

use crate::count::Count;
use crate::workspace::Workspace;
use crate::{process, targets};

/// Systems and architectures that nothing here runs.
const TARGETS: &[&str] = &[
    "x86_64-unknown-freebsd",
    "x86_64-unknown-netbsd",
    "i686-unknown-linux-gnu",
    "armv7-unknown-linux-gnueabihf",
    "riscv64gc-unknown-linux-gnu",
];

/// Checks the library and the programs that call it for each, std with them: it comes with no toolchain.
pub(crate) fn command(workspace: &Workspace) -> Result<ExitCode> {
    let mut count = Count::default();
    for target in TARGETS {
        let mut cargo = targets::cargo_with_source(workspace)?;
        cargo.args(["check", "--quiet", "-Zbuild-std=std,panic_abort", "--target", target, "--target-dir"]);
        cargo.arg(workspace.target.join("systems"));
        cargo.args(["import-dynamic", "dns-lookup", "search-calls"].iter().flat_map(|name| ["--package", name]));
        let checked = process::run(&mut cargo);
        match &checked {
            Ok(()) => println!("{target}: ok"),
            Err(error) => println!("{target}: FAILED: {error:#}"),
        }
        count.add(checked.is_ok());
    }
    println!("systems: {count}");
    Ok(count.exit_code())
}
