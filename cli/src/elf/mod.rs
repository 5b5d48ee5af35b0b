//! ELF as a dynamic linker sees it: headers, segments and the dynamic section, never section headers except for notes.
//!
//! Everything borrows from the file's bytes and is checked where it is read, so that memory use does not depend on what
//! a damaged file claims.

mod dynamic;
mod relocation;
mod symbol;
mod version;

pub use dynamic::Dynamic;
pub use relocation::symbols_of_relocations;
pub use symbol::{Lookup, Symbol, Wanted};
pub use version::{Needed, defined_versions, needed_versions};

use object::LittleEndian as LE;
use object::elf::{self, FileHeader64, ProgramHeader64};
use object::read::elf::{FileHeader as _, ProgramHeader as _, SectionHeader as _};

use crate::format::FormatError;
use crate::note::{Import, Notes, RawNote};

/// The longest string that is believed.
pub(crate) const MAX_STRING: usize = 4096;
/// The most bytes of notes that are read: some hundred thousand imports.
const MAX_NOTES: u64 = 16 << 20;

/// The NUL-terminated string that starts at `offset` in `table`.
pub(crate) fn string_at(table: &[u8], offset: usize) -> Option<&[u8]> {
    let bytes = table.get(offset..)?;
    let bytes = &bytes[..bytes.len().min(MAX_STRING)];
    bytes.iter().position(|&byte| byte == 0).map(|end| &bytes[..end])
}

/// A 64-bit little-endian ELF program or shared library.
#[derive(Debug, Clone, Copy)]
pub struct Elf<'data> {
    data: &'data [u8],
    header: &'data FileHeader64<LE>,
    segments: &'data [ProgramHeader64<LE>],
}

impl<'data> Elf<'data> {
    /// Reads and checks the headers.
    ///
    /// # Errors
    /// One [`FormatError`] per thing that can be wrong.
    pub fn parse(data: &'data [u8]) -> Result<Self, FormatError> {
        if !data.starts_with(&elf::ELFMAG) {
            return Err(FormatError::Unknown);
        }
        if data.get(4) == Some(&elf::ELFCLASS32.0) {
            return Err(FormatError::Class32("ELF"));
        }
        if data.get(5) == Some(&elf::ELFDATA2MSB.0) {
            return Err(FormatError::BigEndian("ELF"));
        }
        let size = data.len() as u64;
        let header_size = size_of::<FileHeader64<LE>>() as u64;
        if size < header_size {
            return Err(FormatError::CutShort { what: "the ELF header", end: header_size, size });
        }
        let header = FileHeader64::<LE>::parse(data).map_err(|_| FormatError::Damaged("ELF header"))?;
        match header.e_type(LE) {
            elf::ET_EXEC | elf::ET_DYN => {}
            elf::ET_REL => return Err(FormatError::NotLinked("an object file")),
            elf::ET_CORE => return Err(FormatError::NotLinked("a core dump")),
            _ => return Err(FormatError::Damaged("ELF file type")),
        }
        let segments = header.program_headers(LE, data).map_err(|_| FormatError::Damaged("program headers"))?;
        for segment in segments.iter().filter(|segment| segment.p_type(LE) == elf::PT_LOAD) {
            let end = segment.p_offset(LE).saturating_add(segment.p_filesz(LE));
            if end > size {
                return Err(FormatError::CutShort { what: "a segment", end, size });
            }
        }
        Ok(Elf { data, header, segments })
    }

    /// The machine that the file is for, as a number of the ELF standard.
    pub fn machine(&self) -> u16 {
        self.header.e_machine(LE).0
    }

    /// Made to be loaded anywhere (ET_DYN).
    pub fn position_independent(&self) -> bool {
        self.header.e_type(LE) == elf::ET_DYN
    }

    /// The address where execution starts.
    pub fn entry(&self) -> u64 {
        self.header.e_entry(LE)
    }

    /// The path of the interpreter that the kernel starts first.
    ///
    /// # Errors
    /// When PT_INTERP holds no string.
    pub fn interpreter(&self) -> Result<Option<&'data [u8]>, FormatError> {
        let Some(segment) = self.segments.iter().find(|segment| segment.p_type(LE) == elf::PT_INTERP) else {
            return Ok(None);
        };
        let bytes = segment.data(LE, self.data).map_err(|()| FormatError::Damaged("interpreter path"))?;
        string_at(bytes, 0).map(Some).ok_or(FormatError::Damaged("interpreter path"))
    }

    /// The dynamic section, if there is one.
    ///
    /// # Errors
    /// When it or a table that it points at lies outside of the file.
    pub fn dynamic(&self) -> Result<Option<Dynamic<'data>>, FormatError> {
        match self.segments.iter().find(|segment| segment.p_type(LE) == elf::PT_DYNAMIC) {
            Some(segment) => Dynamic::parse(self, segment).map(Some),
            None => Ok(None),
        }
    }

    /// The file's bytes from what is mapped at `address` to the end of that segment.
    pub(crate) fn at_address(&self, address: u64) -> Option<&'data [u8]> {
        self.segments.iter().filter(|segment| segment.p_type(LE) == elf::PT_LOAD).find_map(|segment| {
            let within = address.checked_sub(segment.p_vaddr(LE)).filter(|&at| at < segment.p_filesz(LE))?;
            let bytes = segment.data(LE, self.data).ok()?;
            bytes.get(usize::try_from(within).ok()?..)
        })
    }

    /// The whole file.
    pub(crate) fn data(&self) -> &'data [u8] {
        self.data
    }

    /// All notes: those of the sections, or of the segments where the section headers were stripped.
    ///
    /// # Errors
    /// When the section headers are damaged or there is more than can be a program's notes.
    pub fn notes(&self) -> Result<Vec<Notes<'data>>, FormatError> {
        let sections = self.note_sections()?;
        let places = if sections.is_empty() { self.note_segments()? } else { sections };
        let size = places.iter().map(|(bytes, _)| bytes.len() as u64).sum();
        if size > MAX_NOTES {
            return Err(FormatError::TooLarge { what: "all notes together", size, limit: MAX_NOTES });
        }
        Ok(places.into_iter().map(|(bytes, align)| Notes::new(bytes, align)).collect())
    }

    fn note_sections(&self) -> Result<Vec<(&'data [u8], u64)>, FormatError> {
        let sections = self.header.sections(LE, self.data).map_err(|_| FormatError::Damaged("section headers"))?;
        // A name outside of the name table says that the other fields may be wrong as well.
        let names =
            self.header.section_strings_index(LE, self.data).ok().and_then(|index| sections.section(index).ok());
        let names_size = names.map_or(0, |names| names.sh_size(LE));
        let mut found = Vec::new();
        for section in sections.iter() {
            if section.sh_name(LE) != 0 && u64::from(section.sh_name(LE)) >= names_size {
                return Err(FormatError::Damaged("section names"));
            }
            if section.sh_type(LE) == elf::SHT_NOTE {
                let bytes = section.data(LE, self.data).map_err(|_| FormatError::Damaged("a note section"))?;
                found.push((bytes, section.sh_addralign(LE)));
            }
        }
        Ok(found)
    }

    fn note_segments(&self) -> Result<Vec<(&'data [u8], u64)>, FormatError> {
        let notes = self.segments.iter().filter(|segment| segment.p_type(LE) == elf::PT_NOTE);
        notes
            .map(|segment| {
                let bytes = segment.data(LE, self.data).map_err(|()| FormatError::Damaged("a note segment"))?;
                Ok((bytes, segment.p_align(LE)))
            })
            .collect()
    }

    /// The notes of `owner`. Damage in the notes of others is theirs.
    ///
    /// # Errors
    /// As [`Elf::notes`].
    pub fn notes_of(&self, owner: &[u8]) -> Result<Vec<RawNote<'data>>, FormatError> {
        let mut found = Vec::new();
        for notes in self.notes()? {
            for note in notes {
                let note = note?;
                if note.owner == owner {
                    found.push(note);
                }
            }
        }
        Ok(found)
    }

    /// The program's imports and exports, in the order of the file.
    ///
    /// # Errors
    /// As [`Elf::notes`], and when an import's note is damaged.
    pub fn imports(&self) -> Result<Vec<Import<'data>>, FormatError> {
        let notes = self.notes_of(crate::note::OWNER)?;
        Ok(notes.iter().filter_map(Import::from_note).collect::<Result<_, _>>()?)
    }
}
