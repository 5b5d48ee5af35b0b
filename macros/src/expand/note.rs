//! ELF notes: what other tools read from the binary without running it.
//!
//! A note is laid out by the compiler (`repr(C)`: three words, then bytes), so that the words have the target's byte
//! order; linkers never drop an allocated note section.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Paths, elf};
use crate::library;
use crate::model::{Flags, Group, Import, Metadata};

/// Section, owner and type of ELF dlopen metadata (UAPI.12).
const DLOPEN: (&str, &str, u32) = (".note.dlopen", "FDO", 0x407c_0c0a);

/// Section and owner of our own notes.
const IMPORT: (&str, &str) = (".note.import_dynamic", "import-dynamic");

/// The types of our own notes.
#[derive(Clone, Copy)]
pub(crate) enum Type {
    Function = 1,
    Data = 2,
    Library = 3,
    Export = 4,
}

/// The note of an import.
pub(crate) fn import(paths: &Paths, group: &Group, import: &Import) -> TokenStream {
    let ty = if import.flags.data { Type::Data } else { Type::Function };
    own(paths, ty, import.flags, import.version.as_deref(), &group.metadata, &group.libraries, &import.symbols)
}

/// A note of ours: five NUL-terminated fields.
pub(crate) fn own(
    paths: &Paths,
    ty: Type,
    flags: Flags,
    version: Option<&str>,
    metadata: &Metadata,
    libraries: &[String],
    symbols: &[String],
) -> TokenStream {
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
    note(paths, IMPORT.0, IMPORT.1, ty as u32, text.as_bytes(), None)
}

/// The dlopen note of a group, if it names any library that an ELF host may have.
pub(crate) fn dlopen(
    paths: &Paths,
    libraries: &[String],
    metadata: &Metadata,
    optional: bool,
    condition: Option<TokenStream>,
) -> Option<TokenStream> {
    let sonames = library::sonames(libraries);
    let first = sonames.first()?;
    let stem = library::stem(&libraries[0]);
    let feature = metadata.feature.as_deref().unwrap_or(stem);
    let description =
        metadata.description.clone().unwrap_or_else(|| format!("Functions of {first}, bound at run time"));
    let priority = metadata.priority.as_deref().unwrap_or(if optional { "recommended" } else { "required" });
    let sonames: Vec<_> = sonames.iter().map(|soname| json(soname)).collect();
    let text = format!(
        "[{{\"feature\":{},\"description\":{},\"priority\":{},\"soname\":[{}]}}]\0",
        json(feature),
        json(&description),
        json(priority),
        sonames.join(","),
    );
    Some(note(paths, DLOPEN.0, DLOPEN.1, DLOPEN.2, text.as_bytes(), condition))
}

/// A JSON string. Control characters have been refused, so that two escapes suffice.
fn json(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn note(
    paths: &Paths,
    section: &str,
    owner: &str,
    ty: u32,
    desc: &[u8],
    condition: Option<TokenStream>,
) -> TokenStream {
    let core = &paths.core;
    let elf = elf(condition);
    let mut bytes = owner.as_bytes().to_vec();
    bytes.push(0);
    let owner_size = Literal::usize_unsuffixed(bytes.len());
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes.extend_from_slice(desc);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    let desc_size = Literal::usize_unsuffixed(desc.len());
    let ty = Literal::u32_unsuffixed(ty);
    let length = Literal::usize_unsuffixed(bytes.len());
    let bytes = Literal::byte_string(&bytes);
    quote! {
        #elf
        const _: () = {
            #[repr(C)]
            #[allow(dead_code)]
            struct Note([#core::primitive::u32; 3], [#core::primitive::u8; #length]);
            #[used]
            #[unsafe(link_section = #section)]
            static NOTE: Note = Note([#owner_size, #desc_size, #ty], *#bytes);
        };
    }
}

#[cfg(test)]
mod tests {
    use super::json;

    #[test]
    fn json_escapes() {
        assert_eq!(json(r#"a "b" \c"#), r#""a \"b\" \\c""#);
    }
}
