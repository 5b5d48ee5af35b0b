//! Reading what `cargo test` printed.

use crate::count::Count;

/// Whether this is CI, where a check that is skipped is one that failed.
pub(crate) fn is_ci() -> bool {
    std::env::var_os("CI").is_some()
}

/// What a run of the tests came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Results {
    pub(crate) count: Count,
    /// Lines that say that something was not tested.
    pub(crate) skipped: Vec<String>,
    /// Examples in the documentation that are marked not to be compiled.
    pub(crate) ignored_examples: usize,
}

/// Finds the results of every test program, and the tests that skipped themselves (`skipped: why`) or are ignored.
pub(crate) fn parse(log: &str) -> Results {
    let mut results = Results::default();
    for line in log.lines() {
        if let Some(counts) = line.strip_prefix("test result: ") {
            results.count.passed += number_before(counts, "passed");
            results.count.failed += number_before(counts, "failed");
        } else if line.starts_with("skipped:") || line.contains("... skipped:") {
            results.skipped.push(line.to_owned());
        } else if is_ignored(line) && line.contains(" (line ") {
            results.ignored_examples += 1;
        } else if is_ignored(line) {
            results.skipped.push(line.to_owned());
        }
    }
    results
}

/// `test NAME ... ignored`, perhaps with a reason behind it.
fn is_ignored(line: &str) -> bool {
    line.starts_with("test ") && line.split_once(" ... ").is_some_and(|(_, end)| end.starts_with("ignored"))
}

fn number_before(counts: &str, what: &str) -> usize {
    let words: Vec<_> = counts.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
    let pair = words.windows(2).find(|pair| pair[1] == what);
    pair.and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::count::Count;

    const LOG: &str = "\
running 3 tests
test one ... ok
test two ... skipped: no /proc
test two ... ok
test three ... ignored, needs root
skipped: another thread's line
test src/lib.rs - (line 6) ... ignored

test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: FAILED. 10 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    #[test]
    fn counts_and_skips() {
        let results = parse(LOG);
        assert_eq!(results.count, Count { passed: 12, failed: 3 });
        assert_eq!(results.skipped.len(), 3, "{:?}", results.skipped);
        assert_eq!(results.ignored_examples, 1);
    }
}
