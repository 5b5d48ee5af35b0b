//! What the program image says of a std program without a libc of its own: its imports as symbols and relocations.

use core::ffi::CStr;

use object::LittleEndian as LE;
use object::elf;

use super::bind;
use super::dynamic::{Dynamic, is_found};
use super::import::Import;
use crate::arch;
use crate::export::Exports;
use crate::image::{RELOCATION, SYMBOL, Writer};
use crate::slots;

/// The imports of a std program, and its destructors.
pub(crate) struct Std<'a> {
    pub(crate) imports: &'a [Import],
    /// Whether variables that not every libc has are copied: only glibc puts up with missing ones.
    pub(crate) copies_all: bool,
    /// Address and bytes of the program's destructors (DT_FINI_ARRAY).
    pub(crate) destructors: (usize, usize),
    /// What the program's linker has exported.
    pub(crate) dynamic: Dynamic,
}

/// A name's hash (gABI ch. 5, figure 5-13).
fn hash(name: &[u8]) -> u32 {
    name.iter().fold(0, |hash: u32, &byte| {
        let hash = (hash << 4).wrapping_add(byte.into());
        let high = hash & 0xf000_0000;
        (hash ^ high >> 24) & !high
    })
}

/// The names of the variables among imports, in order.
fn data_names(imports: &[Import]) -> impl Iterator<Item = (&'static CStr, &Import)> + Clone {
    imports.iter().filter(|import| import.is_data()).flat_map(|import| import.names().map(move |name| (name, import)))
}

impl<'a> Std<'a> {
    /// Those of a program of another sort.
    pub(crate) const NONE: Self = Self { imports: &[], copies_all: false, destructors: (0, 0), dynamic: Dynamic::NONE };

    fn functions(&self) -> impl Iterator<Item = &'a Import> + Clone + use<'a> {
        self.imports.iter().filter(|import| !import.is_data())
    }

    /// Where functions' addresses are wanted, and the numbers of those functions, in a program that exports something: a library
    /// may call that before the imports are bound. glibc's interpreter calls a `malloc` of the program's so.
    fn early(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let imports = if self.dynamic.symbols.is_empty() { &[] } else { self.imports };
        self.dynamic.of_kind(arch::IRELATIVE).filter_map(move |(place, stub)| {
            let import = bind::import_of(imports, stub)?;
            let number = self.functions().position(|other| core::ptr::eq(other, import))?;
            Some((place as usize, number))
        })
    }

    /// Bytes that all of it needs at most.
    pub(crate) fn size(&self) -> usize {
        let names = self.imports.iter().flat_map(Import::names);
        let imports: usize = names.map(|name| name.count_bytes() + 1 + (SYMBOL + RELOCATION + 1) * 8).sum();
        let own = self.dynamic.strings.len() + self.dynamic.symbols.len() * (SYMBOL + 1) * 8;
        let relocations = self.dynamic.symbolic().count() + self.early().count();
        imports + own + relocations * RELOCATION * 8
    }

    /// The names of functions, those of variables, and the string table of what the program's linker has exported.
    pub(crate) fn write_names(&self, writer: &mut Writer<'_>, mut end: usize) -> usize {
        for import in self.functions() {
            end = writer.text(end, import.name().to_bytes_with_nul());
        }
        for (name, _) in data_names(self.imports) {
            end = writer.text(end, name.to_bytes_with_nul());
        }
        writer.text(end, self.dynamic.strings)
    }

    /// Weak undefined symbols, so that absent ones stay 0.
    pub(crate) fn write_functions(&self, writer: &mut Writer<'_>, mut name: u64) {
        const WEAK: u64 = (elf::STB_WEAK.0 as u64) << 4;
        for import in self.functions() {
            writer.pair(name | WEAK << 32, 0);
            writer.push(0);
            name += import.name().count_bytes() as u64 + 1;
        }
    }

    /// The copies of variables, weak: glibc's R_*_COPY then puts up with a libc that has no such variable. `name` is where the
    /// functions' names begin.
    pub(crate) fn write_data(&self, writer: &mut Writer<'_>, mut name: u64) {
        const WEAK_OBJECT: u64 = (elf::STB_WEAK.0 as u64) << 4 | elf::STT_OBJECT.0 as u64;
        /// Any section that is neither undefined nor absolute.
        const DEFINED: u64 = 1;
        name += self.functions().map(|import| import.name().count_bytes() as u64 + 1).sum::<u64>();
        for (text, import) in data_names(self.imports) {
            let value = import.address().wrapping_sub(writer.bias);
            writer.pair(name | WEAK_OBJECT << 32 | DEFINED << 48, value as u64);
            writer.push(import.size().into());
            name += text.count_bytes() as u64 + 1;
        }
        self.write_own(writer, name);
    }

    /// What the program's linker has exported, whose string table is at `strings`. The image has the program's load bias, and so
    /// all values are right, and those of thread-local variables, too: the image's PT_TLS is the program's.
    fn write_own(&self, writer: &mut Writer<'_>, strings: u64) {
        for symbol in self.dynamic.symbols {
            let name = strings + u64::from(symbol.st_name.get(LE));
            let kind = u64::from(symbol.st_info.0) << 32 | u64::from(symbol.st_other.0) << 40;
            let section = u64::from(symbol.st_shndx.get(LE).0) << 48;
            writer.pair(name | kind | section, symbol.st_value.get(LE));
            writer.push(symbol.st_size.get(LE));
        }
    }

    /// The hash table of exports, variables and what the program's linker has exported (gABI ch. 5, "Hash Table"), with
    /// about as many buckets as symbols: every library's references are looked up here first.
    pub(crate) fn write_hash(&self, writer: &mut Writer<'_>, exports: Exports<'_>) {
        let first = 1 + slots::COUNT + self.functions().count();
        let variables = data_names(self.imports).map(|(name, _)| name.to_bytes());
        let own = self.dynamic.symbols.iter();
        let own = own.map(|symbol| if is_found(symbol) { self.dynamic.name(symbol) } else { b"" });
        let names = exports.iter().map(|export| export.name.to_bytes()).chain(variables).chain(own);
        let count = names.clone().count();
        let buckets = count | 1;
        writer.exchange(0, buckets as u32);
        writer.exchange(1, (first + count) as u32);
        for (symbol, name) in (first..).zip(names).filter(|(_, name)| !name.is_empty()) {
            // The symbol goes before those that its bucket had.
            let next = writer.exchange(2 + hash(name) as usize % buckets, symbol as u32);
            writer.exchange(2 + buckets + symbol, next);
        }
        writer.used += (2 + buckets + first + count).div_ceil(2);
    }

    /// A relocation per function, and a copy per variable.
    pub(crate) fn write_relocations(&self, writer: &mut Writer<'_>, exports: usize) {
        let mut symbol = 1 + slots::COUNT as u64;
        let mut push = |place: usize, symbol: u64, kind: elf::RelocationType| {
            let place = place.wrapping_sub(writer.bias) as u64;
            writer.pair(place, symbol << 32 | u64::from(kind.0));
            writer.push(0);
        };
        for (place, number) in self.early() {
            push(place, symbol + number as u64, arch::GLOB_DAT);
        }
        for import in self.functions() {
            push(import.slot_address(), symbol, arch::GLOB_DAT);
            symbol += 1;
        }
        symbol += exports as u64;
        for import in self.imports.iter().filter(|import| import.is_data()) {
            if self.copies_all || !import.is_not_everywhere() {
                push(import.address(), symbol, arch::COPY);
            }
            symbol += import.names().count() as u64;
        }
        // What names the program's own symbol 1 names `symbol` here.
        for relocation in self.dynamic.symbolic() {
            let named = symbol + u64::from(relocation.r_sym(LE, false)) - 1;
            writer.pair(relocation.r_offset.get(LE), named << 32 | u64::from(relocation.r_type(LE, false).0));
            writer.push(relocation.r_addend.get(LE) as u64);
        }
    }

    /// Where the interpreter finds the destructors, if there are any.
    pub(crate) fn write_destructors(&self, writer: &mut Writer<'_>) {
        let (start, size) = self.destructors;
        if size != 0 {
            writer.dynamic(elf::DT_FINI_ARRAY, start.wrapping_sub(writer.bias) as u64);
            writer.dynamic(elf::DT_FINI_ARRAYSZ, size as u64);
        }
    }
}
