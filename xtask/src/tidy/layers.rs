//! The loader gives `dlopen` and `dlsym`; what they are used for is not its business.

use super::{Finding, Source};

pub(super) fn check(source: &Source) -> Vec<Finding> {
    // The start of std programs is the exception: their whole libc is imports, which it binds before anything else runs.
    if !source.path.starts_with("loader/src") || source.path.to_string_lossy().contains("std_start") {
        return Vec::new();
    }
    let found = source.lines().filter(|(_, line)| mentions_imports(line));
    found.map(|(number, _)| Finding::new(&source.path, number, "the loader mentions imports")).collect()
}

/// Whether the line says "import" as a word, or names the crate above; the project's own name and the environment
/// variables that carry it are another matter.
fn mentions_imports(line: &str) -> bool {
    let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
    let says = |word: &str| matches!(word.to_lowercase().as_str(), "import" | "imports" | "imported" | "importing");
    line.contains("import_dynamic::") || words.any(says)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source;

    #[test]
    fn mentions() {
        let bad = source("loader/src/lib.rs", "// called by imports\nuse import_dynamic::Import;\n");
        assert_eq!(check(&bad).len(), 2);
        let good = source("loader/src/lib.rs", "//! Part of import-dynamic; reads IMPORT_DYNAMIC_INTERPRETER.\n");
        assert!(check(&good).is_empty());
        assert!(check(&source("runtime/src/lib.rs", "// an import")).is_empty());
    }
}
