//! A file is small enough to hold in the head. Only assembly for one architecture may run on.

use super::{Finding, Source};

const LIMIT: usize = 300;

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let exempt = ["arch", "data", "ui", "generated"].into_iter().any(|directory| source.is_under(directory));
    let lines = source.text.lines().count();
    if !source.has_extension(&["rs"]) || exempt || lines <= LIMIT {
        return Vec::new();
    }
    vec![Finding::new(&source.path, lines, format!("{lines} lines, more than {LIMIT}"))]
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, check};
    use crate::tidy::source;

    #[test]
    fn long_files() {
        let text = "\n".repeat(LIMIT + 1);
        assert_eq!(check(&source("a/src/b.rs", &text)).len(), 1);
        assert!(check(&source("a/src/arch/b.rs", &text)).is_empty());
        assert!(check(&source("a/b.md", &text)).is_empty());
        assert!(check(&source("a/src/b.rs", &text[1..])).is_empty());
    }
}
