//! The README's table of targets names what proves each cell: tests of `runtime`, and programs of the matrix. They must exist.

use std::path::{Path, PathBuf};

use super::{Finding, Source};
use crate::matrix;

const HEAD: &str = "| target | native |";

pub(super) fn check(source: &Source) -> Vec<Finding> {
    if source.path != Path::new("README.md") {
        return Vec::new();
    }
    let is_program = |name: &str| matrix::program_names().any(|program| program == name);
    let findings = faults(source, is_program, is_test);
    let has_table = source.text.contains(HEAD);
    if has_table { findings } else { vec![Finding::new(&source.path, 1, "the table of targets is gone")] }
}

fn faults(source: &Source, is_program: impl Fn(&str) -> bool, is_test: impl Fn(&str) -> bool) -> Vec<Finding> {
    let rows = source.lines().skip_while(|(_, line)| !line.starts_with(HEAD)).take_while(|(_, line)| !line.is_empty());
    let mut findings = Vec::new();
    for (number, row) in rows {
        let mut must = |holds: bool, what: String| {
            if !holds {
                findings.push(Finding::new(&source.path, number, what));
            }
        };
        for name in enclosed(row, '"') {
            must(is_program(name), format!("the matrix has no program \"{name}\""));
        }
        // What is more than a word is a command.
        for name in enclosed(row, '`').filter(|name| !name.contains([' ', '.', '_'])) {
            must(is_test(name), format!("runtime has no test {name}"));
        }
    }
    findings
}

/// The texts between two such characters.
fn enclosed(row: &str, mark: char) -> impl Iterator<Item = &str> {
    row.split(mark).skip(1).step_by(2)
}

fn is_test(name: &str) -> bool {
    // `cargo run` says where the package is now.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let tests = PathBuf::from(here).join("../runtime/tests");
    tests.join(name).with_extension("rs").is_file() || tests.join(name).join("main.rs").is_file()
}

#[cfg(test)]
mod tests {
    use super::{faults, is_test};
    use crate::tidy::source;

    #[test]
    fn names_that_do_not_exist() {
        let row = "| Linux | run: `modes`, `cargo xtask systems`, \"a program\" | `no_std` |";
        let readme = source("README.md", &format!("\"not here\"\n| target | native | guest |\n{row}\n\n`nor` here\n"));
        assert!(faults(&readme, |name| name == "a program", |name| name == "modes").is_empty());
        let found = faults(&readme, |_| false, |_| false);
        let lines: Vec<_> = found.iter().map(|finding| (finding.line, finding.what.as_str())).collect();
        assert_eq!(lines, [(3, "the matrix has no program \"a program\""), (3, "runtime has no test modes")]);
    }

    #[test]
    fn tests_are_files_or_directories() {
        assert!(is_test("modes") && is_test("guest") && !is_test("support"));
    }
}
