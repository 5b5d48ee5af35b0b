//! `cargo xtask fuzz`: the command line tool's parsers against a fuzzer, with bounded memory. Long, so no part of CI.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;

/// How long to look.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Minutes.
    #[arg(long, default_value_t = 10)]
    minutes: u32,
}

/// What the parsers may use, in megabytes and in seconds for one input.
const MEMORY: u32 = 512;
const SECONDS: u32 = 5;

/// Runs cargo-fuzz, which needs nightly: `cargo install cargo-fuzz`.
pub(crate) fn command(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let folder = workspace.root.join("cli/fuzz");
    let corpus = workspace.target.join("fuzz-corpus");
    std::fs::create_dir_all(&corpus).with_context(|| corpus.display().to_string())?;
    let mut fuzz = Command::new("cargo");
    fuzz.args(["+nightly", "fuzz", "run", "--fuzz-dir"])
        .arg(&folder)
        .arg("parsers")
        .arg(&corpus)
        .arg(folder.join("seeds"));
    fuzz.arg("--").arg(format!("-max_total_time={}", options.minutes * 60));
    fuzz.arg(format!("-rss_limit_mb={MEMORY}")).arg(format!("-timeout={SECONDS}"));
    // The toolchain is asked for by name, and the fuzzer's flags are not this workspace's.
    fuzz.current_dir(&folder).env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").env_remove("RUSTFLAGS");
    let status = fuzz.status().context("cargo +nightly fuzz: is cargo-fuzz installed?")?;
    ensure!(status.success(), "cargo fuzz found something, or did not start: {status}");
    println!("nothing found in {} minutes", options.minutes);
    Ok(ExitCode::SUCCESS)
}
