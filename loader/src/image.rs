//! The program image: the headers, dynamic section, symbols and relocations that the interpreter is shown as "the main
//! program" (System V gABI ch. 4 and 5). Written into a slice of words; nothing here maps or jumps.

use core::ffi::CStr;
use core::sync::atomic::AtomicUsize;

use object::LittleEndian as LE;
use object::elf::{self, ProgramType};
use object::pod;

use crate::arch;
use crate::elf::Phdr;
use crate::export::{self, Exports};
use crate::slots;

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
    /// Libraries to load (DT_NEEDED).
    pub(crate) needed: &'a [&'a CStr],
    /// The interpreter's file name (PT_INTERP), NUL-terminated.
    pub(crate) interpreter: &'a [u8],
    /// The static program's own segments in adopted mode.
    pub(crate) segments: &'a [Phdr],
    /// Load bias of those segments; `None` gives the image a segment of its own.
    pub(crate) load_bias: Option<usize>,
    /// The initial words of a thread-local block of the image's own, which is aligned to 16 bytes.
    pub(crate) tls: Option<&'a [u64]>,
    /// Functions that libraries find in the program.
    pub(crate) exports: Exports<'a>,
}

/// Where the parts of a written image are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Layout {
    /// Address of the program headers, and their number.
    pub(crate) headers: usize,
    pub(crate) header_count: usize,
    /// Address of the slots, `slots::COUNT` words.
    pub(crate) slots: usize,
}

/// Bytes that an image with these contents needs at most.
pub(crate) fn size(contents: &Contents<'_>) -> usize {
    let mut size = 4096 + size_of_val(contents.segments);
    for export in contents.exports.iter() {
        size += export.name.count_bytes() + 1 + (SYMBOL + 1) * 8;
    }
    size
}

/// Words of a program header, a symbol and a relocation.
const HEADER: usize = 7;
const SYMBOL: usize = 3;
const RELOCATION: usize = 3;
/// Headers beside those of the static program's segments.
const OWN_HEADERS: usize = 6;
const READ_WRITE: u32 = elf::PF_R.0 | elf::PF_W.0;

/// Writes the image into `memory`, which is zeroed, page-aligned, and will stay at its address; `None` when it does not
/// fit.
pub(crate) fn write(memory: &mut [u64], contents: &Contents<'_>) -> Option<Layout> {
    let base = memory.as_ptr() as usize;
    let len = size_of_val(memory);
    let bias = contents.load_bias.unwrap_or(base);
    // The headers come first, and are written last.
    let header_room = (contents.segments.len() + OWN_HEADERS) * HEADER;
    let mut writer = Writer { words: memory, used: header_room, base, bias };

    let interpreter = writer.here();
    writer.bytes(contents.interpreter);
    let strings = writer.here();
    let names = export::write_strings(&mut writer, contents);
    let strings_end = writer.here();

    let symbols = writer.here();
    write_symbols(&mut writer, &names, contents.exports);
    let hash = writer.here();
    export::write_gnu_hash(&mut writer, contents.exports);
    let slot_table = writer.here();
    writer.used += slots::COUNT;
    let relocations = writer.here();
    for index in 0..slots::COUNT {
        let symbol = (1 + index as u64) << 32;
        writer.push(&[slot_table + index as u64 * 8, symbol | u64::from(arch::GLOB_DAT.0), 0]);
    }

    let dynamic = writer.here();
    for &name in names.needed.iter().take(contents.needed.len()) {
        writer.push(&[elf::DT_NEEDED.0 as u64, name]);
    }
    writer.push(&[
        elf::DT_STRTAB.0 as u64,
        strings,
        elf::DT_STRSZ.0 as u64,
        strings_end.wrapping_sub(strings),
        elf::DT_SYMTAB.0 as u64,
        symbols,
        elf::DT_SYMENT.0 as u64,
        SYMBOL as u64 * 8,
        elf::DT_GNU_HASH.0 as u64,
        hash,
        elf::DT_RELA.0 as u64,
        relocations,
        elf::DT_RELASZ.0 as u64,
        (slots::COUNT * RELOCATION * 8) as u64,
        elf::DT_RELAENT.0 as u64,
        RELOCATION as u64 * 8,
        elf::DT_FLAGS.0 as u64,
        elf::DF_BIND_NOW.0,
        elf::DT_DEBUG.0 as u64, // the interpreter stores its list of libraries there, for debuggers
        0,
        elf::DT_NULL.0 as u64,
        0,
    ]);
    let dynamic_size = writer.here().wrapping_sub(dynamic);
    writer.used = writer.used.next_multiple_of(2);
    let tls = writer.here();
    writer.push(contents.tls.unwrap_or_default());
    let used = writer.used;

    writer.used = 0;
    let headers = writer.here();
    writer.header(elf::PT_PHDR, READ_WRITE, headers, [header_room as u64 * 8; 2], 8);
    let name_size = contents.interpreter.len() as u64;
    writer.header(elf::PT_INTERP, READ_WRITE, interpreter, [name_size; 2], 1);
    if contents.load_bias.is_none() {
        writer.header(elf::PT_LOAD, READ_WRITE, 0, [len as u64; 2], 4096);
    }
    if let Some(words) = contents.tls {
        writer.header(elf::PT_TLS, READ_WRITE, tls, [size_of_val(words) as u64; 2], 16);
    }
    for segment in contents.segments {
        let kind = segment.p_type.get(LE);
        if is_shown(kind) {
            let sizes = [segment.p_filesz.get(LE), segment.p_memsz.get(LE)];
            let flags = segment.p_flags.get(LE).0;
            writer.header(kind, flags, segment.p_vaddr.get(LE), sizes, segment.p_align.get(LE));
        }
    }
    writer.header(elf::PT_DYNAMIC, READ_WRITE, dynamic, [dynamic_size; 2], 8);
    // Without this one glibc takes the stack to be executable.
    writer.header(elf::PT_GNU_STACK, READ_WRITE, 0, [0; 2], 16);

    let layout =
        Layout { headers: base, header_count: writer.used / HEADER, slots: (slot_table as usize).wrapping_add(bias) };
    (used * 8 <= len).then_some(layout)
}

/// Whether the interpreter is to know a segment of the static program: where it is, its TLS, its unwind tables, its
/// RELRO.
fn is_shown(kind: ProgramType) -> bool {
    matches!(kind, elf::PT_LOAD | elf::PT_TLS | elf::PT_GNU_EH_FRAME | elf::PT_GNU_RELRO)
}

/// The null symbol, a weak undefined one per slot (absent ones stay 0), and the exports. Unversioned: a newer or older
/// host must not refuse the program.
fn write_symbols(writer: &mut Writer<'_>, names: &export::Names, exports: Exports<'_>) {
    const WEAK: u64 = (elf::STB_WEAK.0 as u64) << 4;
    const GLOBAL_FUNCTION: u64 = (elf::STB_GLOBAL.0 as u64) << 4 | elf::STT_FUNC.0 as u64;
    /// Any section that is neither undefined nor absolute: the value then moves with the load bias.
    const DEFINED: u64 = 1;
    writer.push(&[0; SYMBOL]);
    let mut name = names.slots;
    for text in slots::NAMES.split_inclusive('\0') {
        writer.push(&[name | WEAK << 32, 0, 0]);
        name += text.len() as u64;
    }
    for export in exports.iter() {
        let value = (export.code as usize).wrapping_sub(writer.bias);
        writer.push(&[name | GLOBAL_FUNCTION << 32 | DEFINED << 48, value as u64, 0]);
        name += export.name.count_bytes() as u64 + 1;
    }
}

/// Lays words out one after another. What does not fit is counted and left out.
pub(crate) struct Writer<'a> {
    words: &'a mut [u64],
    used: usize,
    base: usize,
    bias: usize,
}

impl Writer<'_> {
    /// The vaddr of the next word.
    #[inline(never)]
    pub(crate) fn here(&self) -> u64 {
        (self.base + self.used * 8).wrapping_sub(self.bias) as u64
    }

    #[inline(never)]
    pub(crate) fn push(&mut self, words: &[u64]) {
        for &word in words {
            if let Some(place) = self.words.get_mut(self.used) {
                *place = word;
            }
            self.used += 1;
        }
    }

    /// Bytes, padded to whole words.
    #[inline(never)]
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.append(0, bytes);
        self.used += bytes.len().div_ceil(8);
    }

    /// Bytes at an offset from here, without going on.
    #[inline(never)]
    pub(crate) fn append(&mut self, offset: usize, bytes: &[u8]) {
        let start = self.used * 8 + offset;
        let places = pod::bytes_of_slice_mut(self.words).iter_mut().skip(start);
        for (place, byte) in places.zip(bytes) {
            *place = *byte;
        }
    }

    /// Goes on after `len` bytes appended.
    pub(crate) fn advance(&mut self, len: usize) {
        self.used += len.div_ceil(8);
    }

    fn header(&mut self, kind: ProgramType, flags: u32, vaddr: u64, sizes: [u64; 2], align: u64) {
        let [in_file, in_memory] = sizes;
        self.push(&[u64::from(kind.0) | u64::from(flags) << 32, 0, vaddr, vaddr, in_file, in_memory, align]);
    }
}
