//! An image as an interpreter reads it: headers, names, symbols, relocations, and the hash table by its own rules.

use std::ffi::CString;
use std::string::String;
use std::vec::Vec;
use std::{format, vec};

use object::elf::{Dyn64, Rela64, Sym64};

use super::*;
use crate::export::Exported;

const NEEDED: &str = "libone.so.1\0libtwo.so.2\0";
const INTERPRETER: &CStr = c"/lib64/ld-test.so.1";
const NO_EXPORTS: Exports<'static> = exports_of(&[], &[]);

const fn exports_of<'a>(program: &'a [Exported], mode: &'a [Exported]) -> Exports<'a> {
    Exports([program, mode])
}

fn contents<'a>(segments: &'a [Phdr], load_bias: Option<usize>, exports: Exports<'a>) -> Contents<'a> {
    Contents {
        needed: NEEDED,
        interpreter: INTERPRETER,
        segments,
        load_bias,
        tls: None,
        exports,
        #[cfg(std_start)]
        std: Std::NONE,
    }
}

/// A written image, read by its headers alone.
struct Read {
    memory: Vec<u64>,
    layout: Layout,
    bias: usize,
}

impl Read {
    fn new(contents: &Contents<'_>) -> Self {
        let mut memory = vec![0; size(contents).div_ceil(8)];
        let layout = write(&mut memory, contents).expect("room as `size` says");
        let bias = contents.load_bias.unwrap_or(memory.as_ptr() as usize);
        Self { memory, layout, bias }
    }

    /// `size` bytes at a vaddr, which lie in the image.
    fn bytes(&self, vaddr: u64, size: u64) -> &[u8] {
        let offset = (vaddr as usize).wrapping_add(self.bias) - self.memory.as_ptr() as usize;
        &pod::bytes_of_slice(&self.memory)[offset..offset + size as usize]
    }

    fn slice<T: pod::Pod>(&self, vaddr: u64, size: u64) -> &[T] {
        let count = size as usize / size_of::<T>();
        pod::slice_from_bytes(self.bytes(vaddr, size), count).expect("whole entries").0
    }

    fn headers(&self) -> &[Phdr] {
        assert_eq!(self.layout.headers, self.memory.as_ptr() as usize);
        let count = self.layout.header_count;
        pod::slice_from_bytes(pod::bytes_of_slice(&self.memory), count).expect("headers").0
    }

    fn header(&self, kind: ProgramType) -> &Phdr {
        self.headers().iter().find(|header| header.p_type.get(LE) == kind).expect("a header of this type")
    }

    fn dynamic(&self) -> &[Dyn64<LE>] {
        let header = self.header(elf::PT_DYNAMIC);
        self.slice(header.p_vaddr.get(LE), header.p_memsz.get(LE))
    }

    fn value(&self, tag: DynamicTag) -> u64 {
        let mut entries = self.dynamic().iter().filter(|entry| entry.d_tag.get(LE) == tag);
        let value = entries.next().expect("an entry with this tag").d_val.get(LE);
        assert!(entries.next().is_none(), "one such entry");
        value
    }

    fn string(&self, offset: u64) -> &CStr {
        let strings = self.bytes(self.value(elf::DT_STRTAB), self.value(elf::DT_STRSZ));
        CStr::from_bytes_until_nul(&strings[offset as usize..]).expect("a string in the table")
    }

    fn symbols(&self, exports: usize) -> &[Sym64<LE>] {
        assert_eq!(self.value(elf::DT_SYMENT), 24);
        self.slice(self.value(elf::DT_SYMTAB), (1 + slots::COUNT + exports) as u64 * 24)
    }

    /// A symbol's index by the hash table, as `do_lookup_x` of glibc's elf/dl-lookup.c finds it.
    #[cfg(not(std_start))]
    fn look_up(&self, name: &CStr, exports: usize) -> Option<usize> {
        let table = self.value(elf::DT_GNU_HASH);
        let word = |index: usize| u32::from_le_bytes(self.bytes(table + index as u64 * 4, 4).try_into().unwrap());
        let [buckets, first, filter, shift] = [0, 1, 2, 3].map(word);
        assert_eq!((buckets, first as usize), (1, 1 + slots::COUNT), "buckets and the first symbol in them");
        assert!(filter.is_power_of_two(), "a filter of {filter} words");
        let hash = name.to_bytes().iter().fold(5381_u32, |hash, &byte| hash.wrapping_mul(33).wrapping_add(byte.into()));
        let place = table + 16 + u64::from(hash / 64 % filter) * 8;
        let bits = u64::from_le_bytes(self.bytes(place, 8).try_into().unwrap());
        if bits >> (hash % 64) & bits >> ((hash >> shift) % 64) & 1 == 0 {
            return None;
        }
        let bucket = 4 + filter as usize * 2;
        let mut symbol = word(bucket) as usize;
        while symbol != 0 {
            let link = word(bucket + 1 + symbol - first as usize);
            let entry = &self.symbols(exports)[symbol];
            if (link ^ hash) >> 1 == 0 && self.string(entry.st_name.get(LE).into()) == name {
                return Some(symbol);
            }
            symbol = if link & 1 == 0 { symbol + 1 } else { 0 };
        }
        None
    }

    /// A symbol's index by the hash table, as `do_lookup_x` of glibc's elf/dl-lookup.c finds it.
    #[cfg(std_start)]
    fn look_up(&self, name: &CStr, exports: usize) -> Option<usize> {
        let table = self.value(elf::DT_HASH);
        let count = 1 + slots::COUNT + exports;
        let buckets = exports | 1;
        let words = (2 + buckets + count) as u64;
        let word =
            |index: usize| u32::from_le_bytes(self.bytes(table, words * 4)[index * 4..][..4].try_into().unwrap());
        assert_eq!((word(0), word(1)), (buckets as u32, count as u32), "buckets and links");
        let hash = name.to_bytes().iter().fold(0_u64, |hash, &byte| {
            let hash = (hash << 4) + u64::from(byte);
            (hash ^ (hash >> 24 & 0xf0)) & 0xfff_ffff // `_dl_elf_hash` of glibc's sysdeps/generic/dl-hash.h
        });
        let mut symbol = word(2 + hash as usize % buckets) as usize;
        while symbol != 0 {
            let entry = &self.symbols(exports)[symbol];
            if self.string(entry.st_name.get(LE).into()) == name {
                return Some(symbol);
            }
            symbol = word(2 + buckets + symbol) as usize;
        }
        None
    }
}

#[test]
fn a_program_of_its_own() {
    let tls = [1, 2, 3, 4];
    let image = Read::new(&Contents { tls: Some(&tls), ..contents(&[], None, NO_EXPORTS) });
    let headers = image.headers();
    let kinds: Vec<_> = headers.iter().map(|header| header.p_type.get(LE)).collect();
    let all = [elf::PT_PHDR, elf::PT_INTERP, elf::PT_LOAD, elf::PT_TLS, elf::PT_DYNAMIC, elf::PT_GNU_STACK];
    assert_eq!(kinds, all);
    // The load bias is taken from PT_PHDR alone.
    let bias = image.layout.headers.wrapping_sub(headers[0].p_vaddr.get(LE) as usize);
    assert_eq!(bias, image.bias);
    let load = image.header(elf::PT_LOAD);
    assert_eq!((load.p_vaddr.get(LE), load.p_memsz.get(LE) as usize), (0, size_of_val(&*image.memory)));
    assert_eq!(image.header(elf::PT_GNU_STACK).p_flags.get(LE).0 & elf::PF_X.0, 0);
    let header = image.header(elf::PT_TLS);
    assert_eq!((header.p_filesz.get(LE), header.p_memsz.get(LE), header.p_align.get(LE)), (32, 32, 16));
    assert_eq!(image.slice::<[u8; 8]>(header.p_vaddr.get(LE), 32).concat(), tls.map(u64::to_le_bytes).concat());
}

#[test]
fn names() {
    let image = Read::new(&contents(&[], None, NO_EXPORTS));
    let header = image.header(elf::PT_INTERP);
    let name = image.bytes(header.p_vaddr.get(LE), header.p_memsz.get(LE));
    assert_eq!(name, INTERPRETER.to_bytes_with_nul());
    assert_eq!(image.layout.interpreter, image.bias.wrapping_add(header.p_vaddr.get(LE) as usize));
    let needed = image.dynamic().iter().filter(|entry| entry.d_tag.get(LE) == elf::DT_NEEDED);
    let needed: Vec<_> = needed.map(|entry| image.string(entry.d_val.get(LE))).collect();
    assert_eq!(needed, [c"libone.so.1", c"libtwo.so.2"]);
    assert_eq!(image.dynamic().last().map(|entry| entry.d_tag.get(LE)), Some(elf::DT_NULL));
    assert_eq!(image.value(elf::DT_FLAGS), u64::from(elf::DF_BIND_NOW.0 as u32));
    assert_eq!(image.string(0), c"");
}

#[test]
fn slots_are_weak_and_each_has_its_relocation() {
    let image = Read::new(&contents(&[], None, NO_EXPORTS));
    let symbols = image.symbols(0);
    assert_eq!(pod::bytes_of(&symbols[0]), [0; 24]);
    for (symbol, name) in symbols[1..].iter().zip(Strings::new(slots::NAMES)) {
        assert_eq!(image.string(symbol.st_name.get(LE).into()), name);
        assert_eq!((symbol.st_info.0 >> 4, symbol.st_shndx.get(LE)), (elf::STB_WEAK.0, elf::SHN_UNDEF));
    }
    assert_eq!(image.value(elf::DT_RELAENT), 24);
    let relocations = image.slice::<Rela64<LE>>(image.value(elf::DT_RELA), image.value(elf::DT_RELASZ));
    assert_eq!(relocations.len(), slots::COUNT);
    for (index, relocation) in relocations.iter().enumerate() {
        assert_eq!((relocation.r_sym(LE, false), relocation.r_type(LE, false)), (1 + index as u32, arch::GLOB_DAT));
        let place = image.bias.wrapping_add(relocation.r_offset.get(LE) as usize);
        assert_eq!(place, image.layout.slots + index * 8);
        assert_eq!(image.bytes(relocation.r_offset.get(LE), 8), [0; 8]);
    }
    assert_eq!(slots::COUNT, Strings::new(slots::NAMES).count());
}

#[test]
fn a_static_programs_segments() {
    let segment = |kind: ProgramType, vaddr: u64| {
        let mut bytes = [0; 56];
        bytes[..4].copy_from_slice(&kind.0.to_le_bytes());
        bytes[16..24].copy_from_slice(&vaddr.to_le_bytes());
        *pod::from_bytes::<Phdr>(&bytes).expect("a header").0
    };
    let own = [
        segment(elf::PT_PHDR, 0x40),
        segment(elf::PT_LOAD, 0),
        segment(elf::PT_TLS, 0x100),
        segment(elf::PT_LOAD, 0x1000),
        segment(elf::PT_DYNAMIC, 0x1100),
        segment(elf::PT_NOTE, 0x200),
        segment(elf::PT_GNU_STACK, 0),
        segment(elf::PT_GNU_EH_FRAME, 0x300),
        segment(elf::PT_GNU_RELRO, 0x1000),
    ];
    for load_bias in [0, 0x5555_5555_0000] {
        let image = Read::new(&contents(&own, Some(load_bias), NO_EXPORTS));
        let shown: Vec<_> = image.headers().iter().map(|header| header.p_type.get(LE)).collect();
        let expected = [
            elf::PT_PHDR,
            elf::PT_INTERP,
            elf::PT_LOAD,
            elf::PT_TLS,
            elf::PT_LOAD,
            elf::PT_GNU_EH_FRAME,
            elf::PT_GNU_RELRO,
            elf::PT_DYNAMIC,
            elf::PT_GNU_STACK,
        ];
        assert_eq!(shown, expected);
        let bias = image.layout.headers.wrapping_sub(image.header(elf::PT_PHDR).p_vaddr.get(LE) as usize);
        assert_eq!(bias, load_bias);
        assert_eq!(image.headers()[3].p_vaddr.get(LE), 0x100);
    }
}

#[test]
fn exports_are_found_and_nothing_else() {
    for count in [0, 1, 2, 3, 64, 257] {
        let names: Vec<_> =
            (0..count).map(|index| CString::new(format!("export_{}", index * index)).unwrap()).collect();
        let names: &'static [CString] = names.leak(); // an export's name stays
        let exports: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(at, name)| Exported { name, code: (0x10000 + at * 16) as *const () })
            .collect();
        let (program, mode) = exports.split_at(if cfg!(guest) { count / 3 } else { count });
        let image = Read::new(&contents(&[], Some(0x1000), exports_of(program, mode)));
        for (index, name) in names.iter().enumerate() {
            let symbol = image.look_up(name, count).expect("an export");
            assert_eq!(symbol, 1 + slots::COUNT + index);
            let symbol = &image.symbols(count)[symbol];
            assert_eq!(symbol.st_value.get(LE) as usize + 0x1000, 0x10000 + index * 16);
            assert_eq!(symbol.st_info.0, elf::STB_GLOBAL.0 << 4 | elf::STT_FUNC.0);
            assert!(symbol.st_shndx.get(LE) != elf::SHN_UNDEF && symbol.st_shndx.get(LE) != elf::SHN_ABS);
        }
        for name in (0..500).map(|index| CString::new(format!("other_{index}")).unwrap()) {
            assert_eq!(image.look_up(&name, count), None);
        }
        // The slots are undefined: the interpreter must not take them for the host's.
        assert_eq!(image.look_up(c"dlopen", count), None);
        assert_eq!(image.look_up(c"", count), None);
    }
}

#[test]
fn too_little_room() {
    let name: String = "x".repeat(1000);
    let name: &'static CStr = CString::new(name).unwrap().leak_static();
    let exports: Vec<_> = (0..50).map(|_| Exported { name, code: core::ptr::null() }).collect();
    let contents = contents(&[], None, exports_of(&exports, &[]));
    let enough = size(&contents).div_ceil(8);
    let mut memory = vec![0; enough];
    assert!(write(&mut memory, &contents).is_some());
    let least = memory.iter().rposition(|&word| word != 0).map_or(0, |last| last + 1);
    for len in [0, 1, 10, 100, 1000, least - 1] {
        let mut memory = vec![0; len + 8];
        memory[len..].fill(u64::MAX);
        assert!(write(&mut memory[..len], &contents).is_none(), "{len} of {least} words");
        assert!(memory[len..].iter().all(|&word| word == u64::MAX));
    }
}

/// A C string that stays.
trait LeakStatic {
    fn leak_static(self) -> &'static CStr;
}

impl LeakStatic for CString {
    fn leak_static(self) -> &'static CStr {
        std::boxed::Box::leak(self.into_boxed_c_str())
    }
}
