//! Symbols: what `dlsym` would find, and what libraries need before they are opened.

use super::{LoadError, Namespace, Why};
use crate::elf::{Lookup, Symbol, Wanted, needed_versions, symbols_of_relocations};
use crate::host::Libc;

/// Where a symbol is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// In the library of that index.
    In(usize),
    /// The name is there, in these versions only.
    OtherVersions(Vec<String>),
    /// Nowhere.
    Nowhere,
}

impl Namespace<'_> {
    /// `dlsym` or `dlvsym` on a library and what it needs; `None`: on the global scope.
    pub fn find(&self, handle: Option<usize>, name: &str, version: Option<&str>) -> Found {
        let members = match handle {
            // glibc gives its interpreter no scope of its own: dlsym finds nothing through that handle.
            Some(0) if self.search.libc() == Libc::Glibc => Vec::new(),
            Some(index) => self.with_needed(index),
            None => self.global.clone(),
        };
        let wanted = version.map_or(Wanted::Default, |version| Wanted::Version(version.as_bytes()));
        let mut versions = Vec::new();
        for member in members {
            match self.loaded[member].dynamic.find(name.as_bytes(), wanted) {
                Lookup::Present => return Found::In(member),
                Lookup::OtherVersions(others) => {
                    versions.extend(others.iter().map(|version| String::from_utf8_lossy(version).into_owned()));
                }
                Lookup::Absent => {}
            }
        }
        if versions.is_empty() { Found::Nowhere } else { Found::OtherVersions(versions) }
    }

    /// Does every library define the versions that this one needs? musl does not ask.
    pub(super) fn check_versions(&self, index: usize) -> Result<(), LoadError> {
        let library = &self.loaded[index];
        if self.search.libc() == Libc::Musl {
            return Ok(());
        }
        for needed in needed_versions(&library.dynamic).iter().filter(|needed| !needed.weak) {
            let of = String::from_utf8_lossy(needed.library);
            let Some(provider) = self.by_name(&of) else { continue };
            let defined = crate::elf::defined_versions(&self.loaded[provider].dynamic);
            // A library without any versions is taken to have them all.
            if !defined.is_empty() && !defined.iter().any(|&(_, name)| name == needed.version) {
                let version = String::from_utf8_lossy(needed.version).into_owned();
                return Err(LoadError {
                    library: library.name.clone(),
                    needed_by: None,
                    why: Why::Version { version, of: of.into_owned() },
                });
            }
        }
        Ok(())
    }

    /// Is every symbol that this library needs somewhere in the global scope or in `local`?
    pub(super) fn check_symbols(&self, index: usize, local: &[usize]) -> Result<(), LoadError> {
        let library = &self.loaded[index];
        for symbol in symbols_of_relocations(&library.dynamic) {
            if symbol.weak || self.is_defined(&symbol, local) {
                continue;
            }
            let name = String::from_utf8_lossy(symbol.name);
            let symbol = match symbol.version {
                Some(version) => format!("{name}@{}", String::from_utf8_lossy(version)),
                None => name.into_owned(),
            };
            return Err(LoadError { library: library.name.clone(), needed_by: None, why: Why::Symbol { symbol } });
        }
        Ok(())
    }

    fn is_defined(&self, symbol: &Symbol<'_>, local: &[usize]) -> bool {
        if self.program_symbols.iter().any(|name| name == symbol.name) {
            return true;
        }
        let musl = self.search.libc() == Libc::Musl;
        let wanted = match symbol.version {
            _ if musl => Wanted::Default,
            Some(version) => Wanted::Version(version),
            None => Wanted::Reference,
        };
        let somewhere = |name: &[u8]| {
            let members = self.global.iter().chain(local);
            members.into_iter().any(|&member| self.loaded[member].dynamic.find(name, wanted) == Lookup::Present)
        };
        // musl gives relocations (not dlsym) the plain function for the names that glibc has with 64.
        let without_64 = || symbol.name.strip_suffix(b"64").filter(|_| musl);
        somewhere(symbol.name) || without_64().is_some_and(somewhere)
    }
}
