//! Building the programs that measure.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, io};

/// A program of `benches/programs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    package: &'static str,
    is_static: bool,
}

/// Functions and loops begin at cache lines, so that where the linker happens to put one decides nothing.
const ALIGNMENT: &str = "-Cllvm-args=-align-all-functions=6 -align-loops=64";

impl Program {
    /// std, linked dynamically: imports are native.
    pub const STD_DYNAMIC: Self = Self { package: "bench-std", is_static: false };
    /// std, linked statically, with a libc of its own: guest mode.
    pub const STD_STATIC: Self = Self { package: "bench-std", is_static: true };
    /// no_std and no libc: adopted mode.
    pub const NO_STD: Self = Self { package: "bench-no-std", is_static: true };
    /// A thousand imports, native.
    pub const THOUSAND_DYNAMIC: Self = Self { package: "bench-thousand", is_static: false };
    /// A thousand imports, in guest mode.
    pub const THOUSAND_STATIC: Self = Self { package: "bench-thousand", is_static: true };

    /// Builds the program in `bench-programs` of Cargo's target directory; its executable.
    ///
    /// # Errors
    /// When Cargo cannot be run or fails; it has printed why.
    pub fn build(self, target: &Path) -> io::Result<PathBuf> {
        let target = target.join("bench-programs").join(if self.is_static { "static" } else { "dynamic" });
        let sign = if self.is_static { '+' } else { '-' };
        let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
            .current_dir(workspace())
            .args(["build", "--release", "--package", self.package, "--target-dir"])
            .arg(&target)
            // The variable replaces the flags of the workspace's configuration.
            .env("CARGO_ENCODED_RUSTFLAGS", format!("-Ctarget-feature={sign}crt-static\u{1f}{ALIGNMENT}"))
            .stdin(Stdio::null())
            .stdout(io::stderr())
            .status()?;
        if !status.success() {
            return Err(io::Error::other(format!("cargo build --package {}: {status}", self.package)));
        }
        find(&target, self.package)
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
    // Cargo says where a package is that it runs, this one or its neighbour; the directory may have moved since this was
    // built.
    let here = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&here).join("..")
}

/// Cargo's target directory, as a benchmark's own place tells: TARGET-DIRECTORY/TRIPLE/PROFILE/deps/NAME.
pub fn target_directory() -> PathBuf {
    let directory = env::current_exe().ok().and_then(|executable| executable.ancestors().nth(4).map(PathBuf::from));
    directory.unwrap_or_else(|| workspace().join("target"))
}
