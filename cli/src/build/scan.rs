//! Looks through what is linked for weak references: linkers take no member of a library for their sake, so what defines
//! them has to be given as an object.

use std::collections::HashSet;
use std::path::Path;

use object::read::archive::ArchiveFile;
use object::read::elf::{ElfFile64, FileHeader as _, Sym as _};
use object::{Endianness, elf};

use crate::file::Input;

/// Names that occur in what is linked.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Referred to weakly by somebody.
    pub(super) weak: HashSet<String>,
    /// Needed by somebody.
    pub(super) strong: HashSet<String>,
    /// Defined by somebody.
    pub(super) defined: HashSet<String>,
    /// Defined by somebody for others to see.
    pub(super) visible: HashSet<String>,
}

impl Scan {
    /// Looks at an object file or static library; what is neither has no names for us, and the linker will say what it
    /// thinks of it.
    pub(super) fn file(&mut self, path: &Path) {
        let Ok(input) = Input::open(path) else { return };
        let bytes = input.bytes();
        match ArchiveFile::parse(bytes) {
            Ok(archive) => {
                for member in archive.members().flatten() {
                    if let Ok(data) = member.data(bytes) {
                        let _no_object = self.object(data);
                    }
                }
            }
            Err(_) => {
                let _no_object = self.object(bytes);
            }
        }
    }

    fn object(&mut self, bytes: &[u8]) -> object::read::Result<()> {
        // Archive members need no alignment that this could rely on.
        let file = ElfFile64::<Endianness>::parse(bytes)?;
        let endian = file.endian();
        let table = file.elf_header().sections(endian, bytes)?.symbols(endian, bytes, elf::SHT_SYMTAB)?;
        for symbol in table.iter() {
            let binding = symbol.st_bind();
            let set = match symbol.st_shndx(endian) {
                elf::SHN_UNDEF if binding == elf::STB_WEAK => &mut self.weak,
                elf::SHN_UNDEF => &mut self.strong,
                _ if binding == elf::STB_LOCAL => continue,
                _ => &mut self.defined,
            };
            let is_visible = [elf::STV_DEFAULT, elf::STV_PROTECTED].contains(&symbol.st_visibility());
            if let Ok(name) = std::str::from_utf8(symbol.name(endian, table.strings())?)
                // Mangled names are no C library's, and there are many of them.
                && !(name.starts_with("_ZN") || name.starts_with("_R"))
            {
                if !set.contains(name) {
                    set.insert(name.to_owned());
                }
                if is_visible && symbol.st_shndx(endian) != elf::SHN_UNDEF && !self.visible.contains(name) {
                    self.visible.insert(name.to_owned());
                }
            }
        }
        Ok(())
    }
}
