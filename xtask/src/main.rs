//! The project's chores as code: `cargo xtask --help` lists them.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

mod added;
mod apple;
mod apt;
mod arch;
mod bench;
mod chroot;
mod ci;
mod count;
mod elf;
mod fuzz;
mod headers;
mod linkage;
mod matrix;
mod notes;
mod nss;
mod process;
mod root;
mod roots;
mod soak;
mod suites;
mod systems;
mod targets;
mod test_log;
mod tidy;
mod workspace;

use arch::Arch;
use workspace::Workspace;

/// The project's chores.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Make root directories from Debian packages and print their paths; without a name, all of them.
    Root {
        names: Vec<String>,
        /// The architecture; this machine's by default.
        #[arg(long)]
        arch: Option<Arch>,
    },
    /// Run the example programs and the tests of guest mode in every root and print what comes of them there.
    Matrix(matrix::Options),
    /// Run everything of guest mode at once for some minutes; print calls, threads, memory and files.
    Soak(soak::Options),
    /// Check the workspace for macOS, and link programs for it.
    Apple,
    /// Run programs for Linux's other architectures, and check the crates for other systems.
    Systems,
    /// Run test suites and programs of crates.io as `cargo import-dynamic` builds them, beside their ordinary builds.
    Suites(suites::Options),
    /// Make std for targets that rustup cannot download here, in target/toolchain; without a name, for all that are used.
    Std { targets: Vec<String> },
    /// Build example programs in every mode and tell which of them came out static.
    Linkage,
    /// Check that the example programs are static and small.
    Headers,
    /// Have other projects' readers of ELF dlopen metadata read the example programs'.
    Notes,
    /// Fuzz the parsers of cargo-import-dynamic (needs nightly and cargo-fuzz).
    Fuzz(fuzz::Options),
    /// Check the rules that the sources keep to.
    Tidy,
    /// Run the benchmarks and print their medians.
    Bench(bench::Options),
    /// Run everything that a change must pass.
    Ci(ci::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    match task {
        Task::Root { names, arch } => {
            let arch = arch.or_else(Arch::host).context("roots are made for x86_64 and aarch64")?;
            root::command(&workspace, &names, arch)
        }
        Task::Matrix(options) => matrix::command(&workspace, &options),
        Task::Soak(options) => soak::command(&workspace, &options),
        Task::Apple => apple::command(&workspace),
        Task::Systems => systems::command(&workspace),
        Task::Suites(options) => suites::command(&workspace, &options),
        Task::Std { targets } => targets::command(&workspace, &targets),
        Task::Linkage => linkage::command(&workspace),
        Task::Headers => headers::command(&workspace),
        Task::Notes => notes::command(&workspace),
        Task::Fuzz(options) => fuzz::command(&workspace, &options),
        Task::Tidy => tidy::command(&workspace),
        Task::Bench(options) => bench::command(&workspace, &options),
        Task::Ci(options) => ci::command(&workspace, &options),
    }
}
