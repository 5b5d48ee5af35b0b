//! Functions of the program that the host's libraries can find by name: their hash table in the image.

use core::ffi::CStr;

use crate::image::Writer;
use crate::slots;

pub(crate) use crate::exported::Exported;

/// All exports that are linked into this program.
pub(crate) fn all() -> &'static [Exported] {
    crate::registry::section!(Exported, "import_export")
}

/// What an image exports.
#[derive(Clone, Copy)]
pub(crate) struct Exports<'a> {
    /// The program's functions.
    pub(crate) program: &'a [Exported],
    /// Guest mode's.
    #[cfg(guest)]
    pub(crate) guest: &'a [Exported],
}

impl<'a> Exports<'a> {
    /// Calls `f` with each.
    pub(crate) fn each(self, mut f: impl FnMut(&'a Exported)) {
        self.program.iter().for_each(&mut f);
        #[cfg(guest)]
        self.guest.iter().for_each(&mut f);
    }

    pub(crate) fn len(self) -> usize {
        let mut len = 0;
        self.each(|_| len += 1);
        len
    }
}

/// Writes a GNU hash table of the exports, in one bucket; what it does not have is refused at once by its Bloom filter
/// (layout: glibc `elf/dl-lookup.c`, `do_lookup_x`).
pub(crate) fn write_gnu_hash(writer: &mut Writer<'_>, exports: Exports<'_>) {
    const BLOOM_SHIFT: u32 = 6;
    const FIRST_SYMBOL: u64 = 1 + slots::COUNT as u64;
    // One bucket, the first symbol in the table, one Bloom word, its shift; then that word.
    writer.pair(1 | FIRST_SYMBOL << 32, 1 | u64::from(BLOOM_SHIFT) << 32);
    let (bloom_word, mut bloom) = (writer.used, 0u64);
    writer.push(0);
    // The bucket holds the first export's symbol, if there is one; the chain of hashes follows.
    let mut left = exports.len();
    let bucket = if left == 0 { 0 } else { FIRST_SYMBOL as u32 };
    let mut end = writer.text(0, &bucket.to_le_bytes());
    exports.each(|export| {
        let hash = gnu_hash(export.name);
        bloom |= 1 << (hash % 64) | 1 << ((hash >> BLOOM_SHIFT) % 64);
        left -= 1;
        // The lowest bit ends the chain.
        end = writer.text(end, &(hash & !1 | u32::from(left == 0)).to_le_bytes());
    });
    writer.used += end.div_ceil(8);
    writer.set(bloom_word, bloom);
}

fn gnu_hash(name: &CStr) -> u32 {
    name.to_bytes().iter().fold(5381, |hash: u32, &byte| hash.wrapping_mul(33).wrapping_add(u32::from(byte)))
}
