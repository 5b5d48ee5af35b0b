//! What a library's own tables give, held against what the host's `dlsym` gives: for every symbol that its file names.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::path::Path;

use import_dynamic::{Handle, Host};
use import_dynamic_loader::Symbols;
use object::read::elf::ElfFile64;
use object::{Object as _, ObjectSymbol as _};

/// How each of a library's symbols was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// By the tables, and by `dlsym` at the same address.
    Certain,
    /// By `dlsym` only.
    Asked,
    /// Not at all.
    Absent,
}

/// Looks each symbol up in both ways. `None` if the library's tables are not for looking into.
///
/// # Panics
/// When the tables give anything but what `dlsym` gives.
pub(crate) fn compare(host: &Host, library: Handle, file: &Path) -> Option<BTreeMap<String, Found>> {
    let symbols = host.symbols(library)?;
    let data = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let parsed = ElfFile64::<object::LittleEndian>::parse(&*data).expect("a library");
    let mut found = BTreeMap::new();
    for name in parsed.dynamic_symbols().filter_map(|symbol| Some(symbol.name().ok()?.to_owned())) {
        // Beside each, one that is not there.
        for name in [format!("{name}_absent"), name] {
            let text = CString::new(name.clone()).expect("no NUL");
            let own = symbols.find(&text, Symbols::hash(&text));
            let asked = host.dlsym(library, &text).ok();
            let how = match (own, asked) {
                (None, None) => Found::Absent,
                (None, Some(_)) => Found::Asked,
                (own, asked) => {
                    assert_eq!(own, asked, "{name} of {}", file.display());
                    Found::Certain
                }
            };
            found.insert(name, how);
        }
    }
    Some(found)
}
