//! What the runtime is told about imports: `static IMPORTS`.

use std::ffi::CString;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::Paths;
use crate::model::{Flags, Group, Import};
use crate::tokens::find_ident;

/// A C string literal. `text` has been checked for NUL.
pub(crate) fn c_string(text: &str) -> Literal {
    Literal::c_string(&CString::new(text).unwrap_or_default())
}

/// `&[c"first", c"second"]`
pub(crate) fn c_strings(texts: &[String]) -> TokenStream {
    let texts = texts.iter().map(|text| c_string(text));
    quote!(&[#(#texts),*])
}

/// `Flags::NONE.optional()...`
pub(crate) fn flags(paths: &Paths, flags: Flags) -> TokenStream {
    let private = &paths.private;
    let mut tokens = quote!(#private::Flags::NONE);
    let all = [
        (flags.optional, quote!(.optional())),
        (flags.version_optional, quote!(.version_optional())),
        (flags.fallback, quote!(.fallback())),
        (flags.no_tls, quote!(.no_tls())),
        (flags.data, quote!(.data())),
    ];
    tokens.extend(all.into_iter().filter(|(set, _)| *set).map(|(_, call)| call));
    tokens
}

/// The section in which the runtime finds all of a kind, on each object format.
pub(crate) fn section(elf: &str, apple: &str) -> TokenStream {
    quote! {
        #[used]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = #apple))]
        #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = #elf))]
    }
}

/// The table's name. It is in the scope of `types`, which must not mean it by a name of the user's.
pub(crate) fn name(types: &TokenStream) -> Ident {
    let mut name = "IMPORTS".to_owned();
    while find_ident(types.clone(), &name).is_some() {
        name.push('_');
    }
    Ident::new(&name, Span::call_site())
}

/// `static IMPORTS`, for a block of its own: one table, for each static costs compile time. Each import has its fallback
/// beside it, an expression of type `Code`.
pub(crate) fn table(
    paths: &Paths,
    group: &Group,
    name: &Ident,
    imports: &[(&Import, Option<TokenStream>)],
) -> TokenStream {
    let Paths { private, core } = paths;
    let option = |value: Option<TokenStream>| match value {
        Some(value) => quote!(#core::option::Option::Some(#value)),
        None => quote!(#core::option::Option::None),
    };
    let count = Literal::usize_unsuffixed(imports.len());
    let libraries = c_strings(&group.libraries);
    let symbols = imports.iter().flat_map(|(import, _)| &import.symbols).map(|symbol| c_string(symbol));
    let declarations = imports.iter().map(|(import, fallback)| {
        let symbols = Literal::usize_unsuffixed(import.symbols.len());
        if import.symbols.len() == 1 && import.version.is_none() && fallback.is_none() && import.flags.none() {
            return quote!(#private::Declaration::PLAIN);
        }
        let version = option(import.version.as_deref().map(c_string).map(|version| quote!(#version)));
        let flags = flags(paths, import.flags);
        let fallback = option(fallback.clone());
        quote! {
            #private::Declaration { symbols: #symbols, version: #version, flags: #flags, fallback: #fallback }
        }
    });
    let section = section("import_dynamic", "__DATA,__import_dyn");
    quote! {
        #section
        static #name: [#private::Import; #count] = #private::Import::table(
            #private::stubs!(#name, #count),
            #libraries,
            &[#(#symbols),*],
            &[#(#declarations),*],
        );
    }
}
