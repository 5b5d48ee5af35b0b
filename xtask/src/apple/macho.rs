//! What a Mach-O program tells the dynamic linker of macOS.

use anyhow::{Result, anyhow};
use object::Endianness;
use object::macho::{self, MachHeader64};
use object::read::macho::{LoadCommandVariant, MachHeader, Nlist};

/// A program's ties to its system.
#[derive(Debug, Default)]
pub(super) struct Linked {
    /// Libraries that must be there.
    pub(super) libraries: Vec<String>,
    /// Libraries that may be absent, paths of its own, and what else the promise has nothing of.
    others: Vec<String>,
    dynamic_linker: Option<String>,
    has_main: bool,
    is_position_independent: bool,
    has_two_level_names: bool,
    /// Undefined symbols, and whether they may be absent.
    undefined: Vec<(String, bool)>,
    /// How many imports its table of them lists.
    imports: usize,
}

/// Reads a program.
pub(super) fn read(data: &[u8]) -> Result<Linked> {
    parse(data).map_err(|error| anyhow!("not Mach-O: {error}"))
}

fn parse(data: &[u8]) -> object::Result<Linked> {
    let header = MachHeader64::<Endianness>::parse(data, 0)?;
    let endian = header.endian()?;
    let flags = header.flags(endian);
    let mut linked = Linked {
        is_position_independent: flags.contains(macho::MH_PIE),
        has_two_level_names: flags.contains(macho::MH_TWOLEVEL),
        ..Linked::default()
    };
    let mut commands = header.load_commands(endian, data, 0)?;
    while let Some(command) = commands.next()? {
        let string = |text| command.string(endian, text).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        match command.variant()? {
            LoadCommandVariant::Dylib(library) if command.cmd() == macho::LC_LOAD_DYLIB => {
                linked.libraries.push(string(library.dylib.name)?);
            }
            LoadCommandVariant::Dylib(library) => linked.others.push(string(library.dylib.name)?),
            LoadCommandVariant::Rpath(path) => linked.others.push(string(path.path)?),
            LoadCommandVariant::LoadDylinker(linker) => linked.dynamic_linker = Some(string(linker.name)?),
            LoadCommandVariant::EntryPoint(_) => linked.has_main = true,
            LoadCommandVariant::Symtab(table) => {
                let symbols = table.symbols::<MachHeader64<Endianness>, _>(endian, data)?;
                for symbol in symbols.iter().filter(|symbol| symbol.is_undefined()) {
                    let name = String::from_utf8_lossy(symbol.name(endian, symbols.strings())?).into_owned();
                    linked.undefined.push((name, symbol.n_desc(endian).0 & macho::N_WEAK_REF.0 != 0));
                }
            }
            LoadCommandVariant::Segment64(segment, sections) => {
                use object::read::macho::{Section, Segment};
                for section in segment.sections(endian, sections)? {
                    if section.name() == b"__import_dyn" {
                        linked.imports = section.size.get(endian) as usize / size_of::<u64>();
                    }
                }
            }
            _ => {}
        }
    }
    Ok(linked)
}

impl Linked {
    /// What is not as promised: a program of this system like others, which needs libSystem alone and knows nothing of
    /// the functions that it imports until it calls them.
    pub(super) fn faults(&self, imports: &[&str]) -> Vec<String> {
        let mut faults = Vec::new();
        let mut must = |holds: bool, what: &str| {
            if !holds {
                faults.push(format!("{what}: {self:?}"))
            }
        };
        must(self.dynamic_linker.as_deref() == Some("/usr/lib/dyld"), "wants another dynamic linker");
        must(self.has_main, "has no LC_MAIN");
        must(self.is_position_independent, "is not PIE");
        must(self.has_two_level_names, "has no two-level names");
        must(self.libraries == ["/usr/lib/libSystem.B.dylib"], "needs other libraries than libSystem");
        must(self.others.is_empty(), "has weak libraries or paths");
        let has = |name: &str| self.undefined.iter().any(|(undefined, _)| undefined == name);
        must(has("_dlopen") && has("_dlsym"), "cannot open libraries");
        must(!imports.iter().any(|name| has(name)), "is linked with an import");
        must(self.undefined.iter().all(|(_, weak)| !weak), "has weak references");
        must(self.imports >= imports.len().min(1), "lists no imports");
        faults
    }
}
