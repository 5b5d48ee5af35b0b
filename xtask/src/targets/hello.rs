//! A small program that shows that a target's std works: a thread, a caught panic, standard output.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::Target;
use crate::process;
use crate::workspace::{self, Workspace, create_dir, write};

const SOURCE: &str = r#"
fn main() {
    let thread = std::thread::spawn(|| std::panic::catch_unwind(|| panic!("expected")).is_err());
    assert!(thread.join().unwrap());
    println!("hello");
}
"#;

/// Builds and runs it, and says what that showed. Apple's programs are neither linked nor run here.
pub(super) fn run(workspace: &Workspace, target: &Target) -> Result<&'static str> {
    let directory = workspace.target.join("hello");
    create_dir(&directory.join("src"))?;
    let manifest = "[package]\nname = \"hello\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n";
    write(&directory.join("Cargo.toml"), manifest)?;
    write(&directory.join("src/main.rs"), SOURCE)?;
    let Some(arch) = target.arch() else {
        process::run(cargo(workspace, target, &directory, "check").arg("--quiet"))?;
        return Ok("a program type-checks");
    };
    // The std may have been built anew, which Cargo does not see.
    let _ = fs::remove_dir_all(directory.join("target").join(&target.name));
    let program = workspace::build_executable(&mut cargo(workspace, target, &directory, "build"), "hello")?;
    let mut run = if arch.is_host() {
        Command::new(&program)
    } else {
        let mut emulator = Command::new(format!("qemu-{arch}"));
        emulator.arg(&program);
        emulator
    };
    let said = process::output(&mut run)?;
    if said != "hello\n" {
        bail!("{} said {said:?}", process::line(&run));
    }
    Ok(if arch.is_host() { "a static program runs" } else { "a static program runs under emulation" })
}

fn cargo(workspace: &Workspace, target: &Target, directory: &Path, subcommand: &str) -> Command {
    let mut cargo = target.cargo(workspace);
    cargo.arg(subcommand).args(["--release", "--target", &target.name]);
    cargo.arg("--manifest-path").arg(directory.join("Cargo.toml")).arg("--target-dir").arg(directory.join("target"));
    cargo
}
