//! The program image: the headers, dynamic section, symbols and relocations that the interpreter is shown as "the main
//! program" (System V gABI ch. 4 and 5). Written into a slice of words; nothing here maps or jumps.

use core::ffi::CStr;
use core::sync::atomic::AtomicUsize;

use object::LittleEndian as LE;
use object::elf::{self, DynamicTag, ProgramType};
use object::pod;

use crate::arch;
use crate::elf::Phdr;
#[cfg(not(std_start))]
use crate::export;
use crate::export::Exports;
use crate::slots;
#[cfg(std_start)]
pub(crate) use crate::std_start::image::Std;
use crate::strings::{Strings, copy};

mod layout;

pub(crate) use layout::Layout;

/// What [`arch::image_entry`] does when the interpreter is done.
#[repr(C)]
pub(crate) struct Entry {
    /// Address of the slot of `__libc_start_main`.
    pub(crate) start_main: AtomicUsize,
    /// The `main` to give to it.
    pub(crate) main: AtomicUsize,
    /// Where to go when there is no such libc.
    pub(crate) without_libc: AtomicUsize,
}

pub(crate) static ENTRY: Entry =
    Entry { start_main: AtomicUsize::new(0), main: AtomicUsize::new(0), without_libc: AtomicUsize::new(0) };

/// What the image says.
pub(crate) struct Contents<'a> {
    /// Names of the libraries to load (DT_NEEDED), each with its NUL.
    pub(crate) needed: &'a str,
    /// The interpreter's file name (PT_INTERP).
    pub(crate) interpreter: &'a CStr,
    /// The static program's own segments in adopted mode.
    pub(crate) segments: &'a [Phdr],
    /// Load bias of those segments; `None` gives the image a segment of its own.
    pub(crate) load_bias: Option<usize>,
    /// The initial words of a thread-local block of the image's own, which is aligned to 16 bytes.
    pub(crate) tls: Option<&'a [u64]>,
    /// Functions that libraries find in the program.
    pub(crate) exports: Exports<'a>,
    /// What a std program without a libc asks of the host; nothing for others.
    #[cfg(std_start)]
    pub(crate) std: Std<'a>,
}

/// Bytes that an image with these contents needs at most.
pub(crate) fn size(contents: &Contents<'_>) -> usize {
    let mut size = 4096 + size_of_val(contents.segments) + size_of_val(contents.tls.unwrap_or_default());
    for export in contents.exports.iter() {
        size += export.name.count_bytes() + 1 + (SYMBOL + 1) * 8;
    }
    #[cfg(std_start)]
    {
        size += contents.std.size();
    }
    size
}

/// Words of a program header, a symbol and a relocation.
const HEADER: usize = 7;
pub(crate) const SYMBOL: usize = 3;
pub(crate) const RELOCATION: usize = 3;
/// Headers beside those of the static program's segments.
const OWN_HEADERS: usize = 6;

/// Writes the image into `memory`, which is zeroed, page-aligned, and will stay at its address; `None` when it does not
/// fit.
pub(crate) fn write(memory: &mut [u64], contents: &Contents<'_>) -> Option<Layout> {
    let base = memory.as_ptr() as usize;
    let len = size_of_val(memory);
    let bias = contents.load_bias.unwrap_or(base);
    // The headers come first, and are written last.
    let header_room = (contents.segments.len() + OWN_HEADERS) * HEADER;
    let mut writer = Writer { words: memory, used: header_room, bias };

    // The string table begins with the empty string.
    let strings = writer.here();
    let mut end = 1;
    end = writer.text(end, contents.needed.as_bytes());
    end = writer.text(end, slots::NAMES.as_bytes());
    for export in contents.exports.iter() {
        end = writer.text(end, export.name.to_bytes_with_nul());
    }
    #[cfg(std_start)]
    {
        end = contents.std.write_names(&mut writer, end);
    }
    let interpreter = strings + end as u64;
    end = writer.text(end, contents.interpreter.to_bytes_with_nul());
    writer.used += end.div_ceil(8);

    let symbols = writer.here();
    write_symbols(&mut writer, contents);
    let hash = writer.here();
    #[cfg(not(std_start))]
    export::write_hash(&mut writer, 1 + slots::COUNT, contents.exports);
    #[cfg(std_start)]
    contents.std.write_hash(&mut writer, contents.exports);
    let slots = writer.here();
    writer.used += slots::COUNT;
    let relocations = writer.here();
    for index in 0..slots::COUNT as u64 {
        writer.pair(slots + index * 8, (1 + index) << 32 | u64::from(arch::GLOB_DAT.0));
        writer.push(0);
    }
    #[cfg(std_start)]
    contents.std.write_relocations(&mut writer, contents.exports.len());
    let relocations_size = writer.here() - relocations;

    let dynamic = writer.here();
    let mut name = 1;
    for text in Strings::new(contents.needed) {
        writer.dynamic(elf::DT_NEEDED, name);
        name += text.count_bytes() as u64 + 1;
    }
    writer.dynamic(elf::DT_STRTAB, strings);
    writer.dynamic(elf::DT_STRSZ, end as u64);
    writer.dynamic(elf::DT_SYMTAB, symbols);
    writer.dynamic(elf::DT_SYMENT, SYMBOL as u64 * 8);
    writer.dynamic(if cfg!(std_start) { elf::DT_HASH } else { elf::DT_GNU_HASH }, hash);
    writer.dynamic(elf::DT_RELA, relocations);
    writer.dynamic(elf::DT_RELASZ, relocations_size);
    writer.dynamic(elf::DT_RELAENT, RELOCATION as u64 * 8);
    #[cfg(std_start)]
    contents.std.write_destructors(&mut writer);
    writer.dynamic(elf::DT_FLAGS, elf::DF_BIND_NOW.0);
    writer.dynamic(elf::DT_DEBUG, 0); // the interpreter stores its list of libraries there, for debuggers
    writer.dynamic(elf::DT_NULL, 0);
    let dynamic_size = writer.here() - dynamic;

    writer.used = (writer.used + 1) & !1;
    let tls = writer.here();
    for &word in contents.tls.unwrap_or_default() {
        writer.push(word);
    }
    let used = writer.used;

    writer.used = 0;
    let headers = writer.here();
    writer.header(elf::PT_PHDR, headers, header_room as u64 * 8, 8);
    writer.header(elf::PT_INTERP, interpreter, contents.interpreter.count_bytes() as u64 + 1, 1);
    if contents.load_bias.is_none() {
        writer.header(elf::PT_LOAD, 0, len as u64, 4096);
    }
    if let Some(words) = contents.tls {
        writer.header(elf::PT_TLS, tls, size_of_val(words) as u64, 16);
    }
    for segment in contents.segments {
        if is_shown(segment.p_type.get(LE)) {
            writer.text(0, pod::bytes_of(segment));
            writer.used += HEADER;
        }
    }
    writer.header(elf::PT_DYNAMIC, dynamic, dynamic_size, 8);
    // Without this one glibc takes the stack to be executable.
    writer.header(elf::PT_GNU_STACK, 0, 0, 16);

    let address = |vaddr: u64| (vaddr as usize).wrapping_add(bias);
    let layout = Layout {
        headers: base,
        header_count: writer.used / HEADER,
        slots: address(slots),
        interpreter: address(interpreter),
    };
    (used * 8 <= len).then_some(layout)
}

/// Whether the interpreter is to know a segment of the static program: where it is, its TLS, its unwind tables, its
/// RELRO.
fn is_shown(kind: ProgramType) -> bool {
    matches!(kind, elf::PT_LOAD | elf::PT_TLS | elf::PT_GNU_EH_FRAME | elf::PT_GNU_RELRO)
}

/// The null symbol, a weak undefined one per slot (absent ones stay 0), and the exports, in the order of their names in
/// the string table. Unversioned: a newer or older host must not refuse the program.
fn write_symbols(writer: &mut Writer<'_>, contents: &Contents<'_>) {
    const WEAK: u64 = (elf::STB_WEAK.0 as u64) << 4;
    const GLOBAL_FUNCTION: u64 = (elf::STB_GLOBAL.0 as u64) << 4 | elf::STT_FUNC.0 as u64;
    /// Any section that is neither undefined nor absolute: the value then moves with the load bias.
    const DEFINED: u64 = 1;
    writer.used += SYMBOL;
    let mut name = 1 + contents.needed.len() as u64;
    for text in Strings::new(slots::NAMES) {
        writer.pair(name | WEAK << 32, 0);
        writer.push(0);
        name += text.count_bytes() as u64 + 1;
    }
    #[cfg(std_start)]
    contents.std.write_functions(writer, name + contents.exports.names_len());
    for export in contents.exports.iter() {
        let value = (export.code as usize).wrapping_sub(writer.bias);
        writer.pair(name | GLOBAL_FUNCTION << 32 | DEFINED << 48, value as u64);
        writer.push(0);
        name += export.name.count_bytes() as u64 + 1;
    }
    #[cfg(std_start)]
    contents.std.write_data(writer, name);
}

/// Lays words out one after another. What does not fit is counted and left out.
pub(crate) struct Writer<'a> {
    words: &'a mut [u64],
    pub(crate) used: usize,
    pub(crate) bias: usize,
}

impl Writer<'_> {
    /// The vaddr of the next word.
    #[inline(never)]
    fn here(&self) -> u64 {
        (self.words.as_ptr() as usize).wrapping_add(self.used * 8).wrapping_sub(self.bias) as u64
    }

    /// Writes a word at an index.
    pub(crate) fn set(&mut self, index: usize, word: u64) {
        if let Some(place) = self.words.get_mut(index) {
            *place = word;
        }
    }

    /// Sets bits of a word at an index.
    #[cfg(all(guest, not(std_start)))]
    pub(crate) fn set_bits(&mut self, index: usize, bits: u64) {
        if let Some(place) = self.words.get_mut(index) {
            *place |= bits;
        }
    }

    /// Writes a half of a word, counted from here; what was there.
    #[cfg(std_start)]
    pub(crate) fn exchange(&mut self, index: usize, half: u32) -> u32 {
        let Some(place) = self.words.get_mut(self.used + index / 2) else { return 0 };
        let shift = index % 2 * 32;
        let before = (*place >> shift) as u32;
        *place ^= u64::from(before ^ half) << shift;
        before
    }

    #[inline(never)]
    pub(crate) fn push(&mut self, word: u64) {
        self.set(self.used, word);
        self.used += 1;
    }

    #[inline(never)]
    pub(crate) fn pair(&mut self, first: u64, second: u64) {
        self.push(first);
        self.push(second);
    }

    /// Bytes at an offset from here, without going on; the offset after them.
    #[inline(never)]
    pub(crate) fn text(&mut self, offset: usize, bytes: &[u8]) -> usize {
        let places = pod::bytes_of_slice_mut(self.words).get_mut(self.used * 8 + offset..).unwrap_or_default();
        copy(places, bytes);
        offset + bytes.len()
    }

    pub(crate) fn dynamic(&mut self, tag: DynamicTag, value: u64) {
        self.pair(tag.0 as u64, value);
    }

    /// A header of the image's own, readable and writable.
    #[inline(never)]
    fn header(&mut self, kind: ProgramType, vaddr: u64, size: u64, align: u64) {
        self.pair(u64::from(kind.0) | u64::from(elf::PF_R.0 | elf::PF_W.0) << 32, 0);
        self.pair(vaddr, vaddr);
        self.pair(size, size);
        self.push(align);
    }
}

#[cfg(test)]
mod tests;
