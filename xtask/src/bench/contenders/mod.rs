//! Building the contenders. What a machine lacks is named, and left out.

use std::path::PathBuf;

use anyhow::Result;

use crate::workspace::{Workspace, create_dir};

mod c;
mod go;
mod rust;

pub(super) use c::C;
pub(super) use go::Go;
pub(super) use rust::{Rust, compile_times};

/// Every program that takes part.
#[derive(Debug)]
pub(super) struct Contenders {
    pub(super) rust: Rust,
    pub(super) c: Option<C>,
    pub(super) go: Option<Go>,
    /// Who does not take part, and why.
    pub(super) skipped: Vec<String>,
}

impl Contenders {
    pub(super) fn build(workspace: &Workspace) -> Result<Self> {
        let directory = directory(workspace);
        create_dir(&directory)?;
        let mut skipped = Vec::new();
        let mut skip = |who: &str, error: anyhow::Error| skipped.push(format!("{who}: {error:#}"));
        let c = C::build(workspace, &directory).map_err(|error| skip("C", error)).ok();
        let go = Go::build(workspace, &directory, &mut skip).map_err(|error| skip("Go", error)).ok();
        Ok(Self { rust: Rust::build(workspace)?, c, go, skipped })
    }
}

/// Where contenders are built.
fn directory(workspace: &Workspace) -> PathBuf {
    workspace.target.join("bench/contenders")
}

/// Builds the library with a thousand functions alone; the directory that it is in.
pub(super) fn thousand_library(workspace: &Workspace) -> Result<PathBuf> {
    let directory = directory(workspace);
    create_dir(&directory)?;
    c::library(&directory)?;
    Ok(directory)
}
