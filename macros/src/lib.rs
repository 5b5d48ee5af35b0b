//! The attribute macros of `import-dynamic`, which re-exports them: depend on that crate, not on this one.
//!
//! Each macro goes through the same steps: parse (`item`, `arguments`), check (`check`, into `model`), expand
//! (`expand`). Errors are collected on the way and reported together.

mod arguments;
mod attributes;
mod check;
mod entry;
mod expand;
#[cfg(test)]
mod expansion_tests;
mod item;
mod library;
mod model;
mod options;
mod report;
mod suggest;
mod tokens;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/import_dynamic.md")]
#[proc_macro_attribute]
pub fn import_dynamic(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::import_dynamic(arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/require.md")]
#[proc_macro]
pub fn require(arguments: TokenStream) -> TokenStream {
    entry::require(arguments.into()).into()
}

#[doc = include_str!("../docs/export_dynamic.md")]
#[proc_macro_attribute]
pub fn export_dynamic(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::export_dynamic(arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/callback.md")]
#[proc_macro_attribute]
pub fn callback(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::callback(arguments.into(), item.into()).into()
}
