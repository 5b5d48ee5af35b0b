//! Functions of the program that the host's libraries can find by name: their hash table in the image.

#[cfg(not(std_start))]
use crate::image::Writer;
#[cfg(not(std_start))]
use crate::symbols::Symbols;

pub(crate) use crate::exported::Exported;

/// All exports that are linked into this program.
pub(crate) fn all() -> &'static [Exported] {
    crate::registry::section!(Exported, "import_export")
}

/// What an image exports: the program's functions, then those of the link mode.
#[derive(Clone, Copy)]
pub(crate) struct Exports<'a>(pub(crate) [&'a [Exported]; 2]);

impl<'a> Exports<'a> {
    pub(crate) fn iter(self) -> impl Iterator<Item = &'a Exported> + Clone {
        let Self([program, _mode]) = self;
        #[cfg(any(guest, std_start))]
        return program.iter().chain(_mode);
        #[cfg(not(any(guest, std_start)))]
        program.iter()
    }

    /// Bytes of their names, each with its NUL.
    #[cfg(std_start)]
    pub(crate) fn names_len(self) -> u64 {
        self.iter().map(|export| export.name.count_bytes() as u64 + 1).sum()
    }

    pub(crate) fn len(self) -> usize {
        let Self([program, mode]) = self;
        program.len() + mode.len()
    }
}

/// Words of the table's Bloom filter, a power of two: room for some two hundred names. Where only the program's own exports
/// are in the table, few if any, there is one word that lets all names pass.
#[cfg(not(std_start))]
const FILTER: usize = if cfg!(guest) { 16 } else { 1 };
/// Which bits of a hash the filter's second bit is made of: others than those of the first, and of the word's number.
#[cfg(not(std_start))]
const SHIFT: u32 = 10;

/// Writes a GNU hash table (binutils' `bfd/elflink.c`) of the exports, which are the symbols from `first` on: every reference
/// of every library is looked up here first, and all but those that are exported end at the filter. With one bucket symbols
/// need no order.
#[cfg(not(std_start))]
pub(crate) fn write_hash(writer: &mut Writer<'_>, first: usize, exports: Exports<'_>) {
    writer.pair(1 | (first as u64) << 32, FILTER as u64 | u64::from(SHIFT) << 32);
    let filter = writer.used;
    if !cfg!(guest) {
        writer.set(filter, u64::MAX);
    }
    writer.used += FILTER;
    // The bucket has the first of the symbols, and each symbol its hash, with the lowest bit set for the last.
    let mut left = exports.len();
    let mut end = writer.text(0, &(if left == 0 { 0 } else { first as u32 }).to_le_bytes());
    for export in exports.iter() {
        let hash = Symbols::hash(export.name);
        #[cfg(guest)]
        writer.set_bits(filter + (hash / 64) as usize % FILTER, 1 << (hash % 64) | 1 << ((hash >> SHIFT) % 64));
        left -= 1;
        end = writer.text(end, &(hash & !1 | u32::from(left == 0)).to_le_bytes());
    }
    writer.used += end.div_ceil(8);
}
