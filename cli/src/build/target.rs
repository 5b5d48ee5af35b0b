//! Targets: what start code, symbols and instructions each has.

use super::machine::{self, Machine};

/// Start code by target, compiled by build.rs.
static START: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/start.rs"));

/// A target that programs can be built for.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// The start code, an object file.
    pub start: &'static [u8],
    /// What C libraries offer there.
    pub symbols: &'static str,
    /// What imports look like there.
    pub machine: Machine,
    /// The linker where nobody says another: a C compiler for the target.
    pub linker: &'static str,
    /// Whether rustc links static programs position-independent there (`static-position-independent-executables`).
    pub is_static_pie: bool,
}

/// Why there is no such target.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// Not a target that this can be done for.
    #[error("{0}: programs can be built for x86_64-unknown-linux-gnu and aarch64-unknown-linux-gnu")]
    Unsupported(String),
    /// A target whose std was missing when this program was compiled.
    #[error(
        "{0}: this cargo-import-dynamic carries no start code for it; `rustup target add {0}` and install it again"
    )]
    NotCarried(&'static str),
}

impl Target {
    /// The target of that name.
    ///
    /// # Errors
    /// See [`TargetError`].
    pub fn find(name: &str) -> Result<Self, TargetError> {
        let (name, symbols, machine) = match name {
            "x86_64-unknown-linux-gnu" => {
                ("x86_64-unknown-linux-gnu", include_str!("symbols/x86_64.txt"), machine::X86_64)
            }
            "aarch64-unknown-linux-gnu" => {
                ("aarch64-unknown-linux-gnu", include_str!("symbols/aarch64.txt"), machine::AARCH64)
            }
            _ => return Err(TargetError::Unsupported(name.to_owned())),
        };
        let start = START.iter().find(|(of, _)| *of == name).ok_or(TargetError::NotCarried(name))?.1;
        let is_host = name.strip_suffix("-unknown-linux-gnu") == Some(std::env::consts::ARCH);
        let linker = match name {
            _ if is_host => "cc",
            "aarch64-unknown-linux-gnu" => "aarch64-linux-gnu-gcc",
            _ => "x86_64-linux-gnu-gcc",
        };
        let is_static_pie = name.starts_with("x86_64");
        Ok(Self { name, start, symbols, machine, linker, is_static_pie })
    }
}
