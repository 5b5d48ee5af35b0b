use std::ffi::CString;
use std::vec::Vec;

use super::*;

const BIAS: usize = 1 << 40;
const LOCAL_VERSION: u16 = 0;
const GLOBAL_VERSION: u16 = 1;

/// A symbol: its name, version and value.
type Definition = (&'static str, u16, usize);

/// Tables of one bucket, as long as the test runs.
fn tables(definitions: &[Definition], change: impl Fn(&mut elf::Sym64<LE>)) -> Symbols {
    let (mut strings, mut symbols, mut values, mut versions) = (std::vec![0_u8], Vec::new(), Vec::new(), Vec::new());
    let mut bloom = 0_u64;
    for &(name, version, value) in [&("", 0, 0)].into_iter().chain(definitions) {
        let mut symbol = elf::Sym64::<LE>::default();
        symbol.st_name.set(LE, strings.len() as u32);
        symbol.set_st_info(elf::STB_GLOBAL, elf::STT_FUNC);
        symbol.st_shndx.set(LE, elf::SymbolSection(1));
        symbol.st_value.set(LE, value as u64);
        change(&mut symbol);
        let name = CString::new(name).expect("no NUL");
        let hash = Symbols::hash(&name);
        strings.extend(name.to_bytes_with_nul());
        bloom |= (1 << (hash % 64)) | (1 << ((hash >> 6) % 64));
        symbols.push(symbol);
        values.push(hash & !1);
        versions.push(version);
    }
    *values.last_mut().expect("one at least") |= 1;
    Symbols {
        bias: BIAS,
        bloom: Vec::leak(std::vec![bloom]).as_ptr(),
        bloom_mask: 0,
        bloom_shift: 6,
        bucket_count: 1,
        buckets: Vec::leak(std::vec![1]).as_ptr(),
        values: Vec::leak(values).as_ptr(),
        symbols: Vec::leak(symbols).as_ptr(),
        strings: Vec::leak(strings),
        versions: Vec::leak(versions).as_ptr(),
    }
}

fn find(symbols: &Symbols, name: &CStr) -> Option<usize> {
    symbols.find(name, Symbols::hash(name)).map(|address| address.as_ptr() as usize - BIAS)
}

fn found(definitions: &[Definition]) -> Option<usize> {
    find(&tables(definitions, |_| ()), c"name")
}

#[test]
fn hash_is_that_of_the_format() {
    for name in [c"", c"printf", c"_ZNSt8ios_base4InitC1Ev", c"\u{e9}"] {
        assert_eq!(Symbols::hash(name), elf::gnu_hash(name.to_bytes()));
    }
}

#[test]
fn the_definition_is_found() {
    assert_eq!(found(&[("other", 2, 0x10), ("name", 2, 0x20), ("another", 2, 0x30)]), Some(0x20));
    assert_eq!(found(&[("name", GLOBAL_VERSION, 0x20)]), Some(0x20));
    assert_eq!(found(&[("name", LOCAL_VERSION, 0x20)]), Some(0x20));
    assert_eq!(found(&[("name2", 2, 0x20), ("nam", 2, 0x20)]), None);
    let mut symbols = tables(&[("name", 7, 0x20)], |_| ());
    symbols.versions = core::ptr::null();
    assert_eq!(find(&symbols, c"name"), Some(0x20));
}

#[test]
fn hidden_versions_are_passed_over() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let all = [("name", HIDDEN | 2, 0x10), ("name", HIDDEN | 3, 0x20), ("name", 4, 0x30)];
        assert_eq!(found(&order.map(|index| all[index])), Some(0x30));
    }
    assert_eq!(found(&[("name", HIDDEN | 2, 0x10)]), None);
    assert_eq!(found(&[("name", HIDDEN | 2, 0x10), ("name", GLOBAL_VERSION, 0x20)]), Some(0x20));
}

#[test]
fn what_the_libcs_do_not_agree_on_is_not_found() {
    // glibc takes none of several, or that without a version; musl the first.
    assert_eq!(found(&[("name", 2, 0x10), ("name", 3, 0x20)]), None);
    assert_eq!(found(&[("name", 2, 0x10), ("name", GLOBAL_VERSION, 0x20)]), None);
    // glibc takes it, musl does not.
    assert_eq!(found(&[("name", HIDDEN | GLOBAL_VERSION, 0x10)]), None);
    assert_eq!(found(&[("name", HIDDEN | LOCAL_VERSION, 0x10), ("name", 2, 0x20)]), None);
}

#[test]
fn other_sorts_of_symbols_are_not_found() {
    let changed = |change: &dyn Fn(&mut elf::Sym64<LE>)| find(&tables(&[("name", 2, 0x20)], change), c"name");
    for kind in [elf::STT_NOTYPE, elf::STT_OBJECT, elf::STT_FUNC] {
        for bind in [elf::STB_GLOBAL, elf::STB_WEAK] {
            assert_eq!(changed(&|symbol| symbol.set_st_info(bind, kind)), Some(0x20));
        }
        for bind in [elf::STB_LOCAL, elf::STB_GNU_UNIQUE] {
            assert_eq!(changed(&|symbol| symbol.set_st_info(bind, kind)), None);
        }
    }
    for kind in [elf::STT_SECTION, elf::STT_FILE, elf::STT_COMMON, elf::STT_TLS, elf::STT_GNU_IFUNC] {
        assert_eq!(changed(&|symbol| symbol.set_st_info(elf::STB_GLOBAL, kind)), None);
    }
    for section in [elf::SHN_UNDEF, elf::SHN_ABS, elf::SHN_COMMON, elf::SHN_XINDEX] {
        assert_eq!(changed(&|symbol| symbol.st_shndx.set(LE, section)), None);
    }
    for visibility in [elf::STV_INTERNAL, elf::STV_HIDDEN, elf::STV_PROTECTED] {
        assert_eq!(changed(&|symbol| symbol.st_other = elf::SymbolOther(visibility.0)), None);
    }
    assert_eq!(changed(&|symbol| symbol.st_value.set(LE, 0)), None);
}

#[test]
fn tables_are_not_read_beyond() {
    // A filter that knows nothing, and names that end before they are long enough.
    let mut symbols = tables(&[("name", 2, 0x20)], |_| ());
    symbols.bloom = &0;
    assert_eq!(find(&symbols, c"name"), None);
    let mut symbols = tables(&[("name", 2, 0x20)], |_| ());
    symbols.strings = &symbols.strings[..symbols.strings.len() - 1];
    assert_eq!(find(&symbols, c"name"), None);
    // A chain that does not end.
    let mut symbols = tables(&[("name", 2, 0x20)], |_| ());
    symbols.values = Vec::leak(std::vec![2; LONGEST + 2]).as_ptr();
    assert_eq!(find(&symbols, c"name"), None);
}

/// A dynamic section at its place, and a hash table for it.
fn read(bias: usize, entries: &[(elf::DynamicTag, usize)]) -> Option<Symbols> {
    let entry = |&(tag, value): &(elf::DynamicTag, usize)| elf::Dyn64 {
        d_tag: object::I64::new(LE, tag),
        d_val: object::U64::new(LE, value as u64),
    };
    let section: Vec<_> = entries.iter().chain([&(elf::DT_NULL, 0)]).map(entry).collect();
    // SAFETY: a dynamic section that stays.
    unsafe { Symbols::read(&LinkMap { bias, name: core::ptr::null(), dynamic: Vec::leak(section).as_ptr() }) }
}

#[test]
fn addresses_and_offsets_are_told_apart() {
    let header = Vec::leak(std::vec![3_u32, 1, 2, 6, 0, 0, 0, 0, 0, 0, 0]).as_ptr() as usize;
    let bias = (header & !0xfff) - 0x1000_0000;
    let plain = |hash, size| {
        [(elf::DT_GNU_HASH, hash), (elf::DT_SYMTAB, 0x100), (elf::DT_STRTAB, bias + 0x200), (elf::DT_STRSZ, size)]
    };
    for hash in [header, header - bias] {
        let symbols = read(bias, &plain(hash, 9)).expect("tables");
        assert_eq!((symbols.symbols as usize, symbols.strings.as_ptr() as usize), (bias + 0x100, bias + 0x200));
        assert_eq!((symbols.strings.len(), symbols.bucket_count, symbols.bloom_mask), (9, 3, 1));
        assert_eq!((symbols.bloom as usize, symbols.buckets as usize), (header + 16, header + 32));
        assert_eq!((symbols.values as usize, symbols.versions as usize), (header + 32 + 12 - 4, 0));
        assert_eq!(symbols.strings.len(), 9);
    }
    // Neither, too large, incomplete; a filter, versions that are not all there.
    assert!(read(bias, &plain(bias + SPAN, 9)).is_none() && read(bias, &plain(SPAN, 9)).is_none());
    assert!(read(bias, &plain(header, SPAN)).is_none() && read(bias, &plain(header, 9)[1..]).is_none());
    let with = |more| read(bias, &[&plain(header, 9)[..], more].concat());
    assert!(with(&[(elf::DT_AUXILIARY, 1)]).is_none() && with(&[(elf::DT_FILTER, 1)]).is_none());
    assert!(with(&[(elf::DT_VERSYM, 0x300)]).is_none() && with(&[(elf::DT_VERDEF, 0x300)]).is_none());
    let versions = with(&[(elf::DT_VERSYM, 0x300), (elf::DT_VERNEED, 0x400)]).expect("tables");
    assert_eq!(versions.versions as usize, bias + 0x300);
    // Loaded at fixed addresses, or below those that it was linked for.
    assert!(read(0, &plain(header, 9)).is_none() && read(0usize.wrapping_sub(0x1000), &plain(header, 9)).is_none());
}
