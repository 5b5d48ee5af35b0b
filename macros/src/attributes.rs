//! The user's attributes: which belong to every generated item, which are refused, and items that differ by `cfg`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{AttrStyle, Attribute, FnArg, Meta, Token, token};

use crate::item::{Declared, Kind};
use crate::model::cfg;
use crate::report::Report;

/// The arguments of `cfg_attr`: predicate and attributes.
fn cfg_attr(meta: &Meta) -> Option<(TokenStream, Vec<Meta>)> {
    if !meta.path().is_ident("cfg_attr") {
        return None;
    }
    let parse = |input: ParseStream| {
        // Token by token, for `true` and `false` are predicates but no metas.
        let mut predicate = TokenStream::new();
        while !input.peek(Token![,]) {
            predicate.extend([input.parse::<proc_macro2::TokenTree>()?]);
        }
        input.parse::<Token![,]>()?;
        let metas = Punctuated::<Meta, Token![,]>::parse_terminated(input)?;
        Ok((predicate, metas.into_iter().collect()))
    };
    meta.require_list().ok()?.parse_args_with(parse).ok()
}

/// Turns inner attributes into outer ones, which mean the same: what they stood in is not in the expansion as it was.
pub(crate) fn outward(attrs: &mut [Attribute]) {
    // Where they were, but from a macro: Clippy has views on the lines behind outer attributes.
    let span = |span| Span::call_site().located_at(span);
    for attr in attrs.iter_mut().filter(|attr| matches!(attr.style, AttrStyle::Inner(_))) {
        attr.style = AttrStyle::Outer;
        attr.pound_token.span = span(attr.pound_token.span);
        attr.bracket_token = token::Bracket(span(attr.bracket_token.span.join()));
    }
}

/// The attributes that decide whether an item exists at all, for the items generated beside it.
pub(crate) fn conditions(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter_map(|attr| condition(&attr.meta).map(|meta| syn::parse_quote!(#[#meta]))).collect()
}

fn condition(meta: &Meta) -> Option<TokenStream> {
    if meta.path().is_ident("cfg") {
        return Some(meta.to_token_stream());
    }
    let (predicate, metas) = cfg_attr(meta)?;
    let metas: Vec<_> = metas.iter().filter_map(condition).collect();
    (!metas.is_empty()).then(|| quote!(cfg_attr(#predicate, #(#metas),*)))
}

/// One item for each way in which `symbol` attributes or parameters depend on a `cfg_attr` or `cfg`: such an item is
/// several imports, of which the compiler keeps the one that holds.
pub(crate) fn variants(item: Declared) -> Vec<Declared> {
    let mut done = Vec::new();
    let mut open = vec![item];
    while let Some(item) = open.pop() {
        match split(&item) {
            Some((with, without)) => open.extend([without, with]),
            None => done.push(item),
        }
    }
    done
}

fn split(item: &Declared) -> Option<(Declared, Declared)> {
    let symbol = item.attrs.iter().enumerate().find_map(|(index, attr)| {
        let (predicate, metas) = cfg_attr(&attr.meta)?;
        named(attr, "symbol").then_some((index, predicate, metas))
    });
    if let Some((index, predicate, metas)) = symbol {
        let mut with = item.clone();
        let mut without = item.clone();
        // The first `symbol` whose condition holds is the one.
        let later = with.attrs.split_off(index + 1).into_iter().filter(|attr| !named(attr, "symbol"));
        with.attrs.truncate(index);
        with.attrs.extend(metas.into_iter().map(|meta| syn::parse_quote!(#[#meta])));
        with.attrs.extend(later);
        without.attrs.remove(index);
        return Some(conditioned(with, without, &predicate));
    }
    let Kind::Function(signature, _) = &item.kind else { return None };
    let (index, at, predicate) = signature.inputs.iter().enumerate().find_map(|(index, input)| {
        let FnArg::Typed(param) = input else { return None };
        let (at, attr) = param.attrs.iter().enumerate().find(|(_, attr)| attr.path().is_ident("cfg"))?;
        Some((index, at, attr.meta.require_list().ok()?.tokens.clone()))
    })?;
    let edit = |keep: bool| {
        let mut item = item.clone();
        if let Kind::Function(signature, _) = &mut item.kind {
            let mut inputs: Vec<FnArg> = signature.inputs.iter().cloned().collect();
            if !keep {
                inputs.remove(index);
            } else if let FnArg::Typed(param) = &mut inputs[index] {
                param.attrs.remove(at);
            }
            signature.inputs = inputs.into_iter().collect();
        }
        item
    };
    Some(conditioned(edit(true), edit(false), &predicate))
}

fn conditioned(mut with: Declared, mut without: Declared, predicate: &TokenStream) -> (Declared, Declared) {
    with.attrs.insert(0, cfg(predicate));
    without.attrs.insert(0, cfg(&quote!(not(#predicate))));
    (with, without)
}

/// Reports attributes that an import cannot have.
pub(crate) fn check(attrs: &[Attribute], report: &mut Report) {
    for attr in attrs {
        if attr.path().is_ident("cfg_attr") && named(attr, "link_name") {
            report.error(attr, "the symbol's name is an argument here: within a block, write `symbol(\"symbol\")` in place of `link_name`");
        } else if let Some(message) = leaves(&attr.meta).iter().find_map(refused) {
            report.error(attr, message);
        }
    }
}

/// What is said about an attribute that an import cannot have.
fn refused(meta: &Meta) -> Option<&'static str> {
    let is = |name: &str| is(meta, name);
    if is("link_name") {
        Some(
            "the symbol's name is an argument here: `#[import_dynamic(\"library\", \"symbol\")]`, or `#[symbol(\"symbol\")]` within a block",
        )
    } else if is("link") {
        Some("nothing is linked when the program is built: name the library in `#[import_dynamic(\"library\")]`")
    } else if is("no_mangle") || is("export_name") {
        Some("an import that is also the program's own symbol is written with the option `interpose`")
    } else if is("link_section") {
        Some("an import's section cannot be chosen")
    } else {
        None
    }
}

/// The attribute itself, or those within a `cfg_attr`.
fn leaves(meta: &Meta) -> Vec<Meta> {
    match cfg_attr(meta) {
        Some((_, metas)) => metas.iter().flat_map(leaves).collect(),
        None => vec![meta.clone()],
    }
}

/// Whether the attribute is `name` or `unsafe(name)`.
fn is(meta: &Meta, name: &str) -> bool {
    // `unsafe(no_mangle)` has the path `unsafe` and the rest as its tokens.
    let first = |list: &syn::MetaList| list.tokens.clone().into_iter().next();
    meta.path().is_ident(name)
        || meta.path().is_ident("unsafe")
            && meta.require_list().is_ok_and(|list| first(list).is_some_and(|token| token.to_string() == name))
}

/// Whether `attr` is `name`, perhaps within a `cfg_attr`.
pub(crate) fn named(attr: &Attribute, name: &str) -> bool {
    leaves(&attr.meta).iter().any(|meta| is(meta, name))
}

/// Whether any of `attrs` is `#[name]`.
pub(crate) fn has(attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident(name))
}
