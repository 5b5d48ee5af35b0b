//! `inspect` of Mach-O files.

use object::macho::{self, FatHeader, MachHeader64};
use object::read::macho::{FatArch, MachHeader as _, MachOFatFile32, MachOFatFile64, MachOFile64};
use object::read::{Import, NameOrOrdinal, Object as _};
use object::{Architecture, Endianness, LittleEndian as LE};

use super::report::{FileReport, Format, Kind, LinkedImport, MAX_LINKED_BYTES, text};
use crate::format::FormatError;

/// More machines than exist.
const MAX_PARTS: usize = 32;
/// More symbols than a program imports.
const MAX_LINKED: usize = 1 << 16;

/// Looks at a Mach-O file, each machine's part of a universal one by itself.
pub(super) fn inspect(path: &str, bytes: &[u8]) -> Result<Vec<FileReport>, FormatError> {
    let magic: [u8; 4] = bytes.get(..4).and_then(|magic| magic.try_into().ok()).ok_or(FormatError::Unknown)?;
    match u32::from_be_bytes(magic) {
        macho::FAT_MAGIC => {
            // Java classes begin with the same magic number; their next word is a version above any number of machines.
            let header = bytes.get(..size_of::<FatHeader>()).ok_or(FormatError::Unknown)?;
            if header[4..8] > [0, 0, 0, MAX_PARTS as u8][..] {
                return Err(FormatError::Unknown);
            }
            parts(path, bytes, MachOFatFile32::parse(bytes).map_err(FormatError::MachO)?.arches())
        }
        macho::FAT_MAGIC_64 => parts(path, bytes, MachOFatFile64::parse(bytes).map_err(FormatError::MachO)?.arches()),
        macho::MH_MAGIC | macho::MH_CIGAM => Err(FormatError::Class32("Mach-O")),
        macho::MH_MAGIC_64 => Err(FormatError::BigEndian("Mach-O")),
        macho::MH_CIGAM_64 => Ok(vec![inspect_one(path, bytes)?]),
        _ => Err(FormatError::Unknown),
    }
}

fn parts<A: FatArch>(path: &str, bytes: &[u8], parts: &[A]) -> Result<Vec<FileReport>, FormatError> {
    if parts.len() > MAX_PARTS {
        return Err(FormatError::Damaged("universal header"));
    }
    // 32-bit parts of old universal files are passed over.
    let wide = parts.iter().filter(|part| part.cputype().0 & macho::CPU_ARCH_ABI64 != 0);
    wide.map(|part| inspect_one(path, part.data(bytes).map_err(FormatError::MachO)?)).collect()
}

fn inspect_one(path: &str, bytes: &[u8]) -> Result<FileReport, FormatError> {
    let file = MachOFile64::<Endianness>::parse(bytes).map_err(FormatError::MachO)?;
    let header = MachHeader64::<LE>::parse(bytes, 0).map_err(FormatError::MachO)?;
    let kind = match header.filetype(LE) {
        macho::MH_EXECUTE if header.flags(LE).contains(macho::MH_DYLDLINK) => Kind::Dynamic,
        macho::MH_EXECUTE => Kind::Static,
        macho::MH_DYLIB | macho::MH_BUNDLE => Kind::Library,
        macho::MH_OBJECT => return Err(FormatError::NotLinked("an object file")),
        _ => return Err(FormatError::NotLinked("some other sort of Mach-O")),
    };
    let mut report = FileReport {
        path: path.to_owned(),
        size: bytes.len() as u64,
        format: Format::MachO,
        machine: match file.architecture() {
            Architecture::Aarch64 => "aarch64".to_owned(),
            Architecture::X86_64 => "x86_64".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        },
        kind,
        interpreter: None,
        soname: None,
        needed: Vec::new(),
        rpath: Vec::new(),
        runpath: Vec::new(),
        imports: Vec::new(),
        dlopen: Vec::new(),
        linked: Vec::new(),
    };
    read_commands(header, bytes, &mut report).map_err(FormatError::MachO)?;
    let mut size = 0;
    for import in file.imports().map_err(FormatError::MachO)?.take(MAX_LINKED) {
        let import = linked(&import.map_err(FormatError::MachO)?);
        size += import.as_ref().map_or(0, |import| import.symbol.len() as u64);
        if size > MAX_LINKED_BYTES {
            return Err(FormatError::TooLarge { what: "all symbol names together", size, limit: MAX_LINKED_BYTES });
        }
        report.linked.extend(import);
    }
    report.linked.sort_by(|a, b| (&a.library, &a.symbol).cmp(&(&b.library, &b.symbol)));
    Ok(report)
}

fn read_commands(header: &MachHeader64<LE>, bytes: &[u8], report: &mut FileReport) -> object::read::Result<()> {
    let mut commands = header.load_commands(LE, bytes, 0)?;
    while let Some(command) = commands.next()? {
        let string = |name| command.string(LE, name).map(text);
        match command.cmd() {
            macho::LC_ID_DYLIB => {
                report.soname = Some(string(command.data::<macho::DylibCommand<LE>>()?.dylib.name)?);
            }
            macho::LC_LOAD_DYLINKER => {
                report.interpreter = Some(string(command.data::<macho::DylinkerCommand<LE>>()?.name)?);
            }
            macho::LC_RPATH => report.rpath.push(string(command.data::<macho::RpathCommand<LE>>()?.path)?),
            _ => {
                if let Some(dylib) = command.dylib()? {
                    report.needed.push(string(dylib.dylib.name)?);
                }
            }
        }
    }
    Ok(())
}

fn linked(import: &Import<'_>) -> Option<LinkedImport> {
    let NameOrOrdinal::Name(symbol) = import.name() else { return None };
    Some(LinkedImport {
        library: Some(text(import.library())).filter(|library| !library.is_empty()),
        symbol: text(symbol),
        version: None,
        weak: import.is_weak(),
    })
}
