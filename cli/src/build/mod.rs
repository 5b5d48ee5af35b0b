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
    /// rustc would not say what it builds for.
    #[error("rustc -vV does not name its host")]
    NoHost,
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
    let target = match options.target.or_else(|| env::var("CARGO_BUILD_TARGET").ok()) {
        Some(target) if target != "host-tuple" => target,
        _ => host()?,
    };
    let target = Target::find(&target)?;
    let upper = target.name.to_uppercase().replace('-', "_");
    let linker = env::var_os(format!("CARGO_TARGET_{upper}_LINKER")).map_or(target.linker.into(), PathBuf::from);
    let settings = Settings { target: target.name.to_owned(), linker, allowed: options.allowed };
    let this = env::current_exe().map_err(|error| BuildError::Run("this program".into(), error))?;
    let this = this.to_str().ok_or_else(|| BuildError::NotText(this.clone()))?;
    let flags = [
        format!("-Clinker={this}"),
        format!("-Clink-arg={MARK}{}", settings.to_text()),
        "-Ctarget-feature=+crt-static".to_owned(),
    ];

    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.arg(command).args(["--target", target.name]).args(&options.cargo);
    for (name, by_target) in [
        ("RUSTFLAGS", format!("CARGO_TARGET_{upper}_RUSTFLAGS")),
        ("RUSTDOCFLAGS", format!("CARGO_TARGET_{upper}_RUSTDOCFLAGS")),
    ] {
        let (name, value) = with_flags(name, &by_target, &flags, |name| env::var(name).ok());
        cargo.env(name, value);
    }
    cargo.status().map_err(|error| BuildError::Run("cargo".into(), error))
}

/// The environment variable to set so that `flags` are there beside those that cargo would take: it takes those of one place
/// only, the first of these (The Cargo Book, "build.rustflags"). Flags of config files for the target are kept, too.
fn with_flags(
    name: &str,
    by_target: &str,
    flags: &[String],
    variable: impl Fn(&str) -> Option<String>,
) -> (String, String) {
    let encoded = format!("CARGO_ENCODED_{name}");
    let joined = |before: Option<String>, separator: &str| {
        before
            .into_iter()
            .filter(|before| !before.is_empty())
            .chain(flags.iter().cloned())
            .collect::<Vec<_>>()
            .join(separator)
    };
    if let Some(before) = variable(&encoded) {
        return (encoded, joined(Some(before), "\x1f"));
    }
    if let Some(before) = variable(name) {
        let before = before.split_whitespace().collect::<Vec<_>>().join("\x1f");
        return (encoded, joined(Some(before), "\x1f"));
    }
    let has_spaces = flags.iter().any(|flag| flag.contains(char::is_whitespace));
    if has_spaces {
        return (encoded, joined(variable(by_target).map(|before| before.replace(' ', "\x1f")), "\x1f"));
    }
    (by_target.to_owned(), joined(variable(by_target), " "))
}

fn host() -> Result<String, BuildError> {
    let rustc = PathBuf::from(env::var_os("RUSTC").unwrap_or("rustc".into()));
    let output = Command::new(&rustc).arg("-vV").output().map_err(|error| BuildError::Run(rustc, error))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).ok_or(BuildError::NoHost)
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

    #[test]
    fn flags_go_where_cargo_looks_first() {
        let flags = ["-Ca".to_owned(), "-Cb".to_owned()];
        let with = |variables: &'static [(&str, &str)]| {
            let value = move |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            with_flags("RUSTFLAGS", "CARGO_TARGET_T_RUSTFLAGS", &flags, value)
        };
        assert_eq!(with(&[]), ("CARGO_TARGET_T_RUSTFLAGS".into(), "-Ca -Cb".into()));
        assert_eq!(
            with(&[("CARGO_TARGET_T_RUSTFLAGS", "-g")]),
            ("CARGO_TARGET_T_RUSTFLAGS".into(), "-g -Ca -Cb".into())
        );
        assert_eq!(
            with(&[("RUSTFLAGS", "-O -g")]),
            ("CARGO_ENCODED_RUSTFLAGS".into(), "-O\x1f-g\x1f-Ca\x1f-Cb".into())
        );
        assert_eq!(
            with(&[("CARGO_ENCODED_RUSTFLAGS", "x")]),
            ("CARGO_ENCODED_RUSTFLAGS".into(), "x\x1f-Ca\x1f-Cb".into())
        );
    }
}
