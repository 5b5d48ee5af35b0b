//! Looking for a word in what the user wrote.

use proc_macro2::{Span, TokenStream, TokenTree};

/// Where `name` stands as an identifier, at any depth.
pub(crate) fn find_ident(tokens: TokenStream, name: &str) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == name => Some(ident.span()),
        TokenTree::Group(group) => find_ident(group.stream(), name),
        _ => None,
    })
}
