//! The program image: the headers, dynamic section, symbols and relocations that the interpreter is shown as "the main
//! program" (System V gABI ch. 5, "Dynamic Linking"). Written into a slice; nothing here maps or jumps.

use core::ffi::CStr;
use core::sync::atomic::AtomicUsize;

use object::elf::{self, Dyn64, ProgramType, Rela64, Sym64};
use object::{LittleEndian as LE, U16, U32, U64, I64, pod};

use crate::arch;
use crate::elf::Phdr;
use crate::export::{self, Exported, defined};
use crate::slots;
use crate::std_start::Import;

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
    /// Load bias of those segments; `None` gives the image a segment and a TLS block of its own.
    pub(crate) load_bias: Option<usize>,
    /// Functions that libraries find in the program.
    pub(crate) exports: &'a [Exported],
    /// What a std program without a libc imports; nothing for others.
    pub(crate) std: Std<'a>,
}

/// What the image says of a std program without a libc.
#[derive(Default)]
pub(crate) struct Std<'a> {
    pub(crate) imports: &'a [Import],
    /// Whether variables that not every libc has are copied: only glibc puts up with missing ones.
    pub(crate) copies_all: bool,
    /// Address and bytes of the program's destructors (DT_FINI_ARRAY).
    pub(crate) destructors: (usize, usize),
}

impl<'a> Std<'a> {
    fn functions(&self) -> impl Iterator<Item = &'a Import> + use<'a> {
        self.imports.iter().filter(|import| !import.is_data())
    }

    fn data(&self) -> impl Iterator<Item = &'a Import> + use<'a> {
        self.imports.iter().filter(|import| import.is_data())
    }
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

/// Bytes that an image with these exports can need at most.
pub(crate) fn size(contents: &Contents<'_>) -> usize {
    let names: usize = contents.exports.iter().map(|export| export.name.count_bytes() + 1).sum();
    let imports: usize = contents.std.imports.iter().flat_map(Import::names).map(|name| name.count_bytes() + 1 + 64).sum();
    8192 + names + imports + contents.exports.len() * 64 + contents.segments.len() * size_of::<Phdr>()
}

/// Writes the image into `memory`, which is zeroed, page-aligned, and will stay at its address; `None` when it does not
/// fit.
pub(crate) fn write(memory: &mut [u8], contents: &Contents<'_>) -> Option<Layout> {
    let base = memory.as_ptr() as usize;
    let len = memory.len();
    let bias = contents.load_bias.unwrap_or(base);
    let mut writer = Writer { memory, used: 0, base, bias };

    // The headers come first; their number is known only at the end.
    let header_room = contents.segments.len() + 6;
    let headers = writer.reserve(header_room * size_of::<Phdr>(), 8)?;

    let interpreter = writer.bytes(contents.interpreter, 1)?;
    let strings = export::write_strings(&mut writer, contents)?;
    let symbols = write_symbols(&mut writer, &strings, contents, bias)?;
    let hash = export::write_gnu_hash(&mut writer, contents)?;
    let slot_table = writer.reserve(slots::COUNT * 8, 8)?;
    let relocations = write_relocations(&mut writer, contents, slot_table, bias)?;
    let dynamic = write_dynamic(&mut writer, contents, &[
        (elf::DT_STRTAB, strings.table.vaddr),
        (elf::DT_STRSZ, strings.table.len),
        (elf::DT_SYMTAB, symbols.vaddr),
        (elf::DT_SYMENT, size_of::<Sym64<LE>>()),
        (elf::DT_GNU_HASH, hash.vaddr),
        (elf::DT_RELA, relocations.vaddr),
        (elf::DT_RELASZ, relocations.len),
        (elf::DT_RELAENT, size_of::<Rela64<LE>>()),
    ], &strings.needed)?;

    let mut table = Headers { writer, at: headers.offset, count: 0 };
    table.push(elf::PT_PHDR, elf::PF_R, headers.vaddr, header_room * size_of::<Phdr>(), 8)?;
    table.push(elf::PT_INTERP, elf::PF_R, interpreter.vaddr, interpreter.len, 1)?;
    if contents.load_bias.is_none() {
        table.push(elf::PT_LOAD, elf::ProgramFlags(elf::PF_R.0 | elf::PF_W.0), 0, len, 4096)?;
        let (size, align) = (crate::guest::area::SIZE, crate::guest::area::ALIGN);
        let tls = table.writer.reserve(0, align)?;
        table.push_tls(tls.vaddr, size, align)?;
    }
    for segment in contents.segments.iter().filter(|segment| is_shown(segment)) {
        table.copy(segment)?;
    }
    table.push(elf::PT_DYNAMIC, elf::ProgramFlags(elf::PF_R.0 | elf::PF_W.0), dynamic.vaddr, dynamic.len, 8)?;
    // Without this one glibc takes the stack to be executable.
    table.push(elf::PT_GNU_STACK, elf::ProgramFlags(elf::PF_R.0 | elf::PF_W.0), 0, 0, 16)?;
    Some(Layout {
        headers: base + headers.offset,
        header_count: table.count,
        slots: base + slot_table.offset,
    })
}

/// Whether the interpreter is to know a segment of the static program: where it is, its TLS, its unwind tables, its
/// RELRO.
fn is_shown(segment: &Phdr) -> bool {
    let kind = segment.p_type.get(LE);
    [elf::PT_LOAD, elf::PT_TLS, elf::PT_GNU_EH_FRAME, elf::PT_GNU_RELRO].contains(&kind)
}

/// The null symbol, a weak undefined one per slot and imported function (absent ones stay 0), the exports, and the copies
/// of imported variables. Unversioned: a newer or older host must not refuse the program.
fn write_symbols(
    writer: &mut Writer<'_>,
    strings: &export::Strings,
    contents: &Contents<'_>,
    bias: usize,
) -> Option<Part> {
    let entry = size_of::<Sym64<LE>>();
    let undefined = slots::COUNT + contents.std.functions().count();
    let table = writer.reserve((1 + undefined + defined(contents).count()) * entry, 8)?;
    let symbol = |name: usize, info: elf::SymbolInfo, section: elf::SymbolSection, value: usize, size: u32| Sym64::<LE> {
        st_name: U32::new(LE, name as u32),
        st_info: info,
        st_other: elf::SymbolOther(0),
        st_shndx: U16::new(LE, section),
        st_value: U64::new(LE, value as u64),
        st_size: U64::new(LE, size.into()),
    };
    let weak = |kind: elf::SymbolType| elf::SymbolInfo(elf::STB_WEAK.0 << 4 | kind.0);
    for index in 0..slots::COUNT {
        let name = strings.slots + slots::name_offset(index);
        let undefined = symbol(name, weak(elf::STT_NOTYPE), elf::SHN_UNDEF, 0, 0);
        writer.put(table.offset + (1 + index) * entry, pod::bytes_of(&undefined))?;
    }
    let mut string = strings.imports;
    for (index, import) in contents.std.functions().enumerate() {
        let undefined = symbol(string, weak(elf::STT_NOTYPE), elf::SHN_UNDEF, 0, 0);
        string += import.name().count_bytes() + 1;
        writer.put(table.offset + (1 + slots::COUNT + index) * entry, pod::bytes_of(&undefined))?;
    }
    let mut string = strings.defined;
    for (index, known) in defined(contents).enumerate() {
        // Weak data: glibc's R_*_COPY then puts up with a libc that has no such variable.
        let info = match known.size {
            0 => elf::SymbolInfo(elf::STB_GLOBAL.0 << 4 | elf::STT_FUNC.0),
            _ => weak(elf::STT_OBJECT),
        };
        // Any section that is neither undefined nor absolute: the value then moves with the load bias.
        let value = known.address.wrapping_sub(bias);
        let defined = symbol(string, info, elf::SymbolSection(1), value, known.size);
        string += known.name.count_bytes() + 1;
        writer.put(table.offset + (1 + undefined + index) * entry, pod::bytes_of(&defined))?;
    }
    Some(table)
}

/// A relocation per slot, per imported function, and a copy per imported variable.
fn write_relocations(writer: &mut Writer<'_>, contents: &Contents<'_>, slot_table: Part, bias: usize) -> Option<Part> {
    let entry = size_of::<Rela64<LE>>();
    let std = &contents.std;
    let table = writer.reserve((slots::COUNT + std.imports.len()) * entry, 8)?;
    let mut next = table.offset;
    let mut push = |place: usize, symbol: usize, kind: elf::RelocationType| {
        let relocation = Rela64::<LE> {
            r_offset: U64::new(LE, place as u64),
            r_info: Rela64::r_info(LE, false, symbol as u32, kind),
            r_addend: I64::new(LE, 0),
        };
        writer.put(next, pod::bytes_of(&relocation))?;
        next += entry;
        Some(())
    };
    for index in 0..slots::COUNT {
        push(slot_table.vaddr.wrapping_add(index * 8), 1 + index, arch::GLOB_DAT)?;
    }
    let mut symbol = 1 + slots::COUNT;
    for import in std.functions() {
        push(import.slot_address().wrapping_sub(bias), symbol, arch::GLOB_DAT)?;
        symbol += 1;
    }
    symbol += contents.exports.len();
    for import in std.data() {
        if std.copies_all || !import.is_not_everywhere() {
            push(import.address().wrapping_sub(bias), symbol, arch::COPY)?;
        }
        symbol += import.names().count();
    }
    Some(Part { len: next - table.offset, ..table })
}

fn write_dynamic(
    writer: &mut Writer<'_>,
    contents: &Contents<'_>,
    entries: &[(elf::DynamicTag, usize)],
    needed: &[usize],
) -> Option<Part> {
    let entry = size_of::<Dyn64<LE>>();
    // DT_FINI_ARRAY, its size, DT_FLAGS, DT_DEBUG (the interpreter stores there) and DT_NULL beside the given ones.
    let table = writer.reserve((contents.needed.len() + entries.len() + 5) * entry, 8)?;
    let needed = needed.iter().take(contents.needed.len()).map(|&name| (elf::DT_NEEDED, name));
    let flags = (elf::DT_FLAGS, elf::DF_BIND_NOW.0 as usize);
    let (fini, fini_size) = contents.std.destructors;
    let bias = contents.load_bias.unwrap_or(0);
    let destructors = [(elf::DT_FINI_ARRAY, fini.wrapping_sub(bias)), (elf::DT_FINI_ARRAYSZ, fini_size)];
    let all = needed
        .chain(entries.iter().copied())
        .chain(destructors.into_iter().filter(|_| fini_size != 0))
        .chain([flags, (elf::DT_DEBUG, 0), (elf::DT_NULL, 0)]);
    for (index, (tag, value)) in all.enumerate() {
        let dynamic = Dyn64::<LE> { d_tag: I64::new(LE, tag), d_val: U64::new(LE, value as u64) };
        writer.put(table.offset + index * entry, pod::bytes_of(&dynamic))?;
    }
    Some(table)
}

/// A written part of the image.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) offset: usize,
    pub(crate) vaddr: usize,
    pub(crate) len: usize,
}

/// Lays parts out one after another.
pub(crate) struct Writer<'a> {
    memory: &'a mut [u8],
    used: usize,
    base: usize,
    bias: usize,
}

impl Writer<'_> {
    /// Room for `len` bytes, zero until written.
    pub(crate) fn reserve(&mut self, len: usize, align: usize) -> Option<Part> {
        let offset = self.used.next_multiple_of(align);
        self.used = offset.checked_add(len).filter(|&end| end <= self.memory.len())?;
        Some(Part { offset, vaddr: self.base.wrapping_add(offset).wrapping_sub(self.bias), len })
    }

    pub(crate) fn put(&mut self, offset: usize, bytes: &[u8]) -> Option<()> {
        self.memory.get_mut(offset..offset.checked_add(bytes.len())?)?.copy_from_slice(bytes);
        Some(())
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8], align: usize) -> Option<Part> {
        let part = self.reserve(bytes.len(), align)?;
        self.put(part.offset, bytes)?;
        Some(part)
    }
}

/// The program header table, filled from its start.
struct Headers<'a> {
    writer: Writer<'a>,
    at: usize,
    count: usize,
}

impl Headers<'_> {
    fn push(
        &mut self,
        kind: ProgramType,
        flags: elf::ProgramFlags,
        vaddr: usize,
        size: usize,
        align: usize,
    ) -> Option<()> {
        self.put(kind, flags, vaddr, size, size, align)
    }

    /// Thread-local storage that begins as zeros.
    fn push_tls(&mut self, vaddr: usize, size: usize, align: usize) -> Option<()> {
        self.put(elf::PT_TLS, elf::PF_R, vaddr, 0, size, align)
    }

    fn put(
        &mut self,
        kind: ProgramType,
        flags: elf::ProgramFlags,
        vaddr: usize,
        in_file: usize,
        in_memory: usize,
        align: usize,
    ) -> Option<()> {
        let word = |value: usize| U64::new(LE, value as u64);
        self.copy(&Phdr {
            p_type: U32::new(LE, kind),
            p_flags: U32::new(LE, flags),
            p_offset: word(0),
            p_vaddr: word(vaddr),
            p_paddr: word(vaddr),
            p_filesz: word(in_file),
            p_memsz: word(in_memory),
            p_align: word(align),
        })
    }

    fn copy(&mut self, header: &Phdr) -> Option<()> {
        self.writer.put(self.at + self.count * size_of::<Phdr>(), pod::bytes_of(header))?;
        self.count += 1;
        Some(())
    }
}
