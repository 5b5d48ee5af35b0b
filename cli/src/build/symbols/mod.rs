//! What C libraries offer: the table that says which undefined symbols a host will provide.

/// A symbol of some C library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its names; only variables have several.
    pub names: Vec<&'static str>,
    /// Bytes of a variable, none for a function.
    pub data: Option<u32>,
    /// The letter of glibc's library that it is in.
    pub library: u8,
    /// Whether glibc has it in several versions.
    pub several_versions: bool,
    /// Whether some musl has it not.
    pub not_in_every_musl: bool,
}

/// Names that the program itself has to define, or that are the linker's.
const NOT_IMPORTED: &[&str] =
    &["_init", "_fini", "_start", "main", "__dso_handle", "_dlstart", "__libc_csu_init", "__libc_csu_fini"];

/// The symbols that C libraries offer on a target; see the text's first lines for its form.
pub fn known(table: &'static str) -> Vec<Known> {
    let mut all: Vec<Known> = Vec::new();
    let mut aliases = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split(' ');
        let (Some(name), Some(kind)) = (fields.next(), fields.next()) else { continue };
        let library = fields.next().and_then(|letter| letter.bytes().next()).unwrap_or(b'c');
        let letters = fields.next().unwrap_or_default();
        if NOT_IMPORTED.contains(&name) {
            continue;
        }
        let data = match kind.strip_prefix('d').map(str::parse) {
            Some(Ok(size)) => Some(size),
            _ if kind == "f" => None,
            _ => {
                aliases.push((name, kind));
                continue;
            }
        };
        all.push(Known {
            names: vec![name],
            data,
            library,
            several_versions: letters.contains('v'),
            not_in_every_musl: letters.contains('x'),
        });
    }
    for (name, of) in aliases {
        if let Some(known) = all.iter_mut().find(|known| known.names[0] == of) {
            known.names.push(name);
        }
    }
    all
}
