//! Functions of the program that the host's libraries can find by name: their strings and their hash table in the image.

use core::ffi::CStr;

use crate::image::{Contents, Part, Writer};
use crate::slots;

/// A function that the host's libraries find in this program by name (Go's `cgo_export_dynamic`).
///
/// Statics of this type in the linker section `import_export` are what the program exports.
#[repr(C)]
pub struct Exported {
    /// Its C name.
    pub name: &'static CStr,
    /// Its code.
    pub code: *const (),
}

// SAFETY: a name and a code address, never written.
unsafe impl Sync for Exported {}

/// All exports that are linked into this program.
pub(crate) fn all() -> &'static [Exported] {
    crate::registry::section!(Exported, "import_export")
}

/// A symbol that the image defines: an export, or a name of an imported variable's copy.
pub(crate) struct Defined<'a> {
    pub(crate) name: &'a CStr,
    pub(crate) address: usize,
    /// Bytes of a variable, 0 for code.
    pub(crate) size: u32,
}

/// The symbols that the image defines, in the order of its symbol table.
pub(crate) fn defined<'a>(contents: &Contents<'a>) -> impl Iterator<Item = Defined<'a>> + Clone {
    let exports = contents.exports.iter();
    let exports = exports.map(|export| Defined { name: export.name, address: export.code as usize, size: 0 });
    let variables = contents.std.imports.iter().filter(|import| import.is_data()).flat_map(|import| {
        import.names().map(|name| Defined { name, address: import.address(), size: import.size() })
    });
    exports.chain(variables)
}

/// How many libraries an image can need.
pub(crate) const MAX_NEEDED: usize = 8;

/// The string table, and where its parts begin in it.
pub(crate) struct Strings {
    pub(crate) table: Part,
    /// Offset of each needed library's name.
    pub(crate) needed: [usize; MAX_NEEDED],
    /// Offset of the slots' names.
    pub(crate) slots: usize,
    /// Offset of the first imported function's name.
    pub(crate) imports: usize,
    /// Offset of the first defined symbol's name.
    pub(crate) defined: usize,
}

/// Writes the string table: the empty string, the needed libraries, the names of slots, imported functions and defined
/// symbols.
pub(crate) fn write_strings(writer: &mut Writer<'_>, contents: &Contents<'_>) -> Option<Strings> {
    let start = writer.bytes(b"\0", 8)?;
    let mut end = start;
    let mut append = |bytes: &[u8]| {
        end = writer.bytes(bytes, 1)?;
        Some(end.offset - start.offset)
    };
    let mut offsets = [0; MAX_NEEDED];
    for (offset, name) in offsets.iter_mut().zip(contents.needed) {
        *offset = append(name.to_bytes_with_nul())?;
    }
    let slots = append(slots::NAMES.as_bytes())?;
    let imports = append(b"")?;
    for import in contents.std.imports.iter().filter(|import| !import.is_data()) {
        append(import.name().to_bytes_with_nul())?;
    }
    let first = append(b"")?;
    for known in defined(contents) {
        append(known.name.to_bytes_with_nul())?;
    }
    let len = end.offset + end.len - start.offset;
    Some(Strings { table: Part { len, ..start }, needed: offsets, slots, imports, defined: first })
}

/// Writes a GNU hash table of the defined symbols, in one bucket; what it does not have is refused at once by its Bloom
/// filter (layout: glibc `elf/dl-lookup.c`, `do_lookup_x`).
pub(crate) fn write_gnu_hash(writer: &mut Writer<'_>, contents: &Contents<'_>) -> Option<Part> {
    const BLOOM_SHIFT: u32 = 6;
    let functions = contents.std.imports.iter().filter(|import| !import.is_data()).count();
    let first_symbol = (1 + slots::COUNT + functions) as u32;
    let hashes = defined(contents).map(|known| gnu_hash(known.name));
    let count = hashes.clone().count();
    let bloom = hashes.clone().fold(0u64, |bloom, hash| {
        bloom | 1 << (hash % 64) | 1 << ((hash >> BLOOM_SHIFT) % 64)
    });
    let part = writer.reserve((4 + 2 + 1 + count) * 4, 8)?;
    let bucket = if count == 0 { 0 } else { first_symbol };
    let [low, high] = [bloom as u32, (bloom >> 32) as u32];
    let words = [1, first_symbol, 1, BLOOM_SHIFT, low, high, bucket];
    let chain = hashes.enumerate().map(|(index, hash)| {
        let last = index + 1 == count;
        hash & !1 | u32::from(last) // the lowest bit ends the chain
    });
    for (index, word) in words.into_iter().chain(chain).enumerate() {
        writer.put(part.offset + index * 4, &word.to_le_bytes())?;
    }
    Some(part)
}

fn gnu_hash(name: &CStr) -> u32 {
    name.to_bytes().iter().fold(5381, |hash: u32, &byte| hash.wrapping_mul(33).wrapping_add(u32::from(byte)))
}
