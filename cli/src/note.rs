//! The notes that a program's imports leave in its file: `.note.import_dynamic`.
//!
//! Each import is one ELF note (name `import-dynamic`, 4-byte fields of the file's byte order, name and description
//! padded to four bytes). The note's type says what is imported, its description is five NUL-terminated UTF-8 strings:
//! flag letters, symbol version, feature, libraries and symbols; the last two lists are joined by newlines. Strings
//! after the fifth are ignored, and so are notes of other owners: both leave room for later.
//!
//! Slices in, iterator out; needs only `core`.

use core::fmt;

/// The name of the section that holds the notes.
pub const SECTION: &[u8] = b".note.import_dynamic";

/// The owner's name of an import's note, as it stands in the file.
pub const OWNER: &[u8] = b"import-dynamic\0";

/// The owner's name of a note of dlopen metadata (UAPI.12).
pub const DLOPEN_OWNER: &[u8] = b"FDO\0";

/// The type of a note of dlopen metadata.
pub const DLOPEN_TYPE: u32 = 0x407c_0c0a;

/// One ELF note of any owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawNote<'a> {
    /// The owner's name with its NUL.
    pub owner: &'a [u8],
    /// The type, whose meaning is the owner's.
    pub kind: u32,
    /// The description without padding.
    pub desc: &'a [u8],
}

/// Why notes could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// A note's header, name or description goes past the end of the notes.
    CutShort,
    /// An import's description has fewer than five strings.
    FewStrings,
    /// An import's description is no UTF-8.
    Encoding,
    /// An import names no symbol, or a required library no library.
    NoName,
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoteError::CutShort => "a note is cut short",
            NoteError::FewStrings => "an import's note has fewer than five strings",
            NoteError::Encoding => "an import's note is not UTF-8",
            NoteError::NoName => "an import's note names nothing to import",
        })
    }
}

impl core::error::Error for NoteError {}

/// Iterates over all notes of a section or segment. Ends after the first error.
#[derive(Clone, Debug)]
pub struct Notes<'a> {
    rest: &'a [u8],
    align: usize,
}

impl<'a> Notes<'a> {
    /// Reads the little-endian notes in `bytes`, a section or segment of alignment `align`.
    pub fn new(bytes: &'a [u8], align: u64) -> Self {
        Notes { rest: bytes, align: if align == 8 { 8 } else { 4 } }
    }

    fn read(&mut self) -> Option<RawNote<'a>> {
        const HEADER: usize = 12;
        let field = |at: usize| Some(u32::from_le_bytes(self.rest.get(at..at + 4)?.try_into().ok()?));
        let (name_size, desc_size, kind) = (field(0)?, field(4)?, field(8)?);
        let name_end = HEADER.checked_add(usize::try_from(name_size).ok()?)?;
        let desc_start = name_end.checked_next_multiple_of(self.align)?;
        let desc_end = desc_start.checked_add(usize::try_from(desc_size).ok()?)?;
        let owner = self.rest.get(HEADER..name_end)?;
        let desc = self.rest.get(desc_start.min(desc_end)..desc_end)?;
        // The last note's padding may be missing.
        let next = desc_end.checked_next_multiple_of(self.align)?.min(self.rest.len());
        self.rest = self.rest.get(next..)?;
        Some(RawNote { owner, kind, desc })
    }
}

impl<'a> Iterator for Notes<'a> {
    type Item = Result<RawNote<'a>, NoteError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let note = self.read();
        if note.is_none() {
            self.rest = &[];
        }
        Some(note.ok_or(NoteError::CutShort))
    }
}

/// What an import's note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A function.
    Function,
    /// A variable.
    Data,
    /// A library as a whole, without any symbol.
    Library,
    /// A function of the program that libraries find by name.
    Export,
}

/// One import as the program declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import<'a> {
    /// What is imported.
    pub kind: Kind,
    flags: &'a str,
    /// The symbol version asked for.
    pub version: Option<&'a str>,
    /// The feature of the program that needs the import.
    pub feature: Option<&'a str>,
    libraries: &'a str,
    symbols: &'a str,
}

impl<'a> Import<'a> {
    /// Reads the import in `note`; `None` when the note is another owner's or of a type that is not known here.
    pub fn from_note(note: &RawNote<'a>) -> Option<Result<Self, NoteError>> {
        if note.owner != OWNER {
            return None;
        }
        let kind = match note.kind {
            1 => Kind::Function,
            2 => Kind::Data,
            3 => Kind::Library,
            4 => Kind::Export,
            _ => return None,
        };
        Some(Self::from_desc(kind, note.desc))
    }

    fn from_desc(kind: Kind, desc: &'a [u8]) -> Result<Self, NoteError> {
        let mut rest = desc;
        let mut string = || {
            let end = rest.iter().position(|&byte| byte == 0).ok_or(NoteError::FewStrings)?;
            let (text, after) = rest.split_at(end);
            rest = &after[1..];
            core::str::from_utf8(text).map_err(|_| NoteError::Encoding)
        };
        let (flags, version, feature) = (string()?, string()?, string()?);
        let (libraries, symbols) = (string()?, string()?);
        let named = if kind == Kind::Library { libraries } else { symbols };
        if named.split('\n').all(str::is_empty) {
            return Err(NoteError::NoName);
        }
        let some = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        Ok(Import { kind, flags, version: some(version), feature: some(feature), libraries, symbols })
    }

    /// The libraries to look into, by preference, as written in the program. Empty: the global scope.
    pub fn libraries(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.libraries.split('\n').filter(|name| !name.is_empty())
    }

    /// The symbols to look for, by preference.
    pub fn symbols(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.symbols.split('\n').filter(|name| !name.is_empty())
    }

    /// The program can do without it.
    pub fn optional(&self) -> bool {
        self.flags.contains('o')
    }

    /// Where there is no such version, any will do.
    pub fn version_optional(&self) -> bool {
        self.flags.contains('v')
    }

    /// The program has a function of its own for when the import cannot be bound.
    pub fn fallback(&self) -> bool {
        self.flags.contains('f')
    }

    /// The program promises that the function touches no thread-local storage.
    pub fn no_tls(&self) -> bool {
        self.flags.contains('n')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(owner: &[u8], kind: u32, desc: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(u32::try_from(owner.len()).unwrap().to_le_bytes());
        out.extend(u32::try_from(desc.len()).unwrap().to_le_bytes());
        out.extend(kind.to_le_bytes());
        for part in [owner, desc] {
            out.extend(part);
            out.resize(out.len().next_multiple_of(4), 0);
        }
        out
    }

    fn first(bytes: &[u8]) -> Result<Import<'_>, NoteError> {
        Import::from_note(&Notes::new(bytes, 4).next().unwrap()?).unwrap()
    }

    #[test]
    fn reads_every_field() {
        let bytes = note(OWNER, 1, b"ov\0GLIBC_2.14\0dns\0libresolv\nlibc.so.6\0res_search\n__res_search\0");
        let import = first(&bytes).unwrap();
        assert_eq!(import.kind, Kind::Function);
        assert_eq!((import.version, import.feature), (Some("GLIBC_2.14"), Some("dns")));
        assert_eq!(import.libraries().collect::<Vec<_>>(), ["libresolv", "libc.so.6"]);
        assert_eq!(import.symbols().collect::<Vec<_>>(), ["res_search", "__res_search"]);
        assert!(import.optional() && import.version_optional() && !import.fallback() && !import.no_tls());
    }

    #[test]
    fn no_library_is_the_global_scope() {
        let bytes = note(OWNER, 2, b"d\0\0\0\0environ\0later\0");
        assert_eq!(first(&bytes).unwrap().libraries().count(), 0);
    }

    #[test]
    fn rejects_what_is_damaged() {
        assert_eq!(first(&note(OWNER, 1, b"\0\0\0libc\0")), Err(NoteError::FewStrings));
        assert_eq!(first(&note(OWNER, 1, b"\0\0\0libc\0\0")), Err(NoteError::NoName));
        assert_eq!(first(&note(OWNER, 3, b"\0\0\0\0x\0")), Err(NoteError::NoName));
        assert_eq!(first(&note(OWNER, 1, b"\0\0\0\xff\0x\0")), Err(NoteError::Encoding));
        let whole = note(OWNER, 1, b"\0\0\0libc\0x\0");
        for length in 1..whole.len() - 2 {
            assert_eq!(first(&whole[..length]), Err(NoteError::CutShort), "{length} bytes");
        }
        let huge = [0xff; 12];
        assert_eq!(first(&huge), Err(NoteError::CutShort));
    }

    #[test]
    fn passes_over_other_notes() {
        let mut bytes = note(b"GNU\0", 1, b"abcd");
        bytes.extend(note(OWNER, 99, b""));
        bytes.extend(note(OWNER, 1, b"\0\0\0libc\0x\0"));
        let imports: Vec<_> = Notes::new(&bytes, 4).filter_map(|note| Import::from_note(&note.unwrap())).collect();
        assert_eq!(imports.len(), 1);
    }
}
