//! ELF notes: what other tools read from the binary without running it. Linkers never drop an allocated note section.
//!
//! The notes of a group make one static, for each item costs compile time.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Paths, elf};
use crate::library;
use crate::model::{Flags, Group, Import, Metadata};

/// Section, owner and type of ELF dlopen metadata (UAPI.12).
const DLOPEN: (&str, &str, u32) = (".note.dlopen", "FDO", 0x407c_0c0a);

/// Section and owner of our own notes.
const OWN: (&str, &str) = (".note.import_dynamic", "import-dynamic");

/// The types of our own notes.
#[derive(Clone, Copy)]
pub(crate) enum Type {
    Function = 1,
    Data = 2,
    Library = 3,
    Export = 4,
}

/// A note before it is laid out.
pub(crate) struct Note {
    section: &'static str,
    owner: &'static str,
    ty: u32,
    desc: Vec<u8>,
}

/// The notes of a group's imports; those that a `cfg` may take away are by themselves.
pub(crate) fn imports(paths: &Paths, group: &Group) -> TokenStream {
    let note = |import: &Import| {
        let ty = if import.flags.data { Type::Data } else { Type::Function };
        let version = import.version.as_deref();
        own(ty, import.flags, version, &group.metadata, &group.libraries, &import.symbols)
    };
    let (always, sometimes): (Vec<&Import>, Vec<&Import>) =
        group.imports.iter().partition(|import| import.cfgs.is_empty());
    let always: Vec<Note> = always.into_iter().map(note).collect();
    let always = (!always.is_empty()).then(|| statics(paths, &always));
    let sometimes = sometimes.into_iter().map(|import| {
        let cfgs = &import.cfgs;
        let statics = statics(paths, &[note(import)]);
        quote!(#(#cfgs)* #statics)
    });
    quote!(#always #(#sometimes)*)
}

/// A note of ours: five NUL-terminated fields.
pub(crate) fn own(
    ty: Type,
    flags: Flags,
    version: Option<&str>,
    metadata: &Metadata,
    libraries: &[String],
    symbols: &[String],
) -> Note {
    let letters = [
        (flags.optional, 'o'),
        (flags.version_optional, 'v'),
        (flags.fallback, 'f'),
        (flags.no_tls, 'n'),
        (flags.data, 'd'),
    ];
    let letters: String = letters.iter().filter(|(set, _)| *set).map(|(_, letter)| letter).collect();
    let feature = metadata.feature.as_deref().unwrap_or_default();
    let fields = [&letters, version.unwrap_or_default(), feature, &libraries.join("\n"), &symbols.join("\n")];
    let text: String = fields.iter().flat_map(|field| [*field, "\0"]).collect();
    Note { section: OWN.0, owner: OWN.1, ty: ty as u32, desc: text.into_bytes() }
}

/// The dlopen note of a group, if it names any library that an ELF host may have.
pub(crate) fn dlopen(libraries: &[String], metadata: &Metadata, optional: bool) -> Option<Note> {
    let sonames = library::sonames(libraries);
    let first = sonames.first()?;
    let feature = metadata.feature.as_deref().unwrap_or_else(|| library::stem(&libraries[0]));
    let description = metadata.description.clone().unwrap_or_else(|| format!("Symbols of {first}, bound at run time"));
    let priority = metadata.priority.as_deref().unwrap_or(if optional { "recommended" } else { "required" });
    let sonames: Vec<_> = sonames.iter().map(|soname| json(soname)).collect();
    let text = format!(
        "[{{\"feature\":{},\"description\":{},\"priority\":{},\"soname\":[{}]}}]\0",
        json(feature),
        json(&description),
        json(priority),
        sonames.join(","),
    );
    Some(Note { section: DLOPEN.0, owner: DLOPEN.1, ty: DLOPEN.2, desc: text.into_bytes() })
}

/// A JSON string. Control characters have been refused, so that two escapes suffice.
fn json(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The item that puts `notes` into the binary: at least one, and all of one section.
pub(crate) fn statics(paths: &Paths, notes: &[Note]) -> TokenStream {
    let core = &paths.core;
    let elf = elf();
    let section = notes.first().map(|note| note.section);
    let bytes = |word: fn(u32) -> [u8; 4]| notes.iter().flat_map(|note| note.bytes(word)).collect::<Vec<u8>>();
    let (little, big) = (bytes(u32::to_le_bytes), bytes(u32::to_be_bytes));
    let length = Literal::usize_unsuffixed(little.len());
    let (little, big) = (Literal::byte_string(&little), Literal::byte_string(&big));
    quote! {
        #elf
        const _: () = {
            #[repr(C, align(4))]
            struct Notes([#core::primitive::u8; #length]);
            #[used]
            #[unsafe(link_section = #section)]
            #[cfg(target_endian = "little")]
            static NOTES: Notes = Notes(*#little);
            #[used]
            #[unsafe(link_section = #section)]
            #[cfg(target_endian = "big")]
            static NOTES: Notes = Notes(*#big);
        };
    }
}

impl Note {
    /// Three words, laid out by `word` (size of the owner, size of the description, type), then owner and description,
    /// each padded to four bytes.
    fn bytes(&self, word: fn(u32) -> [u8; 4]) -> Vec<u8> {
        let size = |length: usize| word(u32::try_from(length).unwrap_or(u32::MAX));
        let mut bytes = Vec::new();
        bytes.extend(size(self.owner.len() + 1));
        bytes.extend(size(self.desc.len()));
        bytes.extend(word(self.ty));
        bytes.extend_from_slice(self.owner.as_bytes());
        bytes.push(0);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend_from_slice(&self.desc);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_escapes() {
        assert_eq!(json(r#"a "b" \c"#), r#""a \"b\" \\c""#);
    }

    #[test]
    fn layout() {
        let metadata = Metadata { feature: Some("dns".to_owned()), ..Metadata::default() };
        let flags = Flags { no_tls: true, ..Flags::default() };
        let libraries = ["libc".to_owned(), "libm.so.6".to_owned()];
        let note = own(Type::Data, flags, Some("V_1"), &metadata, &libraries, &["x".to_owned()]);
        let mut expected = vec![0, 0, 0, 15, 0, 0, 0, 27, 0, 0, 0, 2];
        expected.extend_from_slice(b"import-dynamic\0\0n\0V_1\0dns\0libc\nlibm.so.6\0x\0\0");
        assert_eq!(note.bytes(u32::to_be_bytes), expected);
        assert_eq!(note.bytes(u32::to_le_bytes)[..4], [15, 0, 0, 0]);
    }

    #[test]
    fn dlopen_names_what_an_elf_host_may_have() {
        let text = |libraries: &[&str]| {
            let libraries: Vec<String> = libraries.iter().map(ToString::to_string).collect();
            dlopen(&libraries, &Metadata::default(), true).map(|note| String::from_utf8(note.desc).unwrap())
        };
        let expected = "[{\"feature\":\"libresolv\",\"description\":\"Symbols of libresolv.so.2, bound at run time\",\
                        \"priority\":\"recommended\",\"soname\":[\"libresolv.so.2\",\"libc.so.6\"]}]\0";
        assert_eq!(text(&["libresolv"]).as_deref(), Some(expected));
        assert_eq!(text(&["/usr/lib/libSystem.B.dylib"]), None);
        assert_eq!(text(&[]), None);
    }
}
