//! Contenders in Rust: the benchmarks' own programs, and the examples.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use benches::Program;

use crate::workspace::{Workspace, build_executable};

#[derive(Debug)]
pub(in crate::bench) struct Rust {
    pub(in crate::bench) std_dynamic: PathBuf,
    pub(in crate::bench) std_static: PathBuf,
    pub(in crate::bench) no_std: PathBuf,
    pub(in crate::bench) thousand_dynamic: PathBuf,
    pub(in crate::bench) thousand_static: PathBuf,
    pub(in crate::bench) dns_lookup_dynamic: PathBuf,
    pub(in crate::bench) dns_lookup_static: PathBuf,
    pub(in crate::bench) nostd_dns: PathBuf,
    pub(in crate::bench) std_dns: PathBuf,
    /// Without the line.
    pub(in crate::bench) std_dns_without: PathBuf,
    pub(in crate::bench) std_dns_without_dynamic: PathBuf,
    /// With one import, and without.
    pub(in crate::bench) one_import: PathBuf,
    pub(in crate::bench) no_import: PathBuf,
}

impl Rust {
    pub(super) fn build(workspace: &Workspace) -> Result<Self> {
        let own = |program: Program| program.build(&workspace.target).with_context(|| format!("{program:?}"));
        let example = |name: &str, link: Link| build(workspace, name, link, workspace.target.join("dynamic"), &[]);
        let without = |link: Link, directory: &str| {
            build(workspace, "std-dns", link, workspace.target.join(directory), &["--no-default-features"])
        };
        Ok(Self {
            std_dynamic: own(Program::STD_DYNAMIC)?,
            std_static: own(Program::STD_STATIC)?,
            no_std: own(Program::NO_STD)?,
            thousand_dynamic: own(Program::THOUSAND_DYNAMIC)?,
            thousand_static: own(Program::THOUSAND_STATIC)?,
            dns_lookup_dynamic: example("dns-lookup", Link::Dynamic)?,
            dns_lookup_static: example("dns-lookup", Link::Static)?,
            nostd_dns: example("nostd-dns", Link::Static)?,
            std_dns: example("std-dns", Link::Static)?,
            std_dns_without: without(Link::Static, "bench/without")?,
            std_dns_without_dynamic: without(Link::Dynamic, "bench/without-dynamic")?,
            one_import: example("bench-one", Link::Static)?,
            no_import: build(
                workspace,
                "bench-one",
                Link::Static,
                workspace.target.join("bench/without"),
                &["--features", "plain"],
            )?,
        })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Link {
    Static,
    Dynamic,
}

/// Builds an example; in a directory of its own what would take the place of the usual build.
fn build(workspace: &Workspace, name: &str, link: Link, directory: PathBuf, arguments: &[&str]) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release", "--package", name]).args(arguments);
    if link == Link::Dynamic {
        cargo.env("CARGO_ENCODED_RUSTFLAGS", "-Ctarget-feature=-crt-static");
    }
    if link == Link::Dynamic || !arguments.is_empty() {
        cargo.arg("--target-dir").arg(directory);
    }
    build_executable(&mut cargo, name)
}

/// How long a release build of the crate with a thousand declarations takes, what it depends on being built: as imports,
/// and plainly (`extern "C"`), which no library resolves. In turn, the least of six.
pub(in crate::bench) fn compile_times(workspace: &Workspace) -> Result<[(&'static str, Duration); 2]> {
    let mut fastest = [("imports", Duration::MAX), ("extern_block", Duration::MAX)];
    // The first builds compile what the crate depends on, too.
    for _ in 0..6 {
        for (contender, time) in &mut fastest {
            *time = compile_time(workspace, *contender == "extern_block")?.min(*time);
        }
    }
    Ok(fastest)
}

fn compile_time(workspace: &Workspace, plain: bool) -> Result<Duration> {
    let directory = if plain { "compile-time-plain" } else { "compile-time" };
    // Cargo compiles again what is newer than the last build.
    let source = workspace.root.join("benches/programs/thousand/src/main.rs");
    std::fs::File::open(&source)?.set_modified(std::time::SystemTime::now())?;
    let mut cargo = workspace.cargo();
    cargo.args(["rustc", "--quiet", "--release", "--package", "bench-thousand"]);
    if plain {
        cargo.args(["--features", "plain"]);
    }
    cargo.arg("--target-dir").arg(workspace.target.join("bench-programs").join(directory));
    let start = Instant::now();
    crate::process::run(cargo.args(["--", "-Clink-arg=-Wl,--unresolved-symbols=ignore-all"]))?;
    Ok(start.elapsed())
}
