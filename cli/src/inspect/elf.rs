//! `inspect` of ELF files.

use std::collections::HashMap;

use super::report::{FileReport, Format, ImportReport, Kind, LinkedImport, MAX_LINKED_BYTES, text};
use crate::dlopen::dlopen_metadata;
use crate::elf::{Dynamic, Elf, needed_versions, symbols_of_relocations};
use crate::format::FormatError;
use crate::machine;

/// Looks at an ELF file.
pub(super) fn inspect(path: &str, bytes: &[u8]) -> Result<FileReport, FormatError> {
    let elf = Elf::parse(bytes)?;
    let interpreter = elf.interpreter()?.map(text);
    let dynamic = elf.dynamic()?;
    let kind = kind(&elf, dynamic.as_ref(), interpreter.is_some());
    let dynamic = dynamic.unwrap_or_default();
    let paths = |list: Option<&[u8]>| match list.map(text) {
        Some(list) => list.split(':').map(str::to_owned).collect(),
        None => Vec::new(),
    };
    Ok(FileReport {
        path: path.to_owned(),
        size: bytes.len() as u64,
        format: Format::Elf,
        machine: machine::name(elf.machine()),
        kind,
        interpreter,
        soname: dynamic.soname.map(text),
        needed: dynamic.needed.iter().map(|name| text(name)).collect(),
        rpath: paths(dynamic.rpath),
        runpath: paths(dynamic.runpath),
        imports: elf.imports()?.iter().map(ImportReport::from).collect(),
        dlopen: dlopen_metadata(&elf)?,
        linked: linked(&dynamic)?,
    })
}

/// How an ELF file is linked.
pub(crate) fn kind(elf: &Elf<'_>, dynamic: Option<&Dynamic<'_>>, interpreter: bool) -> Kind {
    let needs = dynamic.is_some_and(|dynamic| !dynamic.needed.is_empty());
    let soname = dynamic.is_some_and(|dynamic| dynamic.soname.is_some());
    let pie = dynamic.is_some_and(Dynamic::is_pie);
    match (elf.position_independent(), interpreter) {
        // A library may have an interpreter as well: libc.so.6 can be run.
        (true, _) if soname && !pie => Kind::Library,
        (_, true) => Kind::Dynamic,
        (false, false) => Kind::Static,
        (true, false) if pie || (!needs && elf.entry() != 0) => Kind::StaticPie,
        (true, false) => Kind::Library,
    }
}

fn linked(dynamic: &Dynamic<'_>) -> Result<Vec<LinkedImport>, FormatError> {
    let versions = needed_versions(dynamic);
    let library_of: HashMap<&[u8], &[u8]> =
        versions.iter().rev().map(|needed| (needed.version, needed.library)).collect();
    let symbols = symbols_of_relocations(dynamic);
    let size = symbols.iter().map(|symbol| symbol.name.len() as u64).sum();
    if size > MAX_LINKED_BYTES {
        return Err(FormatError::TooLarge { what: "all symbol names together", size, limit: MAX_LINKED_BYTES });
    }
    let mut found: Vec<_> = symbols
        .iter()
        .map(|symbol| LinkedImport {
            library: symbol.version.and_then(|version| library_of.get(version)).map(|library| text(library)),
            symbol: text(symbol.name),
            version: symbol.version.map(text),
            weak: symbol.weak,
        })
        .collect();
    found.sort_by(|a, b| (&a.library, &a.symbol).cmp(&(&b.library, &b.symbol)));
    Ok(found)
}
