//! The program's own dynamic section, which the interpreter is not shown: its relocations, and the symbols that its linker
//! has exported (`-rdynamic`). gABI ch. 5, "Dynamic Section", "Symbol Table", "Hash Table"; GNU hash tables as binutils'
//! `elflink.c` writes them.

use object::elf::{self, Dyn64, Rela64, Relr64, Sym64};
use object::{LittleEndian as LE, pod};

use crate::arch::{self, weak};
use crate::own;

/// What the dynamic section tells of.
pub(crate) struct Dynamic {
    pub(super) bias: usize,
    /// DT_RELA, and DT_JMPREL or what stands for it in a program that is not position-independent.
    pub(super) rela: [&'static [Rela64<LE>]; 2],
    pub(super) relr: &'static [Relr64<LE>],
    /// The exported symbols, without the null symbol.
    pub(super) symbols: &'static [Sym64<LE>],
    pub(super) strings: &'static [u8],
}

impl Dynamic {
    /// That of a program without one.
    pub(crate) const NONE: Self = Self { bias: 0, rela: [&[], &[]], relr: &[], symbols: &[], strings: &[] };

    pub(super) fn of_program() -> Self {
        let (segments, bias) = own::program_headers();
        let Some(dynamic) = segments.iter().find(|segment| segment.p_type.get(LE) == elf::PT_DYNAMIC) else {
            let (start, stop) = (weak!("__rela_iplt_start"), weak!("__rela_iplt_end"));
            // SAFETY: the linker's symbols around the table.
            let table = unsafe { slice(start, stop.saturating_sub(start)) };
            return Self { bias, rela: [table, &[]], ..Self::NONE };
        };
        // SAFETY: the program's own dynamic section and the tables that it names.
        unsafe {
            let at = |vaddr: u64| bias.wrapping_add(vaddr as usize);
            let dynamic = slice::<Dyn64<LE>>(at(dynamic.p_vaddr.get(LE)), dynamic.p_memsz.get(LE) as usize);
            let value =
                |tag| dynamic.iter().find(|entry| entry.d_tag.get(LE) == tag).map_or(0, |entry| entry.d_val.get(LE));
            let table = |tag| match value(tag) {
                0 => core::ptr::null(),
                vaddr => at(vaddr) as *const u32,
            };
            let count = symbol_count(table(elf::DT_HASH), table(elf::DT_GNU_HASH));
            let symbols = slice::<Sym64<LE>>(at(value(elf::DT_SYMTAB)), count * size_of::<Sym64<LE>>());
            Self {
                bias,
                rela: [
                    slice(at(value(elf::DT_RELA)), value(elf::DT_RELASZ) as usize),
                    slice(at(value(elf::DT_JMPREL)), value(elf::DT_PLTRELSZ) as usize),
                ],
                relr: slice(at(value(elf::DT_RELR)), value(elf::DT_RELRSZ) as usize),
                symbols: symbols.get(1..).unwrap_or_default(),
                strings: slice(at(value(elf::DT_STRTAB)), value(elf::DT_STRSZ) as usize),
            }
        }
    }

    /// All relocations of one kind: the place and the addend with the load bias.
    pub(super) fn of_kind(&self, kind: elf::RelocationType) -> impl Iterator<Item = (*mut usize, usize)> + '_ {
        self.rela.iter().copied().flatten().filter(move |relocation| relocation.r_type(LE, false) == kind).map(
            |relocation| {
                let place = self.bias.wrapping_add(relocation.r_offset.get(LE) as usize) as *mut usize;
                (place, self.bias.wrapping_add(relocation.r_addend.get(LE) as usize))
            },
        )
    }

    /// The relocations that name an exported symbol: GNU ld leaves some, of thread-local variables above all.
    pub(super) fn symbolic(&self) -> impl Iterator<Item = &'static Rela64<LE>> + use<> {
        self.rela.into_iter().flatten().filter(|relocation| {
            let kind = relocation.r_type(LE, false);
            relocation.r_sym(LE, false) != 0 && kind != arch::RELATIVE && kind != arch::IRELATIVE
        })
    }

    /// The name of an exported symbol, without its NUL.
    pub(super) fn name(&self, symbol: &Sym64<LE>) -> &'static [u8] {
        let text = self.strings.get(symbol.st_name.get(LE) as usize..).unwrap_or_default();
        text.split(|byte| *byte == 0).next().unwrap_or_default()
    }
}

/// Whether libraries may find an exported symbol.
pub(super) fn is_found(symbol: &Sym64<LE>) -> bool {
    symbol.st_shndx.get(LE) != elf::SHN_UNDEF && symbol.st_bind() != elf::STB_LOCAL
}

/// How many symbols there are, as one hash table or the other tells; null for none.
unsafe fn symbol_count(hash: *const u32, gnu_hash: *const u32) -> usize {
    // SAFETY: tables that the linker has written; each index is the table's own.
    unsafe {
        if !hash.is_null() {
            return hash.add(1).read() as usize; // as many as links
        }
        if gnu_hash.is_null() {
            return 0;
        }
        let word = |index: usize| gnu_hash.add(index).read() as usize;
        let (buckets, first, bloom) = (word(0), word(1), word(2));
        let bucket = 4 + 2 * bloom;
        let Some(mut last) = (bucket..bucket + buckets).map(word).max().filter(|last| *last >= first) else {
            return first;
        };
        // The last chain ends with an odd word.
        while word(bucket + buckets + last - first) & 1 == 0 {
            last += 1;
        }
        last + 1
    }
}

/// `size` bytes at `address` as a slice of `T`.
unsafe fn slice<'a, T: pod::Pod>(address: usize, size: usize) -> &'a [T] {
    if size == 0 {
        return &[];
    }
    // SAFETY: the caller's; these types have no alignment and no invalid values.
    unsafe { core::slice::from_raw_parts(address as *const T, size / size_of::<T>()) }
}
