//! Functions of the program that the host's libraries can find by name: their hash table in the image.

#[cfg(not(std_start))]
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

/// Writes a hash table (gABI ch. 5, "Hash Table") of the `count` symbols from `first` on, which are the last: in one
/// bucket, so that no name need be hashed. What looks a name up compares it with each of them, and they are few.
#[cfg(not(std_start))]
pub(crate) fn write_hash(writer: &mut Writer<'_>, first: usize, count: usize) {
    let end = first + count;
    // One bucket, and a chain of as many links as there are symbols.
    writer.set(writer.used, 1 | (end as u64) << 32);
    // The bucket has the last symbol, and each links to the one before it.
    let mut last = 0_u32;
    for symbol in first..end {
        writer.text((3 + symbol) * 4, &last.to_le_bytes());
        last = symbol as u32;
    }
    writer.text(2 * 4, &last.to_le_bytes());
    writer.used += (3 + end).div_ceil(2);
}
