//! `/etc/ld.so.cache`, in both of its formats.

use crate::elf::string_at;

const OLD_MAGIC: &[u8] = b"ld.so-1.7.0\0";
const OLD_HEADER: usize = 16;
const OLD_ENTRY: usize = 12;
const NEW_MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const NEW_HEADER: usize = 48;
const NEW_ENTRY: usize = 24;
const EXTENSION_MAGIC: u32 = 0xeaa4_2174;
/// The section of the extension that names the directories below `glibc-hwcaps`.
const EXTENSION_HWCAPS: u32 = 1;
/// The bit, above 32, that says that a `hwcap` field is an index into that section.
const HWCAP_IS_INDEX: u32 = 1 << 30;
const ISA_LEVEL_MASK: u32 = 0x3ff;

/// A cache; all reads are checked, damage makes entries vanish.
#[derive(Debug, Clone, Copy)]
pub struct Cache<'data> {
    /// What offsets of strings count from.
    strings: &'data [u8],
    entries: &'data [u8],
    entry_size: usize,
}

/// One library in the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheEntry<'data> {
    /// The soname.
    pub name: &'data [u8],
    /// Where it is.
    pub path: &'data [u8],
    /// Machine and libc that it is for.
    pub flags: u32,
    /// What it asks of the CPU.
    pub hwcap: Hwcap<'data>,
}

/// What a library asks of the CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hwcap<'data> {
    /// Nothing.
    Any,
    /// The level that a directory below `glibc-hwcaps` is named for.
    Level(&'data [u8]),
    /// Bits of the scheme before glibc 2.33.
    Legacy(u64),
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn usize_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

impl<'data> Cache<'data> {
    /// Reads the header; `None` when the file is no cache.
    pub fn parse(bytes: &'data [u8]) -> Option<Self> {
        if bytes.starts_with(NEW_MAGIC) {
            return Self::parse_new(bytes);
        }
        if !bytes.starts_with(OLD_MAGIC) {
            return None;
        }
        let end = usize_at(bytes, OLD_MAGIC.len())?.checked_mul(OLD_ENTRY)?.checked_add(OLD_HEADER)?;
        let new = bytes.get(end.checked_next_multiple_of(8)?..).filter(|rest| rest.starts_with(NEW_MAGIC));
        match new {
            Some(new) => Self::parse_new(new),
            None => {
                Some(Cache { strings: bytes.get(end..)?, entries: bytes.get(OLD_HEADER..end)?, entry_size: OLD_ENTRY })
            }
        }
    }

    fn parse_new(bytes: &'data [u8]) -> Option<Self> {
        let end = usize_at(bytes, NEW_MAGIC.len())?.checked_mul(NEW_ENTRY)?.checked_add(NEW_HEADER)?;
        Some(Cache { strings: bytes, entries: bytes.get(NEW_HEADER..end)?, entry_size: NEW_ENTRY })
    }

    /// All entries, in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = CacheEntry<'data>> + use<'data> {
        let cache = *self;
        cache.entries.chunks_exact(cache.entry_size).filter_map(move |entry| {
            let string = |at| string_at(cache.strings, usize_at(entry, at)?);
            Some(CacheEntry {
                name: string(4)?,
                path: string(8)?,
                flags: u32_at(entry, 0)?,
                hwcap: if cache.entry_size == NEW_ENTRY { cache.hwcap(entry)? } else { Hwcap::Any },
            })
        })
    }

    fn hwcap(&self, entry: &[u8]) -> Option<Hwcap<'data>> {
        let (low, high) = (u32_at(entry, 16)?, u32_at(entry, 20)?);
        if low == 0 && high == 0 {
            return Some(Hwcap::Any);
        }
        if high & !ISA_LEVEL_MASK == HWCAP_IS_INDEX {
            return self.level(low).map(Hwcap::Level);
        }
        Some(Hwcap::Legacy(u64::from(high) << 32 | u64::from(low)))
    }

    /// The name of the hwcaps directory of that index.
    fn level(&self, index: u32) -> Option<&'data [u8]> {
        let extension = self.strings.get(usize_at(self.strings, 32)?..)?;
        if u32_at(extension, 0)? != EXTENSION_MAGIC {
            return None;
        }
        let sections = extension.get(8..)?.chunks_exact(16).take(usize_at(extension, 4)?);
        let section = sections.into_iter().find(|section| u32_at(section, 0) == Some(EXTENSION_HWCAPS))?;
        let (start, size) = (usize_at(section, 8)?, usize_at(section, 12)?);
        let names = self.strings.get(start..start.checked_add(size)?)?;
        string_at(self.strings, usize_at(names, usize::try_from(index).ok()?.checked_mul(4)?)?)
    }

    /// The entries that serve as `name` on a machine of that tag, best first as glibc chooses: by the order of `levels`
    /// (a level that is not among them does not count), then those for any CPU.
    pub fn find(&self, name: &[u8], tag: u32, levels: &[&str]) -> Option<CacheEntry<'data>> {
        let rank = |entry: &CacheEntry<'_>| match entry.hwcap {
            Hwcap::Any => Some(levels.len()),
            Hwcap::Level(level) => levels.iter().position(|known| known.as_bytes() == level),
            // Such entries name directories that today's distributions do not have.
            Hwcap::Legacy(_) => None,
        };
        let usable = self.entries().filter(|entry| entry.name == name && entry.flags == tag);
        usable.filter_map(|entry| Some((rank(&entry)?, entry))).min_by_key(|&(rank, _)| rank).map(|(_, entry)| entry)
    }
}
