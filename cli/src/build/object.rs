//! Writes the object files that define imports. The loader's side of the layout is `loader/src/std_start/import.rs`; what
//! becomes of it is told in `loader/src/std_start/mod.rs`.

use object::write::{Object, Relocation, SectionId, Symbol, SymbolId, SymbolSection};
use object::{BinaryFormat, Endianness, RelocationFlags, SectionKind, SymbolFlags, SymbolKind, SymbolScope, elf};

use super::machine::{Machine, Place};
use super::symbols::Known;

/// Bytes of one entry, its alignment being 8.
const ENTRY: usize = 40;
/// Where things are in an entry.
mod at {
    pub(super) const NAMES: u64 = 0;
    pub(super) const PLACE: u64 = 8;
    pub(super) const CANONICAL: u64 = 16;
    pub(super) const SIZE: usize = 32;
    pub(super) const FLAGS: usize = 36;
}
const DATA: u32 = 1;
const WEAK: u32 = 2;
const SEVERAL_VERSIONS: u32 = 4;
const NOT_EVERYWHERE: u32 = 8;
const ALSO_STRONG: u32 = 16;

/// How what is linked refers to a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum References {
    /// Somebody needs it.
    Strong,
    /// Nobody needs it.
    Weak,
    /// Somebody asks whether it is there, and somebody needs it.
    Both,
}

/// An object file that defines imports.
pub struct Writer {
    machine: Machine,
    object: Object<'static>,
    /// `__import_dynamic_missing`, once it is referred to.
    missing: Option<SymbolId>,
}

impl Writer {
    /// An empty one.
    pub fn new(machine: Machine) -> Self {
        let object = Object::new(BinaryFormat::Elf, machine.architecture, Endianness::Little);
        Self { machine, object, missing: None }
    }

    /// Defines one import. One that somebody refers to weakly yields to a definition of the program, and is null where the
    /// host has it not.
    ///
    /// # Errors
    /// None that a known symbol can cause: names and sizes fit.
    pub fn add(&mut self, known: &Known, references: References) -> object::write::Result<()> {
        let is_weak = references != References::Strong;
        let name = known.names[0];
        let mut flags = u32::from(known.library) << 8;
        for (flag, holds) in [
            (DATA, known.data.is_some()),
            (WEAK, is_weak),
            (SEVERAL_VERSIONS, known.several_versions),
            (NOT_EVERYWHERE, known.not_in_every_musl),
            (ALSO_STRONG, references == References::Both),
        ] {
            flags |= if holds { flag } else { 0 };
        }
        let names = self.section(".rodata.import_dynamic", name, SectionKind::ReadOnlyData);
        let bytes: Vec<u8> = known.names.iter().flat_map(|name| name.bytes().chain([0])).chain([0]).collect();
        self.object.append_section_data(names, &bytes, 1);

        let entry = self.object.add_section(Vec::new(), b"import_dynamic_std".to_vec(), SectionKind::Data);
        let mut bytes = [0; ENTRY];
        bytes[at::SIZE..at::FLAGS].copy_from_slice(&known.data.unwrap_or(0).to_le_bytes());
        bytes[at::FLAGS..].copy_from_slice(&flags.to_le_bytes());
        self.object.append_section_data(entry, &bytes, 8);
        self.pointer(entry, at::NAMES, names)?;

        match known.data {
            Some(size) => {
                let place = self.section(".data.import_dynamic", name, SectionKind::Data);
                self.object.append_section_data(place, &vec![0; size as usize], if size >= 16 { 16 } else { 8 });
                self.pointer(entry, at::PLACE, place)?;
                // Nothing at all, but that the copy is there keeps its entry from being collected as garbage.
                self.relocate(place, entry, (0, self.machine.none, 0))?;
                for name in &known.names {
                    self.define(name, place, size.into(), elf::STT_OBJECT, is_weak);
                }
            }
            None => {
                let place = self.stub(name, entry)?;
                self.pointer(entry, at::PLACE, place)?;
                let symbol = self.define(name, place, 0, elf::STT_GNU_IFUNC, is_weak);
                if is_weak {
                    let place = (at::CANONICAL, self.machine.pointer, 0);
                    self.object.add_relocation(entry, relocation(place, symbol))?;
                }
            }
        }
        Ok(())
    }

    /// The object file.
    ///
    /// # Errors
    /// As for [`Writer::add`].
    pub fn finish(self) -> object::write::Result<Vec<u8>> {
        self.object.write()
    }

    /// The code of a function's stub: says that the function is missing.
    fn stub(&mut self, name: &str, entry: SectionId) -> object::write::Result<SectionId> {
        let missing = *self.missing.get_or_insert_with(|| {
            self.object.add_symbol(Symbol {
                name: b"__import_dynamic_missing".to_vec(),
                value: 0,
                size: 0,
                kind: SymbolKind::Text,
                scope: SymbolScope::Unknown,
                weak: false,
                section: SymbolSection::Undefined,
                flags: SymbolFlags::None,
            })
        });
        let stub = self.section(".text.import_dynamic", name, SectionKind::Text);
        self.object.append_section_data(stub, self.machine.stub, 16);
        for &place in self.machine.entry {
            self.relocate(stub, entry, place)?;
        }
        self.object.add_relocation(stub, relocation(self.machine.missing, missing))?;
        Ok(stub)
    }

    fn section(&mut self, prefix: &str, name: &str, kind: SectionKind) -> SectionId {
        self.object.add_section(Vec::new(), format!("{prefix}.{name}").into_bytes(), kind)
    }

    fn define(&mut self, name: &str, section: SectionId, size: u64, kind: elf::SymbolType, is_weak: bool) -> SymbolId {
        let binding = if is_weak { elf::STB_WEAK } else { elf::STB_GLOBAL };
        self.object.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value: 0,
            size,
            kind: if kind == elf::STT_OBJECT { SymbolKind::Data } else { SymbolKind::Text },
            scope: SymbolScope::Linkage,
            weak: is_weak,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::Elf {
                st_info: elf::SymbolInfo(binding.0 << 4 | kind.0),
                st_other: elf::SymbolOther(elf::STV_HIDDEN.0),
            },
        })
    }

    fn pointer(&mut self, from: SectionId, offset: u64, to: SectionId) -> object::write::Result<()> {
        self.relocate(from, to, (offset, self.machine.pointer, 0))
    }

    fn relocate(&mut self, from: SectionId, to: SectionId, place: Place) -> object::write::Result<()> {
        let symbol = self.object.section_symbol(to);
        self.object.add_relocation(from, relocation(place, symbol))
    }
}

fn relocation((offset, r_type, addend): Place, symbol: SymbolId) -> Relocation {
    Relocation { offset, symbol, addend, flags: RelocationFlags::Elf { r_type } }
}
