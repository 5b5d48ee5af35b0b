//! Targets: what start code, symbols and instructions each has.

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
}

/// Why there is no such target.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// Not a target that this can be done for.
    #[error("{0}: programs can be built for x86_64-unknown-linux-gnu")]
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
        let (name, symbols) = match name {
            "x86_64-unknown-linux-gnu" => ("x86_64-unknown-linux-gnu", include_str!("symbols/x86_64.txt")),
            _ => return Err(TargetError::Unsupported(name.to_owned())),
        };
        let start = START.iter().find(|(of, _)| *of == name).ok_or(TargetError::NotCarried(name))?.1;
        Ok(Self { name, start, symbols })
    }
}
