//! Symbol versions: what a library defines and what it needs of others.

use std::collections::HashMap;

use super::symbol::{u16_at, u32_at};
use super::{Dynamic, string_at};

/// More entries than this are a cycle or damage: version indices have 15 bits.
const MAX_VERSIONS: usize = 1 << 15;
/// VER_FLG_BASE: the entry names the library, not a version.
const BASE: u16 = 1;
/// VER_FLG_WEAK: may be missing.
const WEAK: u16 = 2;

/// A version that a library needs of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needed<'data> {
    /// The library that must define it, as DT_NEEDED writes it.
    pub library: &'data [u8],
    /// The version.
    pub version: &'data [u8],
    /// The index by which symbols refer to it.
    pub index: u16,
    /// May be missing.
    pub weak: bool,
}

/// The versions that the library defines, with their indices; the library's own name is left out.
pub fn defined_versions<'data>(dynamic: &Dynamic<'data>) -> Vec<(u16, &'data [u8])> {
    let mut found = Vec::new();
    let Some(table) = dynamic.version_definitions else { return found };
    let mut at = 0;
    for _ in 0..MAX_VERSIONS {
        let entry = || {
            let (flags, index) = (u16_at(table, at + 2)?, u16_at(table, at + 4)?);
            let name_at = at.checked_add(usize::try_from(u32_at(table, at + 12)?).ok()?)?;
            let name = string_at(dynamic.strings, usize::try_from(u32_at(table, name_at)?).ok()?)?;
            Some((flags, index, name, usize::try_from(u32_at(table, at + 16)?).ok()?))
        };
        let Some((flags, index, name, next)) = entry() else { break };
        if flags & BASE == 0 {
            found.push((index, name));
        }
        match at.checked_add(next) {
            Some(following) if next != 0 && following < table.len() => at = following,
            _ => break,
        }
    }
    found
}

/// The versions that the library needs of others.
pub fn needed_versions<'data>(dynamic: &Dynamic<'data>) -> Vec<Needed<'data>> {
    let mut found = Vec::new();
    let Some(table) = dynamic.version_needs else { return found };
    let mut at = 0;
    while found.len() < MAX_VERSIONS {
        let Some(next) = needs_of_one_library(dynamic, table, at, &mut found) else { break };
        match at.checked_add(next) {
            Some(following) if next != 0 && following < table.len() => at = following,
            _ => break,
        }
    }
    found
}

/// Reads the entry at `at` and returns the distance to the next one.
fn needs_of_one_library<'data>(
    dynamic: &Dynamic<'data>,
    table: &'data [u8],
    at: usize,
    found: &mut Vec<Needed<'data>>,
) -> Option<usize> {
    let string = |offset: u32| string_at(dynamic.strings, usize::try_from(offset).ok()?);
    let library = string(u32_at(table, at + 4)?)?;
    let mut version_at = at.checked_add(usize::try_from(u32_at(table, at + 8)?).ok()?)?;
    for _ in 0..u16_at(table, at + 2)? {
        if found.len() >= MAX_VERSIONS {
            return None;
        }
        let field = |within: usize| version_at.checked_add(within);
        found.push(Needed {
            library,
            version: string(u32_at(table, field(8)?)?)?,
            index: u16_at(table, field(6)?)? & 0x7fff,
            weak: u16_at(table, field(4)?)? & WEAK != 0,
        });
        version_at = version_at.checked_add(usize::try_from(u32_at(table, field(12)?)?).ok()?)?;
    }
    usize::try_from(u32_at(table, at + 12)?).ok()
}

/// The names behind version indices.
#[derive(Debug, Clone, Default)]
pub(super) struct VersionNames<'data> {
    defined: HashMap<u16, &'data [u8]>,
    needed: HashMap<u16, &'data [u8]>,
}

impl<'data> VersionNames<'data> {
    pub(super) fn new(dynamic: &Dynamic<'data>) -> Self {
        VersionNames {
            defined: defined_versions(dynamic).into_iter().collect(),
            needed: needed_versions(dynamic).into_iter().map(|needed| (needed.index, needed.version)).collect(),
        }
    }
}

impl<'data> Dynamic<'data> {
    /// The name of the version that the library defines under `index`.
    pub(super) fn version_name(&self, index: u16) -> Option<&'data [u8]> {
        self.version_names.defined.get(&index).copied()
    }

    /// The name of the version that the library needs under `index`.
    pub(super) fn needed_version_name(&self, index: u16) -> Option<&'data [u8]> {
        self.version_names.needed.get(&index).copied()
    }
}
