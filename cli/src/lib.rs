//! What `cargo import-dynamic` does, as a library so that tests and fuzzing reach its parts.
//!
//! `inspect` reads one file, `check` follows the interpreter of a root directory, `bundle` copies what `check` found.
//! None of them runs anything.

pub mod args;
pub mod build;
pub mod bundle;
pub mod check;
pub mod dlopen;
pub mod elf;
mod error;
pub mod file;
pub mod format;
pub mod generate;
pub mod host;
pub mod inspect;
pub mod library;
pub mod machine;
pub mod note;
mod run;
pub mod text;

pub use error::Error;
pub use run::run;

/// Version of the JSON formats: grows when a field changes its meaning or goes away.
pub const SCHEMA: u32 = 1;
