//! One suite both ways, test by test.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::Way;
use crate::count::Count;
use crate::process;
use crate::test_log;
use crate::workspace::{Workspace, create_dir};

/// What a suite came to one way.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Results {
    pub(super) count: Count,
    /// How often each line `test NAME ... OUTCOME` is there.
    tests: BTreeMap<String, usize>,
    /// Why there are none.
    error: String,
}

/// A suite, both ways.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) what: String,
    pub(super) plain: Results,
    pub(super) this: Results,
}

impl Row {
    /// Runs the suite in `directory` both ways; `prepare` adds arguments to cargo. One that does not run is a failure.
    pub(super) fn measure(
        workspace: &Workspace,
        this: &Path,
        (name, what): (&str, &str),
        directory: &Path,
        prepare: impl Fn(&mut Command),
    ) -> Self {
        let [plain, this] = Way::ALL.map(|way| {
            eprintln!("xtask: {name} {what}: {}", way.name());
            let mut cargo = way.cargo(workspace, this);
            cargo.args(["test", "--no-fail-fast"]).current_dir(directory);
            prepare(&mut cargo);
            let log = format!("{name} {what}").replace([' ', '/', '*'], "_");
            let results = run(workspace, &mut cargo, &format!("{log}.{}", way.name()));
            let results = results.unwrap_or_else(|error| Results { error: format!("{error:#}"), ..Results::default() });
            eprintln!("xtask: {} {}", results.count, results.error);
            results
        });
        Self { name: name.to_owned(), what: what.to_owned(), plain, this }
    }

    /// Whether both ways the same tests passed, some at least, and the same failed.
    pub(super) fn is_same(&self) -> bool {
        self.plain.count.passed > 0 && self.plain == self.this
    }

    /// What is not the same.
    pub(super) fn differences(&self) -> Vec<String> {
        let extra = |of: &Results, other: &Results, name: &str| -> Vec<String> {
            let more = of.tests.iter().filter(|(line, count)| other.tests.get(*line) != Some(count));
            more.map(|(line, count)| format!("{name}: {line} ({count} times)")).collect()
        };
        let mut lines = extra(&self.plain, &self.this, "plain");
        lines.extend(extra(&self.this, &self.plain, "import-dynamic"));
        if lines.is_empty() && !self.is_same() {
            let [plain, this] = [&self.plain, &self.this].map(|results| format!("{} {}", results.count, results.error));
            lines.push(format!("plain: {plain}; import-dynamic: {this}"));
        }
        lines
    }
}

/// Runs one `cargo test`, whose output goes to target/suites/logs/LOG. That tests fail is a result; that none ran is an error.
fn run(workspace: &Workspace, cargo: &mut Command, log: &str) -> Result<Results> {
    let logs = workspace.target.join("suites/logs");
    create_dir(&logs)?;
    let path = logs.join(log);
    let stderr = File::create(path.with_added_extension("stderr"))?;
    let stdout = File::create(&path)?;
    let status = cargo.stdin(Stdio::null()).stdout(stdout).stderr(stderr).status();
    let status = status.with_context(|| format!("cannot run {}", process::line(cargo)))?;
    let results = parse(&String::from_utf8_lossy(&fs::read(&path)?));
    if results.count == Count::default() {
        anyhow::bail!("{}: {status}, and no test has run; see {}", process::line(cargo), path.display());
    }
    Ok(results)
}

fn parse(text: &str) -> Results {
    let mut tests = BTreeMap::new();
    for line in text.lines() {
        let words = line.strip_prefix("test ").and_then(|line| line.split_once(" ... "));
        // What a test has printed itself may stand where its outcome would.
        if let Some((name, outcome)) = words
            && let Some(outcome) = ["ok", "FAILED", "ignored"].into_iter().find(|known| outcome.starts_with(known))
        {
            *tests.entry(format!("{name} {outcome}")).or_insert(0) += 1;
        }
    }
    Results { count: test_log::parse(text).count, tests, error: String::new() }
}

#[cfg(test)]
mod tests {
    use super::{Row, parse};

    fn row(plain: &str, this: &str) -> Row {
        Row { name: "a".to_owned(), what: String::new(), plain: parse(plain), this: parse(this) }
    }

    const PASSED: &str = "test one ... ok\ntest two ... ok\ntest result: ok. 2 passed; 0 failed; 0 ignored\n";
    const FAILED: &str = "test one ... ok\ntest two ... FAILED\ntest result: FAILED. 1 passed; 1 failed; 0 ignored\n";

    #[test]
    fn the_same_tests_pass_and_fail() {
        assert!(row(PASSED, PASSED).is_same());
        assert!(row(FAILED, FAILED).is_same());
        assert!(!row(PASSED, FAILED).is_same());
        assert!(!row("", "").is_same());
    }

    #[test]
    fn differences_are_named() {
        let lines = row(PASSED, FAILED).differences();
        assert_eq!(lines, ["plain: two ok (1 times)", "import-dynamic: two FAILED (1 times)"]);
    }
}
