//! Resolves imports in a process on paper.

use std::collections::HashMap;

use super::report::{ImportResult, ImportStatus, LibraryReport, LibraryStatus, Verdict};
use crate::host::{Found, Libc, LoadError, Namespace, Why};
use crate::inspect::{ImportKind, ImportReport};
use crate::library;

/// A namespace and what has been asked of it.
pub(super) struct Process<'f> {
    namespace: Namespace<'f>,
    /// What came of each library name, in order.
    asked: Vec<(String, Result<usize, LoadError>)>,
    by_name: HashMap<String, usize>,
    musl: bool,
}

impl<'f> Process<'f> {
    pub(super) fn new(namespace: Namespace<'f>) -> Self {
        let musl = namespace.libc() == Libc::Musl;
        Process { namespace, asked: Vec::new(), by_name: HashMap::new(), musl }
    }

    /// `dlopen(name, RTLD_NOW | RTLD_GLOBAL)`, once for each name, as the loader does it.
    pub(super) fn open(&mut self, name: &str) -> Option<usize> {
        if let Some(&at) = self.by_name.get(name) {
            return self.asked[at].1.as_ref().ok().copied();
        }
        let result = self.namespace.open(name);
        let index = result.as_ref().ok().copied();
        if let Some(index) = index {
            self.namespace.make_global(index);
        }
        self.by_name.insert(name.to_owned(), self.asked.len());
        self.asked.push((name.to_owned(), result));
        index
    }

    /// Opens what a program needs at its start.
    pub(super) fn open_together(&mut self, names: &[String]) {
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut opened = Vec::new();
        let result = self.namespace.open_together(&all, &mut |index| opened.push(index));
        if result.is_ok() {
            for (name, &index) in names.iter().zip(&opened) {
                self.namespace.make_global(index);
                self.by_name.insert(name.clone(), self.asked.len());
                self.asked.push((name.clone(), Ok(index)));
            }
            return;
        }
        // Which of them is at fault shows when each is asked for by itself.
        for name in all {
            self.open(name);
        }
    }

    pub(super) fn is_global(&self, symbol: &str) -> bool {
        matches!(self.namespace.find(None, symbol, None), Found::In(_))
    }

    /// The first library that would not be opened.
    pub(super) fn first_error(&self) -> Option<String> {
        self.asked.iter().find_map(|(_, result)| result.as_ref().err()).map(LoadError::to_string)
    }

    /// The file that tells the libc's version.
    pub(super) fn libc_bytes(&self) -> &'f [u8] {
        let libc = self.namespace.all().iter().find(|library| library.name == "libc.so.6");
        libc.unwrap_or(self.namespace.get(0)).input.bytes()
    }

    /// Tries the import's libraries and symbols, by preference.
    pub(super) fn resolve(&mut self, import: ImportReport) -> ImportResult {
        if import.version.is_some() && self.musl && !import.version_optional {
            return unresolved(import, ImportStatus::NoVersions);
        }
        if import.kind == ImportKind::Library {
            return self.resolve_library(import);
        }
        let mut opened = false;
        let mut versions = Vec::new();
        for (library, underscored) in names(&import) {
            // An alternative is opened only when all before it have failed.
            let handle = match library.as_deref().map(|library| self.open(library)) {
                None => None,
                Some(Some(handle)) => Some(handle),
                Some(None) => continue,
            };
            opened = true;
            for symbol in symbols(&import, underscored) {
                match self.find(handle, &symbol, &import) {
                    Found::In(index) => {
                        let path = self.namespace.get(index).path.to_string_lossy().into_owned();
                        let mut result = unresolved(import, ImportStatus::Present);
                        result.path = Some(path);
                        result.symbol = Some(symbol);
                        return result;
                    }
                    Found::OtherVersions(others) => versions.extend(others),
                    Found::Nowhere => {}
                }
            }
        }
        let status = match (opened, versions.is_empty()) {
            (false, _) => ImportStatus::NoLibrary,
            (true, false) if import.version.is_some() => ImportStatus::WrongVersion,
            // Without a version asked for, a symbol that is only there for old programs is as good as none.
            (true, _) => ImportStatus::NoSymbol,
        };
        versions.sort();
        versions.dedup();
        let mut result = unresolved(import, status);
        result.versions = versions;
        result
    }

    fn resolve_library(&mut self, import: ImportReport) -> ImportResult {
        for written in &import.libraries {
            for name in library::alternatives(written) {
                if let Some(index) = self.open(name) {
                    let path = self.namespace.get(index).path.to_string_lossy().into_owned();
                    let mut result = unresolved(import, ImportStatus::Present);
                    result.path = Some(path);
                    return result;
                }
            }
        }
        unresolved(import, ImportStatus::NoLibrary)
    }

    fn find(&self, handle: Option<usize>, symbol: &str, import: &ImportReport) -> Found {
        // `version_optional` is for hosts that have no versions at all.
        let version = import.version.as_deref().filter(|_| !self.musl);
        self.namespace.find(handle, symbol, version)
    }

    /// The namespace and the report on every library that was asked for.
    pub(super) fn finish(self) -> (Namespace<'f>, Vec<LibraryReport>) {
        let reports = self.asked.iter().map(|(name, result)| self.library(name, result)).collect();
        (self.namespace, reports)
    }

    fn library(&self, name: &str, result: &Result<usize, LoadError>) -> LibraryReport {
        let mut report = LibraryReport {
            name: name.to_owned(),
            status: LibraryStatus::Found,
            path: None,
            how: None,
            needs: Vec::new(),
            error: None,
            tried: Vec::new(),
        };
        match result {
            Ok(index) => {
                let library = self.namespace.get(*index);
                report.path = Some(library.path.to_string_lossy().into_owned());
                report.how = Some(library.how);
                let needs = self.namespace.with_needed(*index).into_iter().skip(1);
                report.needs =
                    needs.map(|needed| self.namespace.get(needed).path.to_string_lossy().into_owned()).collect();
            }
            Err(error) => {
                let itself = error.needed_by.is_none();
                report.error = Some(error.to_string());
                report.status = match &error.why {
                    Why::NotFound { .. } if itself => LibraryStatus::NotFound,
                    _ => LibraryStatus::Unusable,
                };
                if let Why::NotFound { tried, .. } = &error.why {
                    report.tried.clone_from(tried);
                }
            }
        }
        report
    }
}

/// The libraries to look into, in order (`None`: the global scope), and whether underscores are tried there.
fn names(import: &ImportReport) -> Vec<(Option<String>, bool)> {
    if import.libraries.is_empty() {
        return vec![(None, false)];
    }
    let written = import.libraries.iter();
    let names = written.flat_map(|written| {
        let underscored = library::has_underscored(written);
        library::alternatives(written).into_iter().map(move |name| (Some(name.to_owned()), underscored))
    });
    names.collect()
}

/// The symbols to look for, in order.
fn symbols(import: &ImportReport, underscored: bool) -> Vec<String> {
    let symbols = import.symbols.iter();
    symbols.flat_map(|symbol| [Some(symbol.clone()), underscored.then(|| format!("__{symbol}"))]).flatten().collect()
}

/// The result of that status, with the verdict that follows.
pub(super) fn unresolved(import: ImportReport, status: ImportStatus) -> ImportResult {
    let verdict = match status {
        ImportStatus::Present => Verdict::Ok,
        _ if import.fallback => Verdict::Fallback,
        _ if import.optional => Verdict::Warning,
        _ => Verdict::Error,
    };
    ImportResult { import, status, verdict, path: None, symbol: None, versions: Vec::new() }
}
