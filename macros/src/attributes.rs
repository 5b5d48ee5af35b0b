//! The user's attributes: which belong to every generated item, which are refused, and items that differ by `cfg`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{AttrStyle, Attribute, FnArg, Meta, Token, token};

use crate::item::{Declared, Kind};
use crate::model::cfg;
use crate::report::Report;

/// The arguments of `cfg_attr`: predicate and attributes.
fn cfg_attr(attr: &Attribute) -> Option<(Meta, Vec<Meta>)> {
    if !attr.path().is_ident("cfg_attr") {
        return None;
    }
    let metas = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    let mut metas = metas.into_iter();
    Some((metas.next()?, metas.collect()))
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
    attrs.iter().filter_map(|attr| condition(attr).map(|meta| syn::parse_quote!(#[#meta]))).collect()
}

fn condition(attr: &Attribute) -> Option<TokenStream> {
    if attr.path().is_ident("cfg") {
        return Some(attr.meta.to_token_stream());
    }
    let (predicate, metas) = cfg_attr(attr)?;
    let metas: Vec<_> = metas.into_iter().filter_map(|meta| condition(&syn::parse_quote!(#[#meta]))).collect();
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
        let (predicate, metas) = cfg_attr(attr)?;
        metas.iter().any(|meta| meta.path().is_ident("symbol")).then_some((index, predicate, metas))
    });
    if let Some((index, predicate, metas)) = symbol {
        let mut with = item.clone();
        let mut without = item.clone();
        // The first `symbol` whose condition holds is the one.
        let later = with.attrs.split_off(index + 1).into_iter().filter(|attr| !names_symbol(attr));
        with.attrs.truncate(index);
        with.attrs.extend(metas.into_iter().map(|meta| syn::parse_quote!(#[#meta])));
        with.attrs.extend(later);
        without.attrs.remove(index);
        return Some(conditioned(with, without, &predicate.to_token_stream()));
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

/// Whether `attr` is `symbol`, perhaps within a `cfg_attr`.
fn names_symbol(attr: &Attribute) -> bool {
    attr.path().is_ident("symbol")
        || cfg_attr(attr).is_some_and(|(_, metas)| metas.iter().any(|meta| meta.path().is_ident("symbol")))
}

fn conditioned(mut with: Declared, mut without: Declared, predicate: &TokenStream) -> (Declared, Declared) {
    with.attrs.insert(0, cfg(predicate));
    without.attrs.insert(0, cfg(&quote!(not(#predicate))));
    (with, without)
}

/// Reports attributes that an import cannot have.
pub(crate) fn check(attrs: &[Attribute], report: &mut Report) {
    for attr in attrs {
        let path = attr.path();
        // `#[unsafe(no_mangle)]` has the path `unsafe` and the rest as its tokens.
        let unsafe_ = |name: &str| {
            path.is_ident("unsafe")
                && attr.meta.require_list().is_ok_and(|list| {
                    list.tokens.clone().into_iter().next().is_some_and(|token| token.to_string() == name)
                })
        };
        let is = |name: &str| path.is_ident(name) || unsafe_(name);
        if is("link_name") {
            report.error(attr, "the symbol's name is an argument here: `#[import_dynamic(\"library\", \"symbol\")]`, or `#[symbol(\"symbol\")]` within a block");
        } else if is("link") {
            report.error(
                attr,
                "nothing is linked when the program is built: name the library in `#[import_dynamic(\"library\")]`",
            );
        } else if is("no_mangle") || is("export_name") {
            report
                .error(attr, "an import that is also the program's own symbol is written with the option `interpose`");
        } else if is("link_section") {
            report.error(attr, "an import's section cannot be chosen");
        }
    }
}

/// Whether any of `attrs` is `#[name]`.
pub(crate) fn has(attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident(name))
}
