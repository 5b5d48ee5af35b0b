//! `cargo xtask bench ways`: one std program linked in every way, and what each is good for.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use comfy_table::{Table, presets};
use serde_json::json;

use crate::arch::Arch;
use crate::headers::stripped;
use crate::root::{Root, Roots};
use crate::roots::{Libc, RECIPES};
use crate::targets::{self, Target};
use crate::workspace::{self, Workspace, create_dir};
use crate::{chroot, process, suites};

/// A way to link the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    ImportDynamic,
    DynamicGlibc,
    StaticGlibc,
    StaticMusl,
}

const WAYS: [(Way, &str); 4] = [
    (Way::ImportDynamic, "`cargo import-dynamic`"),
    (Way::DynamicGlibc, "dynamic glibc"),
    (Way::StaticGlibc, "static glibc"),
    (Way::StaticMusl, "static musl"),
];

/// How often each contender's turn comes; the least time that one took counts, for whatever else the machine does only
/// adds to it.
const STARTS: f64 = 400.0;
const ALLOCATIONS: f64 = 15.0;
/// A program that the host cannot run may do anything but end.
const LIMIT: Duration = Duration::from_secs(20);

/// One contender, and what came out.
struct Contender {
    name: &'static str,
    program: PathBuf,
    size: u64,
    start: Duration,
    allocations: Duration,
    hosts: String,
    modules: String,
    opens: String,
}

/// Builds the program in every way, and prints a table, or JSON.
pub(super) fn command(workspace: &Workspace, effort: f64, json: bool) -> Result<()> {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    let (mut contenders, lto) = build(workspace)?;
    for _ in 0..(STARTS * effort).ceil() as usize {
        for contender in &mut contenders {
            contender.start = contender.start.min(start(&contender.program)?);
        }
    }
    for _ in 0..(ALLOCATIONS * effort).ceil() as usize {
        for contender in &mut contenders {
            contender.allocations = contender.allocations.min(allocations(&contender.program)?);
        }
    }
    try_on_hosts(workspace, &mut contenders)?;
    let note = format!("Link-time optimisation: {lto}. The machine's load when this began: {load}.");
    if json {
        let object = |it: &Contender| {
            json!({ "way": it.name, "size": it.size, "start_ns": it.start.as_nanos(),
                "allocations_ns": it.allocations.as_nanos(), "hosts": it.hosts, "nss": it.modules, "dlopen": it.opens })
        };
        println!("{:#}", json!({ "note": note, "ways": contenders.iter().map(object).collect::<Vec<_>>() }));
    } else {
        println!("{}\n\n{note}", table(&contenders));
    }
    Ok(())
}

fn table(contenders: &[Contender]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header(["", "size, stripped", "start to end", "hosts", "NSS", "`dlopen`", "4 million allocations, CPU"]);
    let beside = contenders.iter().find(|it| it.name == "dynamic glibc");
    for it in contenders {
        let ratio = |of: fn(&Contender) -> Duration| {
            beside.map_or(0.0, |beside| of(it).as_secs_f64() / of(beside).as_secs_f64())
        };
        table.add_row([
            it.name.to_owned(),
            format!("{} KB", it.size / 1000),
            format!("{:.2} ms, {:.2}x", it.start.as_secs_f64() * 1e3, ratio(|it| it.start)),
            it.hosts.clone(),
            it.modules.clone(),
            it.opens.clone(),
            format!("{:.2} s, {:.2}x", it.allocations.as_secs_f64(), ratio(|it| it.allocations)),
        ]);
    }
    table
}

/// Builds all of them with one compiler and the same settings: with link-time optimisation, unless the std for musl has
/// nothing to optimise.
fn build(workspace: &Workspace) -> Result<(Vec<Contender>, &'static str)> {
    let arch = Arch::host().context("programs for x86_64 and aarch64 are compared")?;
    let musl = format!("{arch}-unknown-linux-musl");
    let [target] = &targets::prepare(workspace, std::slice::from_ref(&musl))?[..] else { bail!("no target {musl}") };
    let this = suites::build_this(workspace)?;
    let (lto, said) = match build_one(workspace, target, &this, Way::StaticMusl, "fat") {
        Ok(_) => ("fat", "on"),
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ("off", "off in all of them, because the std for musl at hand has no bitcode for it")
        }
    };
    let mut contenders = Vec::new();
    for (way, name) in WAYS {
        let built = build_one(workspace, target, &this, way, lto)?;
        // A name of its own each: they are measured stripped.
        let program = built.with_file_name(format!("bench-{way:?}"));
        std::fs::copy(&built, &program)?;
        let program = stripped(workspace, &program)?;
        let size = std::fs::metadata(&program)?.len();
        let (start, allocations) = (Duration::MAX, Duration::MAX);
        let unknown = || "not tried".to_owned();
        let (hosts, modules, opens) = (unknown(), unknown(), unknown());
        contenders.push(Contender { name, program, size, start, allocations, hosts, modules, opens });
    }
    Ok((contenders, said))
}

/// Builds one; `musl` has the compiler for all of them.
fn build_one(workspace: &Workspace, musl: &Target, this: &Path, way: Way, lto: &str) -> Result<PathBuf> {
    let cargo = musl.cargo(workspace);
    let mut command = match way {
        Way::ImportDynamic => {
            let mut command = Command::new(this);
            command.arg("import-dynamic").env("CARGO", cargo.get_program()).current_dir(&workspace.root);
            command.envs(cargo.get_envs().filter_map(|(name, value)| Some((name, value?))));
            command
        }
        _ => cargo,
    };
    let gnu = musl.name.replace("musl", "gnu");
    let (target, flags) = match way {
        Way::ImportDynamic => (&gnu, ""),
        Way::DynamicGlibc => (&gnu, "-Ctarget-feature=-crt-static"),
        Way::StaticGlibc => (&gnu, "-Ctarget-feature=+crt-static"),
        Way::StaticMusl => (&musl.name, "-Ctarget-feature=+crt-static"),
    };
    command.args(["build", "--release", "--package", "bench-ways", "--target", target, "--target-dir"]);
    command.arg(workspace.target.join("bench-programs").join(format!("{way:?}")));
    command.env("CARGO_ENCODED_RUSTFLAGS", flags).env("CARGO_PROFILE_RELEASE_LTO", lto);
    // As Cargo does it where no one says anything.
    command.env("CARGO_PROFILE_RELEASE_PANIC", "unwind").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    workspace::build_executable(&mut command, "bench-ways")
}

fn start(program: &Path) -> Result<Duration> {
    let mut command = Command::new(program);
    command.arg("start").stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status().with_context(|| format!("cannot run {}", program.display()))?;
    let time = start.elapsed();
    if !status.success() {
        bail!("{}: {status}", process::line(&command));
    }
    Ok(time)
}

fn allocations(program: &Path) -> Result<Duration> {
    let output = Command::new(program).arg("allocate").output()?;
    let answer = <[u8; 8]>::try_from(output.stdout).ok().filter(|_| output.status.success());
    let answer = answer.with_context(|| format!("{} allocate: {}", program.display(), output.status))?;
    Ok(Duration::from_nanos(u64::from_ne_bytes(answer)))
}

/// Runs each in every root: whether it starts, whether it finds a name that only an NSS module knows, whether it opens a
/// library.
fn try_on_hosts(workspace: &Workspace, contenders: &mut [Contender]) -> Result<()> {
    let arch = Arch::host().context("roots are for x86_64 and aarch64")?;
    let roots = Roots::open(workspace)?;
    let recipes = RECIPES.iter().filter(|recipe| recipe.libc != Libc::Nothing);
    let roots = recipes.map(|recipe| roots.make(recipe, arch)).collect::<Result<Vec<_>>>()?;
    for contender in contenders {
        let count = |libcs: &[Libc], arguments: &[&str]| -> Result<String> {
            let (mut tried, mut worked) = (0, 0);
            for root in roots.iter().filter(|root| libcs.contains(&root.libc)) {
                tried += 1;
                worked += usize::from(works(root, &contender.program, arguments)?);
            }
            Ok(format!("{worked} of {tried}"))
        };
        contender.hosts = count(&[Libc::Glibc, Libc::Musl], &["start"])?;
        contender.modules = count(&[Libc::Glibc], &["resolve", "frommodule.test"])?;
        contender.opens = count(&[Libc::Glibc, Libc::Musl], &["open", "libm.so.6"])?;
    }
    Ok(())
}

fn works(root: &Root, program: &Path, arguments: &[&str]) -> Result<bool> {
    create_dir(&root.path.join("proc"))?;
    create_dir(&root.path.join("programs"))?;
    std::fs::copy(program, root.path.join("programs/bench-ways"))?;
    let mut command = chroot::command(&root.path, "/programs/bench-ways", true)?;
    Ok(process::finish_within(command.args(arguments), LIMIT).end.code() == Some(0))
}
