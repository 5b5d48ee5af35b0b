//! Building the programs that measure.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, io};

/// A program of `benches/programs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// std, linked dynamically: imports are native.
    StdDynamic,
    /// std, linked statically, with a libc of its own: guest mode.
    StdStatic,
    /// no_std and no libc: adopted mode.
    NoStd,
}

/// Functions and loops begin at cache lines, so that where the linker happens to put one decides nothing.
const ALIGNMENT: &str = "-Cllvm-args=-align-all-functions=6 -align-loops=64";

impl Program {
    fn package(self) -> &'static str {
        match self {
            Self::StdDynamic | Self::StdStatic => "bench-std",
            Self::NoStd => "bench-no-std",
        }
    }

    fn linkage(self) -> &'static str {
        match self {
            Self::StdDynamic => "dynamic",
            Self::StdStatic | Self::NoStd => "static",
        }
    }

    /// Builds the program in target/bench-programs; its executable.
    ///
    /// # Errors
    /// When Cargo cannot be run or fails; it has printed why.
    pub fn build(self) -> io::Result<PathBuf> {
        let target = target_directory().join("bench-programs").join(self.linkage());
        let feature = if self == Self::StdDynamic { "-crt-static" } else { "+crt-static" };
        let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
            .current_dir(workspace())
            .args(["build", "--release", "--package", self.package(), "--target-dir"])
            .arg(&target)
            // The variable replaces the flags of the workspace's configuration.
            .env("CARGO_ENCODED_RUSTFLAGS", format!("-Ctarget-feature={feature}\u{1f}{ALIGNMENT}"))
            .stdin(Stdio::null())
            .status()?;
        if !status.success() {
            return Err(io::Error::other(format!("cargo build --package {}: {status}", self.package())));
        }
        find(&target, self.package())
    }
}

/// The executable `name` under Cargo's target directory, in which a directory per target stands first.
fn find(target: &Path, name: &str) -> io::Result<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    for entry in target.read_dir()? {
        let path = entry?.path().join("release").join(&file);
        if path.is_file() {
            return Ok(path);
        }
    }
    Err(io::Error::new(io::ErrorKind::NotFound, format!("no {file} in {}", target.display())))
}

fn workspace() -> PathBuf {
    // `cargo bench` says where the package is now; the directory may have moved since this was built.
    let here = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&here).join("..")
}

/// Cargo's target directory, as this executable's own place tells: TARGET-DIRECTORY/TRIPLE/PROFILE/deps/NAME.
pub fn target_directory() -> PathBuf {
    let directory = env::current_exe().ok().and_then(|executable| executable.ancestors().nth(4).map(PathBuf::from));
    directory.unwrap_or_else(|| workspace().join("target"))
}
