//! `cargo import-dynamic build`, `run`, `test`, `bench` and `install`: cargo with this program as the linker, which links std programs
//! without a libc of their own.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

pub mod archive;
pub mod arguments;
pub mod link;
pub mod machine;
pub mod object;
mod scan;
pub mod symbols;
pub mod target;

use arguments::MARK;
use cargo_config2::Config;
use link::{Allowed, Settings};
use target::{Target, TargetError};

/// Cargo's subcommands that this one stands before.
pub const COMMANDS: &[&str] = &["build", "run", "test", "bench", "install"];

/// Why cargo was not run.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A program could not be run.
    #[error("{}: {}", .0.display(), crate::file::plain(.1))]
    Run(PathBuf, io::Error),
    /// The target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A path that cannot stand in flags.
    #[error("{} has a name that is not UTF-8", .0.display())]
    NotText(PathBuf),
    /// Cargo's configuration.
    #[error("cargo's configuration: {0}")]
    Configuration(#[from] cargo_config2::Error),
}

/// What the arguments say that is not cargo's alone.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    target: Option<String>,
    allowed: Allowed,
    /// The arguments for cargo.
    cargo: Vec<OsString>,
}

impl Options {
    fn parse(arguments: &[OsString]) -> Self {
        let mut options = Self { target: None, allowed: Allowed::Listed(Vec::new()), cargo: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                Some("--") => {
                    options.cargo.push(argument.clone());
                    options.cargo.extend(arguments.cloned());
                    break;
                }
                Some("--target") => {
                    let target = arguments.next().cloned().unwrap_or_default();
                    options.target = Some(target.to_string_lossy().into_owned());
                }
                Some("--allow-undefined") => options.allowed = Allowed::All,
                Some(text) => match text.split_once('=') {
                    Some(("--target", target)) => options.target = Some(target.to_owned()),
                    Some(("--allow-undefined", list)) => {
                        options.allowed = Allowed::Listed(list.split(',').map(str::to_owned).collect());
                    }
                    _ => options.cargo.push(argument.clone()),
                },
                None => options.cargo.push(argument.clone()),
            }
        }
        options
    }
}

/// Runs `cargo COMMAND ARGUMENTS` with this program as the linker.
///
/// # Errors
/// See [`BuildError`]; cargo's own errors are its own.
pub fn cargo(command: &OsStr, arguments: &[OsString]) -> Result<ExitStatus, BuildError> {
    let options = Options::parse(arguments);
    let config = Config::load()?;
    let configured = || config.build.target.iter().flatten().next().map(|target| target.triple().to_owned());
    let target = match options.target.or_else(configured) {
        Some(target) if target != "host-tuple" => target,
        _ => config.host_triple()?.to_owned(),
    };
    let target = Target::find(&target)?;
    let linker = config.linker(target.name)?.unwrap_or_else(|| target.linker.into());
    let rustflags = config.rustflags(target.name)?.unwrap_or_default().flags;
    let is_pic = !target.is_static_pie && !rustflags.iter().any(|flag| flag.contains("relocation-model"));
    let settings = Settings { target: target.name.to_owned(), linker, allowed: options.allowed, is_pic };
    let this = env::current_exe().map_err(|error| BuildError::Run("this program".into(), error))?;
    let this = this.to_str().ok_or_else(|| BuildError::NotText(this.clone()))?;
    let flags = [
        format!("-Clinker={this}"),
        format!("-Clink-arg={MARK}{}", settings.to_text()),
        "-Ctarget-feature=+crt-static".to_owned(),
    ];

    let rustdocflags = config.rustdocflags(target.name)?.unwrap_or_default().flags;
    // Cargo takes the flags of one place only, this one first, and has no way to add to those of the others.
    let variable =
        |of_config: Vec<String>| of_config.into_iter().chain(flags.iter().cloned()).collect::<Vec<_>>().join("\x1f");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.arg(command).args(["--target", target.name]).args(&options.cargo);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", variable(rustflags));
    cargo.env("CARGO_ENCODED_RUSTDOCFLAGS", variable(rustdocflags));
    cargo.status().map_err(|error| BuildError::Run("cargo".into(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Options {
        Options::parse(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn own_options_are_taken_out() {
        let options = parse(&["--release", "--target=t", "--allow-undefined=a,b", "-p", "x", "--", "--target", "y"]);
        assert_eq!(options.target.as_deref(), Some("t"));
        assert_eq!(options.allowed, Allowed::Listed(vec!["a".into(), "b".into()]));
        assert_eq!(options.cargo, ["--release", "-p", "x", "--", "--target", "y"]);
        assert_eq!(parse(&["--allow-undefined"]).allowed, Allowed::All);
    }
}
