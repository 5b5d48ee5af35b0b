//! One word for one thing: those that the design avoids do not come back.

use super::{Finding, Source};

/// What is not said, and what is said instead.
const AVOIDED: &[(&str, &str)] = &[
    ("thunk", "stub or trampoline"),
    ("shim", "stub, or say what it does"),
    ("foreign", "host's, guest's, or C"),
    ("helper", "say what it does"),
    ("resolver", "resolve is finding an address; a resolver is IFUNC's or DNS's"),
];

/// On a line with one of these, a resolver is the right word.
const RESOLVERS: &[&str] = &["ifunc", "dns", "resolv.conf", "stub resolver", "libresolv", "resolver = "];

/// Names that others gave to their things.
const NAMES: &[&str] = &["foreign_item", "foreign_mod"];

/// Checked are sources, manifests, workflows and prose, except the lists of the words to avoid.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let checked = source.has_extension(&["rs", "c", "h", "toml", "yml", "md", "sh"]);
    if !checked || source.path.ends_with("tidy/words.rs") {
        return Vec::new();
    }
    let path = source.path.to_string_lossy();
    // All resolvers there are IFUNC's, or DNS's.
    let named = path.contains("std_start") || path.starts_with("nss/");
    let lines = source.lines().filter(|(_, line)| !line.trim_start().starts_with("Avoid"));
    let findings = lines.flat_map(|(number, line)| line_findings(source, number, line));
    findings.filter(|finding| !(named && finding.what.contains("\"resolver\""))).collect()
}

fn line_findings(source: &Source, number: usize, line: &str) -> Vec<Finding> {
    let lower = NAMES.iter().fold(line.to_lowercase(), |line, name| line.replace(name, ""));
    let words: Vec<_> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    let said = |avoided: &str| words.iter().any(|word| word.strip_suffix('s').unwrap_or(word) == avoided);
    let allowed = |avoided: &str| avoided == "resolver" && RESOLVERS.iter().any(|text| lower.contains(text));
    let found = AVOIDED.iter().filter(|(avoided, _)| said(avoided) && !allowed(avoided));
    found.map(|(avoided, instead)| Finding::new(&source.path, number, format!("\"{avoided}\": {instead}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source;

    fn count(text: &str) -> usize {
        check(&source("a.rs", text)).len()
    }

    #[test]
    fn avoided_words() {
        assert_eq!(count("fn call_thunk() {}\n// Two shims, a helper.\n"), 3);
        assert_eq!(count("// the symbol resolver"), 1);
    }

    #[test]
    fn words_that_are_right_there() {
        assert_eq!(count("// the IFUNC resolver, the host's DNS resolver"), 0);
        assert_eq!(count("resolver = \"3\""), 0);
        assert_eq!(count("fn visit_foreign_item(item: ForeignItemFn) {}"), 0);
        assert_eq!(count("Avoid: thunk, shim."), 0);
    }
}
