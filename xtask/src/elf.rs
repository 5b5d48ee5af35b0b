//! What a program or library says about itself in its ELF headers.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use object::elf;
use object::read::StringTable;
use object::read::elf::{Dyn, FileHeader, ProgramHeader, Sym};

type Header = elf::FileHeader64<object::Endianness>;

/// A file's ties to other files.
#[derive(Debug, Default)]
pub(crate) struct Ties {
    /// ET_DYN: an executable that is not loads at one address only.
    pub(crate) position_independent: bool,
    /// PT_INTERP.
    pub(crate) interpreter: Option<String>,
    /// Every DT_NEEDED.
    pub(crate) needed: Vec<String>,
    /// Dynamic symbols that others must define; weak ones are left out.
    pub(crate) undefined: Vec<String>,
    /// The newest `GLIBC_x.y` among the symbol versions it wants.
    pub(crate) glibc: Option<Version>,
}

/// A version of two numbers.
pub(crate) type Version = (u32, u32);

/// The first two numbers of a version.
pub(crate) fn parse_version(text: &str) -> Option<Version> {
    let mut numbers = text.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Reads the file at `path`.
pub(crate) fn read(path: &Path) -> Result<Ties> {
    let data = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&data).map_err(|error| anyhow!("{}: {error}", path.display()))
}

fn parse(data: &[u8]) -> object::Result<Ties> {
    let header = Header::parse(data)?;
    let endian = header.endian()?;
    let segments = header.program_headers(endian, data)?;
    let mut ties = Ties { position_independent: header.e_type(endian) == elf::ET_DYN, ..Ties::default() };
    for segment in segments {
        if let Some(interpreter) = segment.interpreter(endian, data)? {
            ties.interpreter = Some(text(interpreter));
        }
        let Some(dynamic) = segment.dynamic(endian, data)? else { continue };
        let value = |tag| dynamic.iter().find(|entry| entry.tag(endian) == tag).map(|entry| entry.val(endian));
        let (Some(address), Some(size)) = (value(elf::DT_STRTAB), value(elf::DT_STRSZ)) else { continue };
        let table = segments.iter().find_map(|load| load.data_range(endian, data, address, size).ok().flatten());
        let strings = StringTable::new(table.unwrap_or_default(), 0, size);
        for entry in dynamic.iter().filter(|entry| entry.tag(endian) == elf::DT_NEEDED) {
            let offset = u32::try_from(entry.val(endian)).unwrap_or(u32::MAX);
            ties.needed.push(strings.get(offset).map_or_else(|()| "?".to_owned(), text));
        }
    }
    let sections = header.sections(endian, data)?;
    let symbols = sections.symbols(endian, data, elf::SHT_DYNSYM)?;
    for symbol in symbols.iter() {
        let name = symbol.name(endian, symbols.strings())?;
        if symbol.st_shndx(endian) == elf::SHN_UNDEF && symbol.st_bind() == elf::STB_GLOBAL && !name.is_empty() {
            ties.undefined.push(text(name));
        }
    }
    if let Some((mut files, link)) = sections.gnu_verneed(endian, data)? {
        let strings = sections.strings(endian, data, link)?;
        while let Some((_file, mut versions)) = files.next()? {
            while let Some(version) = versions.next()? {
                let name = text(version.name(endian, strings)?);
                ties.glibc = ties.glibc.max(name.strip_prefix("GLIBC_").and_then(parse_version));
            }
        }
    }
    Ok(ties)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::parse_version;

    #[test]
    fn versions() {
        assert_eq!(parse_version("2.31"), Some((2, 31)));
        assert_eq!(parse_version("2.2.5"), Some((2, 2)));
        assert!(parse_version("2.4") < parse_version("2.31"));
        assert_eq!(parse_version("PRIVATE"), None);
    }
}
