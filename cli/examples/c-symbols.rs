//! Writes `src/build/symbols/ARCH.txt`: what C libraries offer, read from root directories with glibc and musl.
//!
//! ```console
//! $ cargo run --example c-symbols -- x86_64 ROOT... > cli/src/build/symbols/x86_64.txt
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use object::read::elf::{ElfFile64, FileHeader as _, Sym as _};
use object::{Endianness, elf};

/// glibc's libraries and their letters; where one symbol is in several, the first counts.
const GLIBC: &[(&str, char)] = &[
    ("libc.so.6", 'c'),
    ("libpthread.so.0", 'p'),
    ("libdl.so.2", 'l'),
    ("libm.so.6", 'm'),
    ("librt.so.1", 'r'),
    ("libutil.so.1", 'u'),
    ("libresolv.so.2", 's'),
];

const HEADER: &str = "\
# What C libraries offer, written by examples/c-symbols.rs from glibc 2.31 to 2.43 and musl 1.2.3 to 1.2.6.
# name, kind (f function, dN data of N bytes, another name: an alias of that data), glibc library in 2.31 (or where it came
# later), and letters: v several versions in glibc, n not in every glibc, g in no glibc, x not in every musl.
";

#[derive(Default)]
struct Symbol {
    /// Size of data; none for functions.
    data: Option<u64>,
    library: Option<char>,
    several: bool,
    glibc: usize,
    musl: usize,
    /// Address in the newest musl or glibc, which tells aliases.
    address: (usize, u64),
}

fn main() -> Result<(), Box<dyn Error>> {
    let arch = std::env::args().nth(1).ok_or("c-symbols ARCH ROOT...")?;
    let roots: Vec<PathBuf> = std::env::args_os().skip(2).map(PathBuf::from).collect();
    let mut symbols = BTreeMap::<String, Symbol>::new();
    let (mut glibcs, mut musls) = (0, 0);
    for (index, root) in roots.iter().enumerate() {
        let musl = root.join(format!("lib/{arch}-linux-musl/libc.so"));
        if musl.exists() {
            musls += 1;
            read(&musl, index, None, &mut symbols)?;
        } else {
            glibcs += 1;
            let mut seen = BTreeMap::new();
            for &(name, letter) in GLIBC {
                read(
                    &root.join(format!("lib/{arch}-linux-gnu")).join(name),
                    index,
                    Some((letter, &mut seen)),
                    &mut symbols,
                )?;
            }
        }
    }
    let mut aliases = BTreeMap::<(usize, u64), String>::new();
    // An alias is the alias of a name that musl has too, if there is one.
    for wanted in [true, false] {
        for (name, symbol) in symbols.iter().filter(|(_, symbol)| symbol.data.is_some() && (symbol.musl > 0) == wanted)
        {
            aliases.entry(symbol.address).or_insert_with(|| name.clone());
        }
    }
    print!("{HEADER}");
    for (name, symbol) in &symbols {
        let kind = match symbol.data {
            None => "f".to_owned(),
            Some(size) => match aliases.get(&symbol.address) {
                Some(first) if first != name => first.clone(),
                _ => format!("d{size}"),
            },
        };
        let mut letters = String::new();
        for (letter, says) in [
            ('v', symbol.several),
            ('n', symbol.glibc > 0 && symbol.glibc < glibcs),
            ('g', symbol.glibc == 0),
            ('x', symbol.musl < musls),
        ] {
            letters.extend(says.then_some(letter));
        }
        println!("{name} {kind} {} {letters}", symbol.library.unwrap_or('c'));
    }
    Ok(())
}

type Seen<'a> = (char, &'a mut BTreeMap<String, ()>);

/// Adds the symbols of one library.
fn read(
    path: &Path,
    root: usize,
    mut glibc: Option<Seen<'_>>,
    symbols: &mut BTreeMap<String, Symbol>,
) -> Result<(), Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let file = ElfFile64::<Endianness>::parse(&*bytes)?;
    let endian = file.endian();
    let sections = file.elf_header().sections(endian, &*bytes)?;
    let versions = sections.versions(endian, &*bytes)?;
    let table = sections.symbols(endian, &*bytes, elf::SHT_DYNSYM)?;
    let mut here = BTreeMap::<String, usize>::new();
    for (index, symbol) in table.enumerate() {
        let kind = symbol.st_type();
        let is_data = kind == elf::STT_OBJECT;
        if symbol.st_shndx(endian) == elf::SHN_UNDEF || symbol.st_shndx(endian) == elf::SHN_ABS || kind == elf::STT_TLS
        {
            continue;
        }
        let name = std::str::from_utf8(table.symbol_name(endian, symbol)?)?;
        let mut is_default = true;
        if let Some(versions) = &versions {
            let version = versions.version_index(endian, index);
            is_default = !version.is_hidden();
            if versions.version(version.into())?.is_some_and(|version| version.name() == b"GLIBC_PRIVATE") {
                continue;
            }
        }
        let count = here.entry(name.to_owned()).or_default();
        *count += 1;
        let several = *count > 1;
        // A symbol that only old programs get has a hidden version alone.
        if !is_default {
            if let Some(known) = symbols.get_mut(name) {
                known.several |= several;
            }
            continue;
        }
        let known = symbols.entry(name.to_owned()).or_default();
        known.several |= several;
        known.data = is_data.then_some(symbol.st_size(endian));
        known.address = (root, symbol.st_value(endian));
        match &mut glibc {
            None => known.musl += 1,
            Some((letter, seen)) => {
                known.library.get_or_insert(*letter);
                if seen.insert(name.to_owned(), ()).is_none() {
                    known.glibc += 1;
                }
            }
        }
    }
    Ok(())
}
