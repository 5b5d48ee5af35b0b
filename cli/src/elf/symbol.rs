//! Finding a symbol the way dynamic linkers do: by hash table, name and version.

use object::elf;

use super::{Dynamic, string_at};

/// Size of one entry of the symbol table (`Elf64_Sym`).
const SYMBOL_SIZE: usize = 24;
/// The bit of a version index that says "not what an unversioned reference means".
const HIDDEN: u16 = 0x8000;

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

/// Which symbol of a name is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// `dlsym`: the default version.
    Default,
    /// `dlvsym` or a versioned reference: this very version.
    Version(&'a [u8]),
    /// An unversioned reference of a program or library: the oldest or the default version.
    Reference,
}

/// What a library says about a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup<'data> {
    /// It is there.
    Present,
    /// The name is there, but only in these versions (none: only without any version).
    OtherVersions(Vec<&'data [u8]>),
    /// No such name.
    Absent,
}

/// A symbol that a library refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbol<'data> {
    /// The name.
    pub name: &'data [u8],
    /// The version that the reference asks for.
    pub version: Option<&'data [u8]>,
    /// May stay unbound.
    pub weak: bool,
    /// Defined in the library itself.
    pub defined: bool,
}

impl<'data> Dynamic<'data> {
    /// Looks for a definition of `name` through the hash table, the GNU one when there is one, as glibc and musl do.
    pub fn find(&self, name: &[u8], wanted: Wanted<'_>) -> Lookup<'data> {
        let mut others = Vec::new();
        let mut named = false;
        let mut present = false;
        self.each_named(name, |index| {
            named = true;
            let versym = self.versions.and_then(|table| u16_at(table, index.checked_mul(2)?));
            present |= match (versym, wanted) {
                (None, _) => true,
                (Some(versym), Wanted::Default) => versym & HIDDEN == 0,
                // Index 2 is the library's oldest version, which a reference without version means.
                (Some(versym), Wanted::Reference) => versym & HIDDEN == 0 || versym & !HIDDEN <= 2,
                (Some(versym), Wanted::Version(version)) => self.version_name(versym & !HIDDEN) == Some(version),
            };
            if let Some(version) = versym.and_then(|versym| self.version_name(versym & !HIDDEN)) {
                // A real symbol has a handful of versions.
                if others.len() < 32 && !others.contains(&version) {
                    others.push(version);
                }
            }
            present
        });
        match (present, named) {
            (true, _) => Lookup::Present,
            (false, true) => Lookup::OtherVersions(others),
            (false, false) => Lookup::Absent,
        }
    }

    /// The symbol at `index` of the symbol table.
    pub(super) fn symbol(&self, index: u32) -> Option<Symbol<'data>> {
        let index = usize::try_from(index).ok()?;
        let at = index.checked_mul(SYMBOL_SIZE)?;
        let entry = self.symbols.get(at..at.checked_add(SYMBOL_SIZE)?)?;
        let name = string_at(self.strings, usize::try_from(u32_at(entry, 0)?).ok()?)?;
        let versym = self.versions.and_then(|table| u16_at(table, index.checked_mul(2)?));
        Some(Symbol {
            name,
            version: versym.and_then(|versym| self.needed_version_name(versym & !HIDDEN)),
            weak: entry[4] >> 4 == elf::STB_WEAK.0,
            defined: u16_at(entry, 6)? != elf::SHN_UNDEF.0,
        })
    }

    /// Calls `visit` with the index of each exported definition of `name` until it returns true.
    fn each_named(&self, name: &[u8], mut visit: impl FnMut(usize) -> bool) {
        let mut check =
            |index: u32| usize::try_from(index).is_ok_and(|index| self.exports(index, name) && visit(index));
        // A damaged table finds nothing, as it does for the interpreter.
        let _end = match (self.gnu_hash, self.sysv_hash) {
            (Some(table), _) => gnu_candidates(table, name, &mut check),
            (None, Some(table)) => sysv_candidates(table, name, &mut check),
            (None, None) => None,
        };
    }

    /// Is the symbol at `index` a definition of `name` that others may bind to?
    fn exports(&self, index: usize, name: &[u8]) -> bool {
        let entry = index.checked_mul(SYMBOL_SIZE).and_then(|at| self.symbols.get(at..at.checked_add(SYMBOL_SIZE)?));
        let Some(entry) = entry else { return false };
        let same_name = || {
            let offset = usize::try_from(u32_at(entry, 0)?).ok()?;
            let end = offset.checked_add(name.len())?;
            Some(self.strings.get(offset..end)? == name && self.strings.get(end) == Some(&0))
        };
        let kind = entry[4] & 0xf;
        let usable_kind =
            [elf::STT_NOTYPE, elf::STT_OBJECT, elf::STT_FUNC, elf::STT_COMMON, elf::STT_TLS, elf::STT_GNU_IFUNC]
                .iter()
                .any(|usable| usable.0 == kind);
        let usable_binding =
            [elf::STB_GLOBAL, elf::STB_WEAK, elf::STB_GNU_UNIQUE].iter().any(|usable| usable.0 == entry[4] >> 4);
        let section = u16_at(entry, 6).unwrap_or(0);
        // A definition at address 0 is none, except of a thread-local or an absolute symbol.
        let value = u64_at(entry, 8).unwrap_or(0);
        let placed = value != 0 || section == elf::SHN_ABS.0 || kind == elf::STT_TLS.0;
        usable_kind && usable_binding && section != elf::SHN_UNDEF.0 && placed && same_name() == Some(true)
    }
}

fn gnu_candidates(table: &[u8], name: &[u8], check: &mut dyn FnMut(u32) -> bool) -> Option<()> {
    let hash = object::elf::gnu_hash(name);
    let (buckets, base, bloom) = (u32_at(table, 0)?, u32_at(table, 4)?, u32_at(table, 8)?);
    let buckets_at = usize::try_from(bloom).ok()?.checked_mul(8)?.checked_add(16)?;
    let chains_at = usize::try_from(buckets).ok()?.checked_mul(4)?.checked_add(buckets_at)?;
    let bucket = usize::try_from(hash.checked_rem(buckets)?).ok()?;
    let mut index = u32_at(table, bucket.checked_mul(4)?.checked_add(buckets_at)?)?;
    if index == 0 {
        return None;
    }
    loop {
        let link = usize::try_from(index.checked_sub(base)?).ok()?;
        let value = u32_at(table, link.checked_mul(4)?.checked_add(chains_at)?)?;
        if (value | 1 == hash | 1 && check(index)) || value & 1 == 1 {
            return Some(());
        }
        index = index.checked_add(1)?;
    }
}

fn sysv_candidates(table: &[u8], name: &[u8], check: &mut dyn FnMut(u32) -> bool) -> Option<()> {
    let (buckets, chains) = (u32_at(table, 0)?, u32_at(table, 4)?);
    let chains_at = usize::try_from(buckets).ok()?.checked_mul(4)?.checked_add(8)?;
    let bucket = usize::try_from(object::elf::hash(name).checked_rem(buckets)?).ok()?;
    let mut index = u32_at(table, bucket.checked_mul(4)?.checked_add(8)?)?;
    // A chain that is longer than all symbols has a cycle; their number may be damaged as well, the table's size is
    // not.
    for _ in 0..chains.min(u32::try_from(table.len() / 4).unwrap_or(u32::MAX)) {
        if index == 0 || check(index) {
            return Some(());
        }
        index = u32_at(table, usize::try_from(index).ok()?.checked_mul(4)?.checked_add(chains_at)?)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::sysv_candidates;

    #[test]
    fn a_chain_with_a_cycle_ends() {
        // One bucket, a claim of billions of chains, and symbol 1 that leads to itself.
        let table: Vec<u8> = [1, u32::MAX, 1, 0, 1].into_iter().flat_map(u32::to_le_bytes).collect();
        let mut visits = 0;
        sysv_candidates(&table, b"x", &mut |_| {
            visits += 1;
            false
        });
        assert_eq!(visits, 5);
    }
}
