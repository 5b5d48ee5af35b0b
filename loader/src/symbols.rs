//! A library's own symbols, looked up in its tables where that gives what the host's `dlsym` would, in less time.
//!
//! # Why it is the same
//!
//! `dlsym` of a library's handle looks into the library, then into those that it needs, and takes the first that has the
//! symbol: glibc `elf/dl-sym.c` (`do_sym`) and `elf/dl-lookup.c` (`do_lookup_x`, `check_match`), musl `ldso/dynlink.c`
//! (`do_dlsym`, `find_sym2`). So what the library itself defines is the answer, and what others define does not matter.
//! [`Symbols::find`] gives an address only if both libcs take that definition, and none where it is not certain; then
//! `dlsym` is asked. It is certain under these conditions, all of which are checked:
//!
//! - The library comes first in its own scope. DT_FILTER and DT_AUXILIARY would put another before it (glibc
//!   `elf/dl-deps.c`).
//! - The host looks into the same table. Both libcs prefer DT_GNU_HASH to DT_HASH; a library without it is not taken.
//! - A definition that has another version than the first two and is hidden (`foo@V1`) is passed over by both: by glibc because of
//!   DL_LOOKUP_RETURN_NEWEST, by musl because of the sign. One that is hidden and has none of the library's versions is taken by
//!   one of them only: not certain. glibc looks at versions if the library defines or needs any, musl if it has DT_VERSYM; a
//!   library that has one without the other is not taken.
//! - Of the other definitions under that name there is one. Both take the first that has no version; if all have one, glibc
//!   takes the only one, and none of several.
//! - It is a function, an object or of no type, global or weak, of default visibility, in a section, its value not zero. Both
//!   libcs then add the load bias. Not so for IFUNCs (glibc calls them), thread-local variables, absolute and
//!   unique symbols; and glibc alone passes over what is hidden or internal.
//! - `dlsym` is the libc's own, and nothing changes what it finds: [`plain`] has the conditions.
//!
//! Tables are trusted as the dynamic linker trusts them, which reads the same ones.

use core::ffi::{CStr, c_void};
use core::ptr::NonNull;

use object::LittleEndian as LE;
use object::elf;

use crate::dl::Handle;
use crate::host::Host;

mod plain;

/// dlinfo(3): the library's link map.
const RTLD_DI_LINKMAP: usize = 2;
/// More definitions than this are never in one bucket; a chain that does not end is left.
const LONGEST: usize = 1 << 16;
/// No library's tables are further than this from its load bias.
const SPAN: usize = 1 << 32;

/// The public part of `struct link_map` (`<link.h>`), the same in glibc and musl.
#[repr(C)]
struct LinkMap {
    bias: usize,
    name: *const u8,
    dynamic: *const elf::Dyn64<LE>,
}

/// The tables of a library that is never closed.
#[derive(Clone, Copy, Debug)]
pub struct Symbols {
    bias: usize,
    bloom: *const u64,
    /// The number of words, less one: of ones alone.
    bloom_mask: u32,
    bloom_shift: u32,
    bucket_count: u32,
    buckets: *const u32,
    /// The hash values of the symbols, as if there were one for the first.
    values: *const u32,
    symbols: *const elf::Sym64<LE>,
    strings: &'static [u8],
    /// Null where there are no versions.
    versions: *const u16,
}

impl Host {
    /// The library's own symbols; none where looking there is not certain to give what `dlsym` would.
    #[doc(hidden)]
    #[inline(never)]
    pub fn symbols(&self, library: Handle) -> Option<Symbols> {
        Symbols::of(self, plain::dlinfo(self)?, library)
    }
}

impl Symbols {
    fn of(host: &Host, dlinfo: usize, library: Handle) -> Option<Self> {
        let mut map: *const LinkMap = core::ptr::null();
        // SAFETY: dlinfo(3) with an open library, which is never closed; it fills in a link map that stays as long.
        unsafe {
            let arguments = [library.as_raw() as usize, RTLD_DI_LINKMAP, &raw mut map as usize, 0];
            if host.call_at(dlinfo, arguments) as i32 != 0 {
                return None;
            }
            Self::read(map.as_ref()?)
        }
    }

    /// The tables that a dynamic section names.
    ///
    /// # Safety
    /// The link map of a loaded library, which stays.
    unsafe fn read(map: &LinkMap) -> Option<Self> {
        let bias = map.bias;
        // The tables come before the dynamic section, or little after. Where that is nearer to the load bias than the bias is
        // to zero, a number is an offset or an address, and never both.
        let span = bias.min(SPAN);
        if (map.dynamic as usize).wrapping_sub(bias) >= span {
            return None; // a program of fixed addresses, or prelinked
        }
        // glibc adds the load bias to these entries where the section can be written (`elf/get-dynamic-info.h`), musl
        // nowhere.
        let address = |value: u64| match value as usize {
            offset if offset < span => Some(bias.wrapping_add(offset)),
            address => (address.wrapping_sub(bias) < span).then_some(address),
        };
        let (mut hash, mut symbols, mut strings, mut versions) = (0, 0, 0, 0);
        let (mut strings_size, mut has_versions) = (0, false);
        let mut entry = map.dynamic;
        // SAFETY: the dynamic section, which ends with DT_NULL.
        while let Some(elf::Dyn64 { d_tag, d_val }) = unsafe { entry.as_ref() } {
            match d_tag.get(LE) {
                elf::DT_NULL => break,
                elf::DT_GNU_HASH => hash = address(d_val.get(LE))?,
                elf::DT_SYMTAB => symbols = address(d_val.get(LE))?,
                elf::DT_STRTAB => strings = address(d_val.get(LE))?,
                elf::DT_STRSZ => strings_size = d_val.get(LE) as usize,
                elf::DT_VERSYM => versions = address(d_val.get(LE))?,
                elf::DT_VERDEF | elf::DT_VERNEED => has_versions = true,
                elf::DT_AUXILIARY | elf::DT_FILTER => return None,
                _ => {}
            }
            entry = entry.wrapping_add(1);
        }
        if hash == 0 || symbols == 0 || strings == 0 || strings_size >= SPAN || (versions != 0) != has_versions {
            return None;
        }
        // SAFETY: the hash table's header, four words.
        let header = unsafe { &*(hash as *const elf::GnuHashHeader<LE>) };
        let (bloom_count, bloom_shift) = (header.bloom_count.get(LE), header.bloom_shift.get(LE));
        let (first, bucket_count) = (header.symbol_base.get(LE), header.bucket_count.get(LE));
        if bucket_count == 0 || !bloom_count.is_power_of_two() || bloom_shift >= u32::BITS {
            return None;
        }
        let bloom = (hash + size_of_val(header)) as *const u64;
        let buckets: *const u32 = bloom.wrapping_add(bloom_count as usize).cast();
        Some(Self {
            bias,
            bloom,
            bloom_mask: bloom_count - 1,
            bloom_shift,
            bucket_count,
            buckets,
            values: buckets.wrapping_add(bucket_count as usize).wrapping_sub(first as usize),
            symbols: symbols as *const elf::Sym64<LE>,
            // SAFETY: the table of names, which stays.
            strings: unsafe { core::slice::from_raw_parts(strings as *const u8, strings_size) },
            versions: versions as *const u16,
        })
    }

    /// The hash of a name in DT_GNU_HASH: Bernstein's.
    pub const fn hash(name: &CStr) -> u32 {
        let (bytes, mut hash, mut index) = (name.to_bytes(), 5381_u32, 0);
        while index < bytes.len() {
            hash = hash.wrapping_mul(33).wrapping_add(bytes[index] as u32);
            index += 1;
        }
        hash
    }

    /// The address of a symbol by its name and the name's hash, if it is certain.
    #[inline]
    pub fn find(&self, name: &CStr, hash: u32) -> Option<NonNull<c_void>> {
        // SAFETY: the tables of a loaded library (`read`), whose hash table has values and symbols for what it names.
        unsafe {
            let word = *self.bloom.add(((hash / u64::BITS) & self.bloom_mask) as usize);
            let (one, other) = (word >> (hash % u64::BITS), word >> ((hash >> self.bloom_shift) % u64::BITS));
            if one & other & 1 == 0 {
                return None;
            }
            let first = *self.buckets.add((hash % self.bucket_count) as usize) as usize;
            if first == 0 {
                return None;
            }
            let mut found = None;
            for index in first..first + LONGEST {
                let value = *self.values.wrapping_add(index);
                if (value ^ hash) >> 1 == 0 && self.is_named(index, name) {
                    match self.version(index) {
                        VERSION..HIDDEN if found.is_none() => found = Some(self.address(index)?),
                        ..VERSION if found.is_none() => return self.address(index),
                        HIDDEN_VERSION.. => {}
                        _ => return None,
                    }
                }
                if value & 1 != 0 {
                    return found;
                }
            }
            None
        }
    }

    /// # Safety
    /// There is a symbol with this index.
    #[inline]
    unsafe fn is_named(&self, index: usize, name: &CStr) -> bool {
        // SAFETY: the caller's.
        let start = unsafe { (*self.symbols.add(index)).st_name.get(LE) } as usize;
        let name = name.to_bytes_with_nul();
        self.strings.get(start..start + name.len()) == Some(name)
    }

    /// # Safety
    /// There is a symbol with this index.
    #[inline]
    unsafe fn version(&self, index: usize) -> u16 {
        // SAFETY: there is a version for each symbol.
        if self.versions.is_null() { 0 } else { unsafe { *self.versions.add(index) } }
    }

    /// The address of a definition that both libcs take.
    ///
    /// # Safety
    /// There is a symbol with this index.
    #[inline]
    unsafe fn address(&self, index: usize) -> Option<NonNull<c_void>> {
        // SAFETY: the caller's.
        let symbol = unsafe { &*self.symbols.add(index) };
        let is_certain = matches!(symbol.st_bind(), elf::STB_GLOBAL | elf::STB_WEAK)
            && matches!(symbol.st_type(), elf::STT_NOTYPE | elf::STT_OBJECT | elf::STT_FUNC)
            && symbol.st_visibility() == elf::STV_DEFAULT
            && (1..elf::SHN_LORESERVE).contains(&symbol.st_shndx.get(LE).0);
        let value = symbol.st_value.get(LE) as usize;
        let address = self.bias.wrapping_add(value) as *mut c_void;
        NonNull::new(address).filter(|_| is_certain && value != 0)
    }
}

/// A version's index in DT_VERSYM: below the first of those that the library defines or needs are that of local symbols and that
/// of global ones without a version.
const VERSION: u16 = 2;
/// The bit of a hidden one.
const HIDDEN: u16 = elf::VERSYM_HIDDEN.0;
const HIDDEN_VERSION: u16 = HIDDEN | VERSION;

#[cfg(test)]
mod tests;
