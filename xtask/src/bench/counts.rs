//! `cargo xtask bench counts`: how many instructions things take, by valgrind's callgrind, how many system calls, by strace,
//! and how many page faults, by wait4, held against the counts in `benches/counts.ARCHITECTURE.json`. Counts do not depend on
//! what else the machine does, as times do.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use benches::{Contender, Program};

use crate::count::Count;
use crate::workspace::{self, Workspace};
use crate::{bench::contenders, process};

/// The baseline's file, one for each architecture.
fn baseline_name() -> String {
    format!("benches/counts.{}.json", std::env::consts::ARCH)
}

/// What to say where there is no baseline.
pub(crate) fn missing_baseline(workspace: &Workspace) -> Option<String> {
    let name = baseline_name();
    let is_missing = !workspace.root.join(&name).exists();
    is_missing.then(|| format!("no {name}: `cargo xtask bench counts --save` makes it"))
}

/// How far a count may be from the baseline: another libc's `labs` and `strlen` may take part. One instruction more in a
/// call is further.
const TOLERANCE: f64 = 0.05;
/// The same for page faults: how many pages one of them maps depends on how a file lies in the page cache.
const TOLERANCE_OF_FAULTS: f64 = 0.2;
/// Counts are differences between so many and twice as many calls: what a program does besides is not in them.
const CALLS: u64 = 10_000;

/// What the names of counts of page faults begin with.
const FAULTS: &str = "page_faults/";

/// Instructions (or system calls or page faults, where the name says so) by what takes them; a loop of five instructions around
/// each call is among them, and the callee's four.
type Counts = BTreeMap<String, f64>;

/// Counts, and compares with the baseline, or makes the counts the baseline.
pub(crate) fn run(workspace: &Workspace, save: bool) -> Result<Count> {
    process::output(Command::new("valgrind").arg("--version")).context("counting needs valgrind")?;
    process::output(Command::new("strace").arg("--version")).context("counting needs strace")?;
    let counts = measure(workspace)?;
    let name = baseline_name();
    let path = workspace.root.join(&name);
    if save {
        workspace::write(&path, format!("{}\n", serde_json::to_string_pretty(&counts)?))?;
        return Ok(Count::of(true));
    }
    let baseline = std::fs::read_to_string(&path).with_context(|| missing_baseline(workspace).unwrap_or(name))?;
    compare(&counts, &serde_json::from_str(&baseline)?)
}

fn compare(counts: &Counts, baseline: &Counts) -> Result<Count> {
    let mut result = Count::default();
    for name in baseline.keys().filter(|name| !counts.contains_key(*name)) {
        println!("FAILED {name}: not counted, but in {}", baseline_name());
        result.add(false);
    }
    for (name, count) in counts {
        let expected = baseline.get(name).with_context(|| format!("{} has no {name}", baseline_name()))?;
        let tolerance = if name.starts_with(FAULTS) { TOLERANCE_OF_FAULTS } else { TOLERANCE };
        let met = (count - expected).abs() <= expected.abs() * tolerance;
        let verdict = if met { "ok" } else { "FAILED" };
        println!("{verdict:6} {name}: {count:.1} (baseline: {expected:.1})");
        result.add(met);
    }
    Ok(result)
}

fn measure(workspace: &Workspace) -> Result<Counts> {
    let build = |program: Program| program.build(&workspace.target);
    let (dynamic, guest, adopted) =
        (build(Program::STD_DYNAMIC)?, build(Program::STD_STATIC)?, build(Program::NO_STD)?);
    let mut counts = Counts::new();
    for (name, program, contender) in [
        ("call/c_pointer_mem", &dynamic, "pointer"),
        ("call/libloading", &dynamic, "libloading"),
        ("call/import_native", &dynamic, "import"),
        ("call/import_adopted", &adopted, "import"),
        ("call/import_guest_no_tls", &guest, "import-no-tls"),
        ("call/import_guest_scope", &guest, "import-scope"),
        ("call/import_guest_syscall", &guest, "import-syscall"),
    ] {
        let some = instructions(Command::new(program).arg(contender), CALLS)?;
        let more = instructions(Command::new(program).arg(contender), 2 * CALLS)?;
        counts.insert(name.to_owned(), more.saturating_sub(some) as f64 / CALLS as f64);
    }
    // A thousand imports bound, of a library that is open.
    let library = contenders::thousand_library(workspace)?;
    for (name, program) in
        [("bind_all/native", Program::THOUSAND_DYNAMIC), ("bind_all/guest", Program::THOUSAND_STATIC)]
    {
        let program = build(program)?;
        let count = |how: &str| instructions(Command::new(&program).arg(how).env("LD_LIBRARY_PATH", &library), 0);
        counts.insert(name.to_owned(), count("all")?.saturating_sub(count("nothing")?) as f64 / 1000.0);
    }
    // The interpreter's own among them; without those that any start of the same program takes.
    for (mode, program) in [("bring_up_and_attach_guest", &guest), ("bring_up_adopted", &adopted)] {
        let calls = system_calls(program, "start", 0)? - system_calls(program, "nothing", 0)?;
        counts.insert(format!("system_calls/{mode}"), calls as f64);
        let start = least_instructions(program, "start")?;
        let nothing = least_instructions(program, "nothing")?;
        counts.insert(format!("instructions/{mode}"), start.saturating_sub(nothing) as f64);
        let faults = page_faults(&guest, program, "start")? - page_faults(&guest, program, "nothing")?;
        counts.insert(format!("{FAULTS}{mode}"), faults);
    }
    // Each thread is made, attached, and ends.
    let threads = |word: &str| -> Result<f64> {
        let (some, more) = (system_calls(&guest, word, THREADS)?, system_calls(&guest, word, 2 * THREADS)?);
        Ok((more - some) as f64 / THREADS as f64)
    };
    counts.insert("system_calls/thread_attach_guest".to_owned(), threads("thread-attach")? - threads("thread")?);
    Ok(counts)
}

/// Threads that are counted.
const THREADS: u64 = 50;

/// The system calls of a program that is asked once, for `count`; but for those that wait and wake, which depend on who is
/// faster.
fn system_calls(program: &Path, word: &str, count: u64) -> Result<i64> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=!futex", "-e", "signal=none"]).arg(program).arg(word);
    // Cargo's: the interpreter would look into each of its directories.
    let text = asked(strace.env_remove("LD_LIBRARY_PATH"), count)?;
    // `resumed` is the second half of a call; what a thread's end is like has no `=`.
    Ok(text.lines().filter(|line| line.contains('(') && !line.contains("resumed>")).count() as i64)
}

/// The page faults of a program from its start to its end, on average: where the kernel puts things makes one more or less.
fn page_faults(launcher: &Path, program: &Path, word: &str) -> Result<f64> {
    const RUNS: u64 = 50;
    let mut command = Command::new(launcher);
    command.arg("launch-faults").arg(program).arg(word);
    Ok(Contender::start(command)?.measure(RUNS)?.as_nanos() as f64 / RUNS as f64)
}

/// The instructions of a program from its start to its end. valgrind lays out the initial stack as Linux does but for its end,
/// which comes out right with one in eight lengths of the environment. With the others, a static program in guest mode has to
/// read /proc/self/maps to know its stack, as it has not otherwise.
fn least_instructions(program: &Path, word: &str) -> Result<u64> {
    let count = |padding| instructions(Command::new(program).arg(word).env("PADDING", "-".repeat(padding)), 0);
    let counts = (0..8).map(count).collect::<Result<Vec<_>>>()?;
    counts.into_iter().min().context("nothing was counted")
}

/// The instructions of a program that is asked once, for `count` calls.
fn instructions(command: &mut Command, count: u64) -> Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(command.get_program());
    valgrind.args(command.get_args());
    // Interpreters read every variable, and look into each directory of Cargo's LD_LIBRARY_PATH.
    valgrind.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    valgrind.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let text = asked(&mut valgrind, count)?;
    parse(&text).with_context(|| format!("{}: no count in\n{text}", process::line(&valgrind)))
}

/// What a command says on stderr about a program that is asked once, for `count`.
fn asked(command: &mut Command, count: u64) -> Result<String> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // A program that asks for no count has ended perhaps.
        drop(input.write_all(&count.to_ne_bytes()));
    }
    let output = child.wait_with_output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        bail!("{}: {}\n{text}", process::line(command), output.status);
    }
    Ok(text)
}

/// The number in `==1== Collected : 1341314`.
fn parse(text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{Counts, compare, parse};

    #[test]
    fn collected() {
        assert_eq!(parse("==1== Events    : Ir\n==1== Collected : 1341314\n"), Some(1_341_314));
    }

    #[test]
    fn one_instruction_more_is_too_many() {
        let counts = |value| Counts::from([("a".to_owned(), value)]);
        assert!(compare(&counts(11.0), &counts(11.0)).is_ok_and(|count| count.is_success()));
        assert!(compare(&counts(12.0), &counts(11.0)).is_ok_and(|count| !count.is_success()));
        assert!(compare(&counts(203.0), &counts(200.0)).is_ok_and(|count| count.is_success()));
        assert!(compare(&counts(1.0), &Counts::new()).is_err());
    }

    #[test]
    fn what_is_counted_no_more_has_failed() {
        let counts = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), 1.0)).collect::<Counts>();
        let compared = compare(&counts(&["a"]), &counts(&["a", "b"])).expect("all of them are known");
        assert_eq!((compared.passed, compared.failed), (1, 1));
    }

    #[test]
    fn page_faults_differ_by_some() {
        let counts = |value| Counts::from([("page_faults/a".to_owned(), value)]);
        assert!(compare(&counts(52.6), &counts(55.5)).is_ok_and(|count| count.is_success()));
        assert!(compare(&counts(68.0), &counts(55.5)).is_ok_and(|count| !count.is_success()));
    }
}
