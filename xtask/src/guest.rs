//! `cargo xtask guest`: the tests of guest mode against every C library, as a static program of either C library.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::arch::Arch;
use crate::count::Count;
use crate::root::{Root, Roots};
use crate::roots::{Libc, RECIPES};
use crate::workspace::{self, Workspace, create_dir};
use crate::{chroot, process, targets};

/// Which tests to run where.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Only what every change must pass: glibc's program, in one root of each sort.
    #[arg(long)]
    quick: bool,
    /// Only the program of this C library: glibc or musl.
    #[arg(long, value_name = "LIBC")]
    home: Option<String>,
    /// Only the roots whose name contains this.
    #[arg(long, value_name = "TEXT")]
    root: Option<String>,
    /// Link glibc's program with the C library first, whose own `_Fork` it has then.
    #[arg(long)]
    libc_first: bool,
    /// Only the cases whose name contains one of these.
    cases: Vec<String>,
}

impl Options {
    #[cfg(test)]
    fn quick() -> Self {
        Self { quick: true, ..Self::default() }
    }

    fn wants(&self, home: Libc, root: &str) -> bool {
        const QUICK: &[&str] = &["glibc-2.31", "glibc-2.43", "musl-1.2.5"];
        let is_quick = home == Libc::Glibc && QUICK.contains(&root);
        (!self.quick || is_quick)
            && self.home.as_deref().is_none_or(|name| name == home.name())
            && self.root.as_ref().is_none_or(|text| root.contains(text.as_str()))
    }
}

/// All cases of a root take less on a slow machine.
const LIMIT: Duration = Duration::from_secs(900);

/// `cargo xtask guest`.
pub(crate) fn command(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let count = run(workspace, options)?;
    println!("{count}");
    Ok(count.exit_code())
}

/// Runs the tests and prints a line per program and root, and what failed.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<Count> {
    let arch = Arch::host().context("guest mode is for x86_64 and aarch64")?;
    let roots = Roots::open(workspace)?;
    let mut total = Count::default();
    for home in [Libc::Glibc, Libc::Musl] {
        let wanted: Vec<_> =
            RECIPES.iter().filter(|recipe| recipe.libc != Libc::Nothing && options.wants(home, recipe.name)).collect();
        if wanted.is_empty() {
            continue;
        }
        let program = build(workspace, home, arch, options.libc_first)?;
        for recipe in wanted {
            let root = roots.make(recipe, arch)?;
            let outcome = run_in(&program, &root, &options.cases)?;
            let skipped = outcome.skipped;
            println!("static {:5} on {:10}  {}, {skipped} skipped", home.name(), root.name, outcome.count);
            print!("{}", outcome.failures);
            total += outcome.count;
        }
    }
    Ok(total)
}

/// The tests as a static program with this C library.
fn build(workspace: &Workspace, home: Libc, arch: Arch, libc_first: bool) -> Result<PathBuf> {
    let test = ["test", "--no-run", "--package", "import-dynamic", "--test", "guest"];
    let mut cargo = match home {
        Libc::Musl => {
            let name = format!("{arch}-unknown-linux-musl");
            let [target] = &targets::prepare(workspace, &[name])?[..] else { anyhow::bail!("no target for musl") };
            let mut cargo = target.cargo(workspace);
            cargo.args(test).args(["--target", &target.name]);
            cargo
        }
        _ if libc_first => {
            use std::os::unix::fs::PermissionsExt;

            let linker = workspace.target.join("libc-first");
            // Build scripts are linked by it too, and are not static.
            let script = "#!/bin/sh\ncase \" $* \" in *\" -static\"*) set -- -Wl,-u,_Fork -Wl,-Bstatic -lc \"$@\" ;; esac\n\
                          exec cc \"$@\"\n";
            workspace::write(&linker, script)?;
            std::fs::set_permissions(&linker, std::fs::Permissions::from_mode(0o755))?;
            let mut cargo = workspace.cargo();
            let variable = format!("CARGO_TARGET_{}_UNKNOWN_LINUX_GNU_LINKER", arch.name().to_uppercase());
            // Cargo does not build again for another linker.
            cargo.args(test).arg("--target-dir").arg(workspace.target.join("libc-first-build")).env(variable, &linker);
            cargo
        }
        _ => {
            let mut cargo = workspace.cargo();
            cargo.args(test);
            cargo
        }
    };
    workspace::build_executable(&mut cargo, "guest")
}

/// What came of the cases in one root.
struct Outcome {
    count: Count,
    skipped: usize,
    failures: String,
}

fn run_in(program: &Path, root: &Root, cases: &[String]) -> Result<Outcome> {
    for directory in ["proc", "dev", "tmp", "programs"] {
        create_dir(&root.path.join(directory))?;
    }
    let null = root.path.join("dev/null");
    if !null.exists() {
        process::run(Command::new("mknod").arg(&null).args(["c", "1", "3"]))?;
    }
    let inside = "/programs/guest";
    let copy = root.path.join(&inside[1..]);
    std::fs::copy(program, &copy).with_context(|| format!("cannot copy to {}", copy.display()))?;
    let mut command = chroot::command(&root.path, inside, true)?;
    let finished = process::finish_within(command.args(cases), LIMIT);
    Ok(read(&finished.stdout, &format!("{}\n{}", finished.end, finished.stderr), finished.end.code()))
}

/// Reads what the tests print: a line per case, and after the line of one that failed its own output.
fn read(stdout: &str, rest: &str, code: Option<i32>) -> Outcome {
    let mut outcome = Outcome { count: Count::default(), skipped: 0, failures: String::new() };
    let mut has_failed = false;
    for line in stdout.lines() {
        match line.strip_prefix("test ").and_then(|line| line.split_once(" ... ")) {
            Some((_, verdict)) => {
                has_failed = verdict == "FAILED";
                if verdict.starts_with("skipped: ") {
                    outcome.skipped += 1;
                } else {
                    outcome.count.add(!has_failed);
                }
            }
            None if !has_failed => continue,
            None => {}
        }
        if has_failed {
            outcome.failures.push_str(line);
            outcome.failures.push('\n');
        }
    }
    if code != Some(0) && outcome.count.failed == 0 {
        outcome.count.add(false);
        outcome.failures.push_str(rest);
        outcome.failures.push('\n');
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::{Libc, Options, read};

    #[test]
    fn failures_are_shown_and_skips_are_not_counted() {
        let text =
            "test a ... ok (1 ms)\nnoise\ntest b ... skipped: no cc\ntest c ... FAILED\nwhy\ntest d ... ok (2 ms)\n";
        let outcome = read(text, "", Some(1));
        assert_eq!((outcome.count.passed, outcome.count.failed, outcome.skipped), (2, 1, 1));
        assert_eq!(outcome.failures, "test c ... FAILED\nwhy\n");
    }

    #[test]
    fn a_run_that_ends_early_has_failed() {
        let outcome = read("test a ... ok (1 ms)\n", "killed", None);
        assert_eq!((outcome.count.passed, outcome.count.failed, &*outcome.failures), (1, 1, "killed\n"));
    }

    #[test]
    fn quick_is_some_roots_and_one_program() {
        let quick = Options::quick();
        assert!(quick.wants(Libc::Glibc, "musl-1.2.5") && !quick.wants(Libc::Glibc, "glibc-2.36"));
        assert!(!quick.wants(Libc::Musl, "musl-1.2.5") && Options::default().wants(Libc::Musl, "musl-1.2.5"));
    }
}
