//! This computer's own programs: `check` finds for them what its interpreter finds.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::support::{Directory, skip};

/// Programs that many computers have, with few and many libraries.
const PROGRAMS: [&str; 12] =
    ["ls", "bash", "tar", "git", "python3", "perl", "ssh", "curl", "gdb", "systemctl", "openssl", "vim.basic"];

/// The files that `ldd` names, links resolved, without the interpreter: some name it, some do not.
fn ldd(program: &Path) -> Option<BTreeSet<PathBuf>> {
    let output = Command::new("ldd").arg(program).env_remove("LD_PRELOAD").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let paths = text.lines().filter_map(|line| line.split("=>").last()?.split_whitespace().next());
    let paths = paths.filter(|path| path.starts_with('/')).filter_map(|path| fs::canonicalize(path).ok());
    Some(paths.filter(|path| !is_interpreter(path)).collect())
}

fn is_interpreter(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ld"))
}

#[test]
fn check_agrees_with_ldd() {
    if !Path::new("/lib64/ld-linux-x86-64.so.2").exists() {
        return skip("this computer has no glibc");
    }
    let here = Directory::new("ldd");
    let mut compared = 0;
    for program in PROGRAMS.map(|name| Path::new("/usr/bin").join(name)) {
        let said = here.run(&["check", program.to_str().unwrap(), "--json"]);
        // Absent, a script, 32-bit ...
        if said.status == 2 {
            continue;
        }
        let json = said.json();
        let Some(expected) = ldd(&program) else { return skip("no ldd") };
        let mut found = BTreeSet::new();
        for library in json["libraries"].as_array().unwrap() {
            assert_eq!(library["status"], "found", "{}: {library}", program.display());
            let needs = library["needs"].as_array().unwrap().iter();
            found.extend(needs.chain([&library["path"]]).map(|path| fs::canonicalize(path.as_str().unwrap()).unwrap()));
        }
        found.retain(|path| !is_interpreter(path));
        assert_eq!(found, expected, "{}", program.display());
        compared += 1;
    }
    if compared == 0 {
        skip("none of the programs is there");
    }
}
