//! Functions of the program that the host's libraries can find by name: their hash table in the image.

use core::ffi::CStr;

use crate::image::Writer;

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
        let Self([program, mode]) = self;
        program.iter().chain(mode)
    }

    /// Bytes of their names, each with its NUL.
    #[cfg(std_start)]
    pub(crate) fn names_len(self) -> u64 {
        self.iter().map(|export| export.name.count_bytes() as u64 + 1).sum()
    }

    #[cfg(std_start)]
    pub(crate) fn len(self) -> usize {
        let Self([program, mode]) = self;
        program.len() + mode.len()
    }
}

/// Writes a GNU hash table of the symbols with these names, which follow each other in the symbol table from
/// `first_symbol` on: in one bucket; what it does not have is refused at once by its Bloom filter (layout: glibc
/// `elf/dl-lookup.c`, `do_lookup_x`).
pub(crate) fn write_gnu_hash<'a>(
    writer: &mut Writer<'_>,
    first_symbol: usize,
    names: impl Iterator<Item = &'a CStr> + Clone,
) {
    const BLOOM_SHIFT: u32 = 6;
    let (first_symbol, count) = (first_symbol as u64, names.clone().count());
    // One bucket, the first symbol in the table, one Bloom word, its shift; then that word.
    writer.pair(1 | first_symbol << 32, 1 | u64::from(BLOOM_SHIFT) << 32);
    let (bloom_word, mut bloom) = (writer.used, 0u64);
    writer.push(0);
    // The bucket holds the first symbol, if there is one; the chain of hashes follows.
    let mut left = count;
    let bucket = if count == 0 { 0 } else { first_symbol as u32 };
    let mut end = writer.text(0, &bucket.to_le_bytes());
    for name in names {
        let hash = gnu_hash(name);
        bloom |= 1 << (hash % 64) | 1 << ((hash >> BLOOM_SHIFT) % 64);
        left -= 1;
        // The lowest bit ends the chain.
        end = writer.text(end, &(hash & !1 | u32::from(left == 0)).to_le_bytes());
    }
    writer.used += end.div_ceil(8);
    writer.set(bloom_word, bloom);
}

fn gnu_hash(name: &CStr) -> u32 {
    name.to_bytes().iter().fold(5381, |hash: u32, &byte| hash.wrapping_mul(33).wrapping_add(u32::from(byte)))
}
