//! `cargo xtask bench --publish`: what was measured becomes part of the project, as the README's table and the files of
//! `benches/results`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::{self, Workspace, create_dir};

/// What stands around the table in the README.
const MARKS: (&str, &str) = ("<!-- measured -->\n", "<!-- end of measured -->");

/// Takes over what the last run wrote to target/bench.
pub(super) fn run(workspace: &Workspace) -> Result<()> {
    let (from, to) = (workspace.target.join("bench"), workspace.root.join("benches/results"));
    create_dir(&to)?;
    for entry in fs::read_dir(&from).with_context(|| format!("cannot list {}", from.display()))? {
        let path = entry?.path();
        let is_plot = path.extension().is_some_and(|extension| extension == "svg");
        let name = path.file_name().filter(|name| is_plot || *name == "results.json" || *name == "results.md");
        if let Some(name) = name {
            workspace::write(&to.join(name), read(&path)?)?;
        }
    }
    let readme = workspace.root.join("README.md");
    let table = read(&from.join("table.md"))?;
    let text = replaced(&read(&readme)?, &table).context("README.md has no place for the table")?;
    workspace::write(&readme, text)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// `text` with `table` between the marks.
fn replaced(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(MARKS.0)?;
    let (_, after) = rest.split_once(MARKS.1)?;
    Some([before, MARKS.0, table, MARKS.1, after].concat())
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn between_the_marks() {
        let text = "a\n<!-- measured -->\nold\n<!-- end of measured -->\nb\n";
        let expected = "a\n<!-- measured -->\nnew\n<!-- end of measured -->\nb\n";
        assert_eq!(replaced(text, "new\n").as_deref(), Some(expected));
        assert_eq!(replaced("a\n", "new\n"), None);
    }
}
