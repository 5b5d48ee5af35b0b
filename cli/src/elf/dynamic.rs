//! The dynamic section.

use object::LittleEndian as LE;
use object::elf::{self, Dyn64, ProgramHeader64};
use object::pod;
use object::read::elf::ProgramHeader as _;

use super::version::VersionNames;
use super::{Elf, string_at};
use crate::format::FormatError;

/// Real dynamic sections have fewer than a hundred entries.
const MAX_BYTES: u64 = 64 << 10;

/// The entries of the dynamic section that finding and binding libraries takes, tables resolved to bytes of the file.
///
/// A table without a length of its own reaches to the end of its segment.
#[derive(Debug, Clone, Default)]
pub struct Dynamic<'data> {
    /// DT_NEEDED, in order.
    pub needed: Vec<&'data [u8]>,
    /// DT_SONAME.
    pub soname: Option<&'data [u8]>,
    /// DT_RPATH.
    pub rpath: Option<&'data [u8]>,
    /// DT_RUNPATH.
    pub runpath: Option<&'data [u8]>,
    /// DT_FLAGS_1.
    pub flags_1: u64,
    pub(crate) strings: &'data [u8],
    pub(crate) symbols: &'data [u8],
    pub(crate) gnu_hash: Option<&'data [u8]>,
    pub(crate) sysv_hash: Option<&'data [u8]>,
    pub(crate) versions: Option<&'data [u8]>,
    pub(crate) version_definitions: Option<&'data [u8]>,
    pub(crate) version_needs: Option<&'data [u8]>,
    pub(crate) rela: &'data [u8],
    pub(crate) plt_relocations: &'data [u8],
    pub(super) version_names: VersionNames<'data>,
}

impl<'data> Dynamic<'data> {
    pub(super) fn parse(elf: &Elf<'data>, segment: &ProgramHeader64<LE>) -> Result<Self, FormatError> {
        let bytes = segment.data(LE, elf.data()).map_err(|()| FormatError::Damaged("dynamic section"))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(FormatError::TooLarge {
                what: "the dynamic section",
                size: bytes.len() as u64,
                limit: MAX_BYTES,
            });
        }
        let count = bytes.len() / size_of::<Dyn64<LE>>();
        let (entries, _) =
            pod::slice_from_bytes::<Dyn64<LE>>(bytes, count).map_err(|()| FormatError::Damaged("dynamic section"))?;
        let entries: Vec<(elf::DynamicTag, u64)> = entries
            .iter()
            .map(|entry| (entry.d_tag.get(LE), entry.d_val.get(LE)))
            .take_while(|&(tag, _)| tag != elf::DT_NULL)
            .collect();

        let value = |wanted| entries.iter().rev().find(|&&(tag, _)| tag == wanted).map(|&(_, value)| value);
        let table = |wanted, what| match value(wanted) {
            None | Some(0) => Ok(None),
            Some(address) => elf.at_address(address).map(Some).ok_or(FormatError::Damaged(what)),
        };
        let sized = |at, size, what| -> Result<&'data [u8], FormatError> {
            let Some(bytes) = table(at, what)? else { return Ok(&[]) };
            let size = usize::try_from(value(size).unwrap_or(0)).map_err(|_| FormatError::Damaged(what))?;
            bytes.get(..size).ok_or(FormatError::Damaged(what))
        };

        let strings = sized(elf::DT_STRTAB, elf::DT_STRSZ, "dynamic string table")?;
        let string = |offset: u64| {
            let offset = usize::try_from(offset).ok();
            offset.and_then(|offset| string_at(strings, offset)).ok_or(FormatError::Damaged("dynamic string table"))
        };
        let text = |wanted| value(wanted).map(string).transpose();
        let mut dynamic = Dynamic {
            needed: entries
                .iter()
                .filter(|&&(tag, _)| tag == elf::DT_NEEDED)
                .map(|&(_, offset)| string(offset))
                .collect::<Result<_, _>>()?,
            soname: text(elf::DT_SONAME)?,
            rpath: text(elf::DT_RPATH)?,
            runpath: text(elf::DT_RUNPATH)?,
            flags_1: value(elf::DT_FLAGS_1).unwrap_or(0),
            strings,
            symbols: table(elf::DT_SYMTAB, "dynamic symbol table")?.unwrap_or(&[]),
            gnu_hash: table(elf::DT_GNU_HASH, "symbol hash table")?,
            sysv_hash: table(elf::DT_HASH, "symbol hash table")?,
            versions: table(elf::DT_VERSYM, "symbol versions")?,
            version_definitions: table(elf::DT_VERDEF, "version definitions")?,
            version_needs: table(elf::DT_VERNEED, "version needs")?,
            rela: sized(elf::DT_RELA, elf::DT_RELASZ, "relocations")?,
            plt_relocations: sized(elf::DT_JMPREL, elf::DT_PLTRELSZ, "relocations")?,
            version_names: VersionNames::default(),
        };
        dynamic.version_names = VersionNames::new(&dynamic);
        Ok(dynamic)
    }

    /// A position-independent program rather than a library (DF_1_PIE).
    pub fn is_pie(&self) -> bool {
        self.flags_1 & elf::DF_1_PIE.0 != 0
    }

    /// The default directories are not searched for its needed libraries (DF_1_NODEFLIB).
    pub fn no_default_directories(&self) -> bool {
        self.flags_1 & elf::DF_1_NODEFLIB.0 != 0
    }
}
