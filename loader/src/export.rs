//! Functions of the program that the host's libraries can find by name: their strings and their hash table in the image.

use core::ffi::CStr;

use crate::image::{Contents, Writer};
use crate::slots;

pub(crate) use crate::exported::Exported;

/// All exports that are linked into this program.
pub(crate) fn all() -> &'static [Exported] {
    crate::registry::section!(Exported, "import_export")
}

/// What an image exports: the program's functions, then those of the link mode.
#[derive(Clone, Copy)]
pub(crate) struct Exports<'a>(pub(crate) [&'a [Exported]; 2]);

impl<'a> Exports<'a> {
    pub(crate) fn iter(self) -> impl Iterator<Item = &'a Exported> {
        let Self([program, mode]) = self;
        program.iter().chain(mode)
    }

    pub(crate) fn len(self) -> usize {
        let Self([program, mode]) = self;
        program.len() + mode.len()
    }
}

/// Offsets in the string table.
pub(crate) struct Names {
    /// Of each needed library's name.
    pub(crate) needed: [u64; 4],
    /// Of the slots' names, which the exports' names follow.
    pub(crate) slots: u64,
}

/// Writes the string table: the empty string, the needed libraries, the slots' names, the exports' names.
pub(crate) fn write_strings(writer: &mut Writer<'_>, contents: &Contents<'_>) -> Names {
    let mut end = 1; // the empty string
    let mut needed = [0; 4];
    for (offset, name) in needed.iter_mut().zip(contents.needed) {
        *offset = end as u64;
        writer.append(end, name.to_bytes());
        end += name.count_bytes() + 1;
    }
    let slots = end as u64;
    writer.append(end, slots::NAMES.as_bytes());
    end += slots::NAMES.len();
    for export in contents.exports.iter() {
        writer.append(end, export.name.to_bytes());
        end += export.name.count_bytes() + 1;
    }
    writer.advance(end);
    Names { needed, slots }
}

/// Writes a GNU hash table of the exports, in one bucket; what it does not have is refused at once by its Bloom filter
/// (layout: glibc `elf/dl-lookup.c`, `do_lookup_x`).
pub(crate) fn write_gnu_hash(writer: &mut Writer<'_>, exports: Exports<'_>) {
    const BLOOM_SHIFT: u32 = 6;
    let first_symbol = 1 + slots::COUNT as u64;
    let mut bloom = 0u64;
    for export in exports.iter() {
        let hash = gnu_hash(export.name);
        bloom |= 1 << (hash % 64) | 1 << ((hash >> BLOOM_SHIFT) % 64);
    }
    // One bucket, the first symbol in the table, one Bloom word, its shift; then that word.
    writer.push(&[1 | first_symbol << 32, 1 | u64::from(BLOOM_SHIFT) << 32, bloom]);
    let bucket = if exports.len() == 0 { 0 } else { first_symbol as u32 };
    writer.append(0, &bucket.to_le_bytes());
    for (index, export) in exports.iter().enumerate() {
        // The lowest bit ends the chain.
        let last = u32::from(index + 1 == exports.len());
        writer.append(4 + index * 4, &(gnu_hash(export.name) & !1 | last).to_le_bytes());
    }
    writer.advance(4 + exports.len() * 4);
}

fn gnu_hash(name: &CStr) -> u32 {
    name.to_bytes().iter().fold(5381, |hash: u32, &byte| hash.wrapping_mul(33).wrapping_add(u32::from(byte)))
}
