//! Small ELF files, made field by field so that tests do not depend on a linker's version.

/// One exported symbol.
pub(crate) struct Export {
    pub(crate) name: &'static str,
    /// The version, and whether it is the default one.
    pub(crate) version: Option<(&'static str, bool)>,
}

/// One symbol of another library.
pub(crate) struct Undefined {
    pub(crate) name: &'static str,
    /// The library and its version.
    pub(crate) version: Option<(&'static str, &'static str)>,
    pub(crate) weak: bool,
}

/// An ELF program or library.
#[derive(Default)]
pub(crate) struct ElfFile {
    /// `e_machine`; 0: x86-64.
    pub(crate) machine: u16,
    /// ET_EXEC.
    pub(crate) fixed: bool,
    pub(crate) entry: u64,
    pub(crate) interpreter: Option<&'static str>,
    pub(crate) soname: Option<&'static str>,
    pub(crate) needed: Vec<&'static str>,
    pub(crate) rpath: Option<&'static str>,
    pub(crate) runpath: Option<&'static str>,
    pub(crate) flags_1: u64,
    pub(crate) exports: Vec<Export>,
    pub(crate) undefined: Vec<Undefined>,
    pub(crate) notes: Vec<u8>,
    /// No section headers.
    pub(crate) stripped: bool,
    /// No dynamic section at all.
    pub(crate) no_dynamic: bool,
    /// Bytes that belong to nothing.
    pub(crate) data: Vec<u8>,
}

/// One note; `owner` with its NUL.
pub(crate) fn note(owner: &[u8], kind: u32, description: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for field in [owner.len() as u32, description.len() as u32, kind] {
        out.extend(field.to_le_bytes());
    }
    for part in [owner, description] {
        out.extend(part);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out
}

/// The note of an import.
pub(crate) fn import(kind: u32, flags: &str, version: &str, feature: &str, libraries: &str, symbols: &str) -> Vec<u8> {
    let description = [flags, version, feature, libraries, symbols, ""].join("\0");
    note(b"import-dynamic\0", kind, description.as_bytes())
}

/// A library of that name that exports functions without versions.
pub(crate) fn library(soname: &'static str, exports: &[&'static str], needed: &[&'static str]) -> ElfFile {
    ElfFile {
        soname: Some(soname),
        needed: needed.to_vec(),
        exports: exports.iter().map(|name| Export { name, version: None }).collect(),
        ..ElfFile::default()
    }
}

/// A static program with those notes.
pub(crate) fn program(notes: &[Vec<u8>]) -> ElfFile {
    ElfFile { fixed: true, entry: 0x1000, no_dynamic: true, notes: notes.concat(), ..ElfFile::default() }
}

#[derive(Default)]
struct Strings(Vec<u8>);

impl Strings {
    fn add(&mut self, text: &str) -> u32 {
        if self.0.is_empty() {
            self.0.push(0);
        }
        let at = self.0.len();
        self.0.extend(text.as_bytes());
        self.0.push(0);
        at as u32
    }
}

fn hash(name: &str) -> u32 {
    object::elf::hash(name.as_bytes())
}

impl ElfFile {
    /// The file's bytes. Addresses are offsets.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let segments = 1
            + usize::from(self.interpreter.is_some())
            + usize::from(!self.no_dynamic)
            + usize::from(!self.notes.is_empty());
        let mut out = vec![0; 64 + segments * 56];
        let mut headers: Vec<(u32, usize, usize)> = Vec::new();
        let mut place = |out: &mut Vec<u8>, bytes: &[u8]| {
            out.resize(out.len().next_multiple_of(8), 0);
            let at = out.len();
            out.extend(bytes);
            at
        };
        if let Some(interpreter) = self.interpreter {
            let at = place(&mut out, &[interpreter.as_bytes(), b"\0"].concat());
            headers.push((3, at, interpreter.len() + 1));
        }
        let notes_at = place(&mut out, &self.notes);
        if !self.notes.is_empty() {
            headers.push((4, notes_at, self.notes.len()));
        }
        if !self.no_dynamic {
            let (at, size) = self.dynamic(&mut out, &mut place);
            headers.push((2, at, size));
        }
        place(&mut out, &self.data);
        let sections = if self.stripped { 0 } else { self.sections(&mut out, notes_at, &mut place) };
        headers.push((1, 0, out.len()));
        self.write_headers(&mut out, &headers, sections);
        out
    }

    fn write_headers(&self, out: &mut [u8], headers: &[(u32, usize, usize)], sections: usize) {
        let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, b"\x7fELF\x02\x01\x01");
        put(16, &if self.fixed { 2u16 } else { 3 }.to_le_bytes());
        put(18, &if self.machine == 0 { 62 } else { self.machine }.to_le_bytes());
        put(20, &1u32.to_le_bytes());
        put(24, &self.entry.to_le_bytes());
        put(32, &64u64.to_le_bytes());
        put(40, &(sections as u64).to_le_bytes());
        for (at, value) in [(52, 64), (54, 56), (56, headers.len()), (58, 64)] {
            put(at, &(value as u16).to_le_bytes());
        }
        if sections != 0 {
            put(60, &3u16.to_le_bytes());
            put(62, &2u16.to_le_bytes());
        }
        for (index, (kind, at, size)) in headers.iter().enumerate() {
            let header = 64 + index * 56;
            put(header, &kind.to_le_bytes());
            put(header + 4, &4u32.to_le_bytes());
            for (field, value) in [(8, *at), (16, *at), (24, *at), (32, *size), (40, *size), (48, 4)] {
                put(header + field, &(value as u64).to_le_bytes());
            }
        }
    }

    /// Section headers for the notes and the names; where they are.
    fn sections(&self, out: &mut Vec<u8>, notes: usize, place: &mut impl FnMut(&mut Vec<u8>, &[u8]) -> usize) -> usize {
        let names = b"\0.note.import_dynamic\0.shstrtab\0";
        let names_at = place(out, names);
        let header = |name: u32, kind: u32, at: usize, size: usize| {
            let mut header = [name.to_le_bytes(), kind.to_le_bytes()].concat();
            for value in [2, at as u64, at as u64, size as u64, 0, 4, 0] {
                header.extend(value.to_le_bytes());
            }
            header
        };
        let headers = [
            vec![0; 64],
            header(1, if self.notes.is_empty() { 0 } else { 7 }, notes, self.notes.len()),
            header(22, 3, names_at, names.len()),
        ];
        place(out, &headers.concat())
    }

    fn dynamic(&self, out: &mut Vec<u8>, place: &mut impl FnMut(&mut Vec<u8>, &[u8]) -> usize) -> (usize, usize) {
        let mut strings = Strings::default();
        let mut entries: Vec<(u64, u64)> = self.needed.iter().map(|name| (1, u64::from(strings.add(name)))).collect();
        for (tag, text) in [(14, self.soname), (15, self.rpath), (29, self.runpath)] {
            entries.extend(text.map(|text| (tag, u64::from(strings.add(text)))));
        }
        if self.flags_1 != 0 {
            entries.push((0x6fff_fffb, self.flags_1));
        }
        // Versions get indices from 2 on, in order of appearance.
        let mut defined: Vec<&str> =
            self.exports.iter().filter_map(|export| export.version.map(|(name, _)| name)).collect();
        defined.dedup();
        let mut needs: Vec<(&str, &str)> = self.undefined.iter().filter_map(|symbol| symbol.version).collect();
        needs.sort_unstable();
        needs.dedup();
        let index_of_need = |need| needs.iter().position(|known| *known == need).unwrap() + defined.len() + 2;

        let mut symbols = vec![0; 24];
        let mut versions = vec![0u8; 2];
        let mut names = vec![""];
        let mut add = |name: &'static str, info: u8, section: u16, version: u16, strings: &mut Strings| {
            symbols.extend(strings.add(name).to_le_bytes());
            symbols.extend([info, 0]);
            symbols.extend(section.to_le_bytes());
            symbols.extend(if section == 0 { 0u64 } else { 0x1000 }.to_le_bytes());
            symbols.extend(0u64.to_le_bytes());
            versions.extend(version.to_le_bytes());
            names.push(name);
        };
        for symbol in &self.undefined {
            let version = symbol.version.map_or(1, |need| index_of_need(need) as u16);
            add(symbol.name, if symbol.weak { 0x22 } else { 0x12 }, 0, version, &mut strings);
        }
        for export in &self.exports {
            let version = export.version.map_or(1, |(name, default)| {
                let index = defined.iter().position(|known| *known == name).unwrap() as u16 + 2;
                if default { index } else { index | 0x8000 }
            });
            add(export.name, 0x12, 1, version, &mut strings);
        }

        // One bucket: the chain goes through all symbols.
        let mut table = [1u32, names.len() as u32, u32::from(names.len() > 1)].to_vec();
        table.push(0);
        table.extend((2..names.len()).map(|next| next as u32));
        table.extend((names.len() > 1).then_some(0));
        let relocations: Vec<u8> = (1..=self.undefined.len())
            .flat_map(|index| [0x2000, (index as u64) << 32 | 6, 0])
            .flat_map(u64::to_le_bytes)
            .collect();
        let table: Vec<u8> = table.into_iter().flat_map(u32::to_le_bytes).collect();
        let definitions = definitions(&defined, &mut strings);
        let needed = needed(&needs, defined.len(), &mut strings);

        entries.push((5, place(out, &strings.0) as u64));
        entries.push((10, strings.0.len() as u64));
        entries.push((6, place(out, &symbols) as u64));
        entries.push((4, place(out, &table) as u64));
        if !defined.is_empty() || !needs.is_empty() {
            entries.push((0x6fff_fff0, place(out, &versions) as u64));
        }
        for (tag, bytes) in [(0x6fff_fffc, definitions), (0x6fff_fffe, needed)] {
            if !bytes.is_empty() {
                entries.push((tag, place(out, &bytes) as u64));
            }
        }
        if !relocations.is_empty() {
            entries.extend([(7, place(out, &relocations) as u64), (8, relocations.len() as u64)]);
        }
        entries.push((0, 0));
        let bytes: Vec<u8> = entries.iter().flat_map(|&(tag, value)| [tag, value]).flat_map(u64::to_le_bytes).collect();
        (place(out, &bytes), bytes.len())
    }
}

/// Version definitions, one auxiliary entry each.
fn definitions(defined: &[&str], strings: &mut Strings) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, name) in defined.iter().enumerate() {
        for field in [1u16, 0, index as u16 + 2, 1] {
            out.extend(field.to_le_bytes());
        }
        let next = if index + 1 == defined.len() { 0 } else { 28 };
        for field in [hash(name), 20, next, strings.add(name), 0] {
            out.extend(field.to_le_bytes());
        }
    }
    out
}

/// Version needs, one library entry for each version.
fn needed(needs: &[(&str, &str)], defined: usize, strings: &mut Strings) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, (library, version)) in needs.iter().enumerate() {
        out.extend([1u16, 1].into_iter().flat_map(u16::to_le_bytes));
        let next = if index + 1 == needs.len() { 0 } else { 32 };
        for field in [strings.add(library), 16, next, hash(version)] {
            out.extend(field.to_le_bytes());
        }
        out.extend([0, (index + defined + 2) as u16].into_iter().flat_map(u16::to_le_bytes));
        for field in [strings.add(version), 0] {
            out.extend(field.to_le_bytes());
        }
    }
    out
}
