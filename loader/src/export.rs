//! Functions of the program that the host's libraries can find by name: their strings and their hash table in the image.

use core::ffi::CStr;

use crate::image::{Part, Writer};
use crate::slots;

pub(crate) use crate::exported::Exported;

/// All exports that are linked into this program.
pub(crate) fn all() -> &'static [Exported] {
    crate::registry::section!(Exported, "import_export")
}

/// The string table, and where its parts begin in it.
pub(crate) struct Strings {
    pub(crate) table: Part,
    /// Offset of each needed library's name.
    pub(crate) needed: [usize; 4],
    /// Offset of the slots' names.
    pub(crate) slots: usize,
    /// Offset of the first export's name.
    pub(crate) exports: usize,
}

/// Writes the string table: the empty string, the needed libraries, the slots' names, the exports' names.
pub(crate) fn write_strings(writer: &mut Writer<'_>, needed: &[&CStr], exports: &[Exported]) -> Option<Strings> {
    let start = writer.bytes(b"\0", 8)?;
    let mut end = start;
    let mut append = |bytes: &[u8]| {
        end = writer.bytes(bytes, 1)?;
        Some(end.offset - start.offset)
    };
    let mut offsets = [0; 4];
    for (offset, name) in offsets.iter_mut().zip(needed) {
        *offset = append(name.to_bytes_with_nul())?;
    }
    let slots = append(slots::NAMES.as_bytes())?;
    let mut first = None;
    for export in exports {
        let offset = append(export.name.to_bytes_with_nul())?;
        first = first.or(Some(offset));
    }
    let len = end.offset + end.len - start.offset;
    Some(Strings { table: Part { len, ..start }, needed: offsets, slots, exports: first.unwrap_or(0) })
}

/// Writes a GNU hash table of the exports, in one bucket; what it does not have is refused at once by its Bloom filter
/// (layout: glibc `elf/dl-lookup.c`, `do_lookup_x`).
pub(crate) fn write_gnu_hash(writer: &mut Writer<'_>, exports: &[Exported]) -> Option<Part> {
    const BLOOM_SHIFT: u32 = 6;
    let first_symbol = 1 + slots::COUNT as u32;
    let bloom = exports.iter().map(|export| gnu_hash(export.name)).fold(0u64, |bloom, hash| {
        bloom | 1 << (hash % 64) | 1 << ((hash >> BLOOM_SHIFT) % 64)
    });
    let part = writer.reserve((4 + 2 + 1 + exports.len()) * 4, 8)?;
    let bucket = if exports.is_empty() { 0 } else { first_symbol };
    let [low, high] = [bloom as u32, (bloom >> 32) as u32];
    let words = [1, first_symbol, 1, BLOOM_SHIFT, low, high, bucket];
    let chain = exports.iter().enumerate().map(|(index, export)| {
        let last = index + 1 == exports.len();
        gnu_hash(export.name) & !1 | u32::from(last) // the lowest bit ends the chain
    });
    for (index, word) in words.into_iter().chain(chain).enumerate() {
        writer.put(part.offset + index * 4, &word.to_le_bytes())?;
    }
    Some(part)
}

fn gnu_hash(name: &CStr) -> u32 {
    name.to_bytes().iter().fold(5381, |hash: u32, &byte| hash.wrapping_mul(33).wrapping_add(u32::from(byte)))
}
