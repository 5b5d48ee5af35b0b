//! `cargo xtask suites`: what std programs without a libc of their own are shown with. Test suites pass and fail as they do
//! in ordinary programs; programs of crates.io say on every host what their ordinary builds say.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Result;
use comfy_table::{Table, presets};

use crate::count::Count;
use crate::workspace::{self, Workspace};

mod compare;
mod hosts;
mod own;
mod programs;
mod published;
mod server;

use compare::Row;

/// Which of them to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Suites, packages of this workspace and programs by name; all of them where there is none.
    names: Vec<String>,
}

/// `cargo xtask suites`.
pub(crate) fn command(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let wanted = |name: &str| options.names.is_empty() || options.names.iter().any(|wanted| wanted == name);
    let this = build_this(workspace)?;
    let mut count = Count::default();
    let mut rows = published::run(workspace, &this, &wanted)?;
    rows.extend(own::run(workspace, &this, &wanted));
    if !rows.is_empty() {
        println!("{}\n", table(&rows));
        for row in &rows {
            count.add(row.is_same());
            row.differences().iter().for_each(|line| println!("FAILED {}: {line}", row.name));
        }
    }
    if programs::PROGRAMS.iter().any(|program| wanted(program.package)) {
        count += programs::run(workspace, &this, &wanted)?;
    }
    println!("suites and programs in hosts: {count}");
    Ok(count.exit_code())
}

/// The programs of crates.io alone, on every host.
pub(crate) fn run_programs(workspace: &Workspace) -> Result<Count> {
    programs::run(workspace, &build_this(workspace)?, &|_| true)
}

/// Builds `cargo-import-dynamic`.
pub(crate) fn build_this(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    // Another compiler for what it is to build is none for this.
    cargo.args(["build", "--package", "cargo-import-dynamic"]).env_remove("RUSTC");
    workspace::build_executable(&mut cargo, "cargo-import-dynamic")
}

/// The two ways to build something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As every Rust program is built: dynamic.
    Plain,
    /// By `cargo import-dynamic`.
    This,
}

impl Way {
    const ALL: [Self; 2] = [Self::Plain, Self::This];

    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::This => "import-dynamic",
        }
    }

    /// A `cargo` that builds this way into a directory of its own, whatever flags this workspace has; `this` is
    /// `cargo-import-dynamic`. What takes longer than an hour is ended, with all its processes.
    fn cargo(self, workspace: &Workspace, this: &std::path::Path) -> Command {
        let mut command = Command::new("timeout");
        command.args(["--kill-after=10", "3600"]);
        match self {
            Self::Plain => command.arg(workspace.cargo().get_program()),
            Self::This => command.arg(this).arg("import-dynamic"),
        };
        command
            .env("CARGO_ENCODED_RUSTFLAGS", "")
            .env("CARGO_TARGET_DIR", workspace.target.join("suites").join(self.name()))
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            // What this machine happens to have is not on every host.
            .env("LIBZ_SYS_STATIC", "1")
            .env_remove("CARGO_BUILD_TARGET");
        command
    }
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header(["suite", "what of it", "cargo test", "failed", "cargo import-dynamic test", "failed", ""]);
    for row in rows {
        let [plain, this] = [&row.plain, &row.this].map(|results| results.count);
        let mut cells = vec![row.name.clone(), row.what.clone()];
        cells.extend([plain.passed, plain.failed, this.passed, this.failed].map(|number| number.to_string()));
        cells.push(if row.is_same() { "same".to_owned() } else { "DIFFERS".to_owned() });
        table.add_row(cells);
    }
    table
}
