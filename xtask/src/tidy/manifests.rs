//! Versions, editions and lints are said once, in the workspace's manifest.

use toml::{Table, Value};

use super::{Finding, Source};

const INHERITED: &[&str] = &["version", "edition", "rust-version", "license"];
const DEPENDENCIES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

pub(super) fn check(source: &Source) -> Vec<Finding> {
    if source.path.file_name().is_none_or(|name| name != "Cargo.toml") || source.is_under("data") {
        return Vec::new();
    }
    let faults = match source.text.parse::<Table>() {
        Ok(manifest) => check_manifest(&manifest),
        Err(error) => vec![error.message().to_owned()],
    };
    faults.into_iter().map(|what| Finding::new(&source.path, 1, what)).collect()
}

fn check_manifest(manifest: &Table) -> Vec<String> {
    // A package that is a workspace of its own (a test's data, a fuzzer's) has nothing to inherit.
    if manifest.contains_key("workspace") && manifest.contains_key("package") {
        return Vec::new();
    }
    let mut faults = check_dependencies(manifest);
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    faults.extend(targets.filter_map(Value::as_table).flat_map(check_dependencies));
    if let Some(package) = manifest.get("package").and_then(Value::as_table) {
        let own = INHERITED.iter().filter(|key| !package.get(**key).is_some_and(is_inherited));
        faults.extend(own.map(|key| format!("package.{key} is not the workspace's")));
        if !manifest.get("lints").is_some_and(is_inherited) {
            faults.push("lints are not the workspace's".to_owned());
        }
    }
    faults
}

fn check_dependencies(table: &Table) -> Vec<String> {
    let sections = DEPENDENCIES.iter().filter_map(|section| table.get(*section)?.as_table());
    let own = sections.flatten().filter(|(_, value)| !is_inherited(value));
    own.map(|(name, _)| format!("dependency {name} is not the workspace's")).collect()
}

fn is_inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source;

    const GOOD: &str = "\
[package]
name = \"a\"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
[dependencies]
b.workspace = true
[target.'cfg(unix)'.dependencies]
c = { workspace = true, features = [\"d\"] }
[lints]
workspace = true
";

    #[test]
    fn inheritance() {
        assert_eq!(check(&source("a/Cargo.toml", GOOD)), []);
        let own = GOOD
            .replace("{ workspace = true,", "{ version = \"1\",")
            .replace("version.workspace = true", "version = \"1\"");
        assert_eq!(check(&source("a/Cargo.toml", &own)).len(), 3);
        assert_eq!(check(&source("a/Cargo.toml", "[workspace]\n[workspace.dependencies]\nb = \"1\"\n")), []);
    }
}
