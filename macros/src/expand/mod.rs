//! From checked imports to Rust. Nothing here can fail.
//!
//! Expansions name everything through `#krate::private`, so that nothing in the user's scope can get in between.

mod callback;
mod data;
mod declaration;
mod export;
mod function;
mod note;
mod pointer;
mod require;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Path};

use crate::model::{Group, Import, Shape, Style, cfg};

pub(crate) use callback::{Callback, callback};
pub(crate) use export::{Export, export};
pub(crate) use require::require;

/// The paths that expansions start from.
pub(crate) struct Paths {
    pub(crate) private: TokenStream,
    pub(crate) core: TokenStream,
}

impl Paths {
    pub(crate) fn new(krate: &Path) -> Self {
        Self { private: quote!(#krate::private), core: quote!(#krate::private::core) }
    }
}

/// A local variable that no name of the user's can be taken for: by its span no other local, and by its spelling no
/// constant or static, which a pattern would otherwise mean.
fn local(name: &str) -> Ident {
    format_ident!("__{name}", span = Span::mixed_site())
}

/// Everything that one `#[import_dynamic]` stands for.
pub(crate) fn group(group: &Group) -> TokenStream {
    let paths = Paths::new(&group.krate);
    let data = group.imports.iter().filter_map(|import| match &import.shape {
        Shape::Function(_) => None,
        Shape::Data(ty) => Some(data::expand(&paths, group, import, ty)),
    });
    let functions = function::expand(&paths, group);
    let optional = group.imports.iter().all(|import| import.flags.optional || import.flags.fallback);
    let dlopen = note::dlopen(&group.libraries, &group.metadata, optional).map(|note| {
        let condition = condition(&group.imports).map(|condition| cfg(&condition));
        let statics = note::statics(&paths, &[note]);
        quote!(#condition #statics)
    });
    let notes = note::imports(&paths, group);
    quote!(#functions #(#data)* #notes #dlopen)
}

/// The `cfg` under which at least one of the imports exists; none if one always does.
fn condition(imports: &[Import]) -> Option<TokenStream> {
    let each: Option<Vec<TokenStream>> = imports
        .iter()
        .map(|import| {
            let all: Vec<_> = import
                .cfgs
                .iter()
                .filter(|attr| attr.path().is_ident("cfg"))
                .filter_map(|attr| attr.meta.require_list().ok().map(|list| &list.tokens))
                .collect();
            (!all.is_empty()).then(|| quote!(all(#(#all),*)))
        })
        .collect();
    each.map(|each| quote!(any(#(#each),*)))
}

/// Whether a function of the name in the value namespace is generated.
fn callable(style: &Style) -> bool {
    !matches!(style, Style::CompanionOnly)
}

/// `#[cfg]` for ELF targets, of which the notes are a part.
fn elf() -> Attribute {
    cfg(&quote!(not(any(target_vendor = "apple", windows, target_family = "wasm"))))
}
