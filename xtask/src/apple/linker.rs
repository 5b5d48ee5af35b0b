//! A linker for Mach-O that runs on Linux, with the names that macOS's libraries export: Zig's, from Python's registry.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::targets::{Target, script};
use crate::workspace::{Workspace, create_dir, write};

/// The version that this is known to work with.
const PACKAGE: &str = "ziglang==0.17.0";

/// What Zig does not have of macOS, and the crate `libc` names to the linker.
const ICONV: &str = "\
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/usr/lib/libiconv.2.dylib'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ _iconv, _iconv_open, _iconv_close ]
...
";

/// The linker, and C compiler for the C code that crates carry.
#[derive(Debug)]
pub(super) struct Linker {
    directory: PathBuf,
}

impl Linker {
    /// Installs it in `directory`, unless it is there.
    pub(super) fn make(directory: &Path) -> Result<Self> {
        let python = directory.join("bin/python");
        let is_there = || process::output(Command::new(&python).args(["-m", "ziglang", "version"])).is_ok();
        if !is_there() {
            process::run(Command::new("python3").args(["-m", "venv"]).arg(directory))?;
            process::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", PACKAGE]))
                .context("linking for macOS takes Zig from Python's registry")?;
        }
        let libraries = directory.join("libraries");
        create_dir(&libraries)?;
        write(&libraries.join("libiconv.tbd"), ICONV)?;
        Ok(Self { directory: directory.to_owned() })
    }

    /// `cargo` that links, and compiles C, for a target.
    pub(super) fn cargo(&self, workspace: &Workspace, target: &Target) -> Result<Command> {
        let arch = match target.name.split_once('-') {
            Some((arch, "apple-darwin")) => arch,
            _ => bail!("{} is not macOS", target.name),
        };
        let wrapper = self.directory.join(format!("cc-{arch}"));
        let python = self.directory.join("bin/python");
        // A library of which nothing is used is left out. The target as Apple's compilers have it means nothing to Zig.
        let command = format!(
            "sh -c 'for word; do shift; case \"$word\" in --target=*) ;; *) set -- \"$@\" \"$word\" ;; esac; done; \
             exec \"{}\" -m ziglang cc -target {arch}-macos -Wl,-dead_strip_dylibs \"-L{}\" \"$@\"' sh",
            python.display(),
            self.directory.join("libraries").display()
        );
        script(&wrapper, &command)?;
        let mut cargo = target.cargo(workspace);
        let name = target.name.replace('-', "_");
        cargo.env(format!("CARGO_TARGET_{}_LINKER", name.to_uppercase()), &wrapper);
        cargo.env(format!("CC_{name}"), &wrapper);
        cargo.env("CARGO_PROFILE_RELEASE_STRIP", "false"); // by a tool that belongs to rustup's targets
        // Apple's tools would say where they have their libraries; Zig has its own.
        cargo.env("SDKROOT", self.directory.join("libraries"));
        Ok(cargo)
    }
}
