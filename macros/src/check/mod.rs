//! From what was written to what is meant; every mistake is reported, none ends the checking of the rest.

mod definition;
mod names;
mod signature;
mod style;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Safety, Signature};

use crate::arguments;
use crate::attributes;
use crate::item::{Block, Declared, Ending, Item, Kind, parenthesized};
use crate::model::{Flags, Group, Import, Shape};
use crate::options::{Arguments, Key, Place};
use crate::report::Report;

pub(crate) use definition::{callback, export};
use names::{Libraries, libraries, metadata};
use signature::abi;

/// Checks an item with its arguments.
pub(crate) fn group(tokens: TokenStream, span: Span, item: Item, report: &mut Report) -> Option<Group> {
    match item {
        Item::Single(item) => single(tokens, span, item, report),
        Item::Block(item) => block(tokens, span, item, report),
    }
}

fn single(tokens: TokenStream, span: Span, item: Declared, report: &mut Report) -> Option<Group> {
    let place = match &item.kind {
        Kind::Function(..) => Place::Function,
        Kind::Static { .. } => Place::Static,
        Kind::Other(start) => {
            report.at(*start, "expected a function without a body, a static without a value, or an extern block");
            return None;
        }
    };
    let mut arguments = arguments::parse(tokens, span, place, report);
    if let Kind::Function(signature, _) = &item.kind {
        single_function(signature, report);
    }
    if let Some(attr) = item.attrs.iter().find(|attr| attributes::named(attr, "symbol")) {
        report.error(
            attr,
            "`symbol` is for the items of a block; here the symbol is the second argument of `import_dynamic`",
        );
    }
    let libraries = libraries(&mut arguments, place, report);
    let mut imports = Vec::new();
    for mut item in attributes::variants(item) {
        item.attrs.retain(|attr| !attr.path().is_ident("symbol"));
        imports.extend(import(item, None, &arguments, place, report));
    }
    finish(&arguments, libraries?, imports, report)
}

/// What a function by itself must say, and in a block the block says.
fn single_function(signature: &Signature, report: &mut Report) {
    match &signature.abi {
        Some(written) => _ = abi(Some(written), report),
        None => report.error(
            signature.fn_token,
            "an imported function is not a Rust function: declare it `unsafe extern \"C\" fn`",
        ),
    }
    if matches!(signature.safety, Safety::Default) {
        let culprit = signature
            .abi
            .as_ref()
            .map_or_else(|| signature.fn_token.to_token_stream(), |abi| abi.extern_token.to_token_stream());
        report.error(
            culprit,
            "the declaration is a promise that the compiler cannot check: write `unsafe extern \"C\" fn`, or `safe extern \"C\" fn` if every call is safe",
        );
    }
}

fn block(tokens: TokenStream, span: Span, block: Block, report: &mut Report) -> Option<Group> {
    let mut arguments = arguments::parse(tokens, span, Place::Block, report);
    if block.unsafety.is_none() {
        report.error(
            block.extern_token,
            "the declarations are promises that the compiler cannot check: write `unsafe extern \"C\"`",
        );
    }
    let written = syn::Abi { extern_token: block.extern_token, name: block.abi.clone() };
    let abi = abi(Some(&written), report);
    attributes::check(&block.attrs, report);
    if block.items.is_empty() {
        report.error(
            block.extern_token,
            "the block imports nothing; to load a library for its own sake, write `require!`",
        );
    }
    let libraries = libraries(&mut arguments, Place::Block, report);
    let mut imports = Vec::new();
    for mut item in block.items {
        // A lint level or a `cfg` of the block holds for each of its items; its doc comment is nobody's.
        item.attrs.splice(0..0, block.attrs.iter().filter(|attr| !attr.path().is_ident("doc")).cloned());
        for mut item in attributes::variants(item) {
            if let Kind::Function(signature, _) = &mut item.kind {
                if let Some(own) = &signature.abi {
                    report.error(own, "the block says the ABI of its functions");
                }
                signature.abi = Some(syn::Abi { extern_token: block.extern_token, name: abi.clone() });
            }
            imports.extend(block_item(item, &arguments, report));
        }
    }
    finish(&arguments, libraries?, imports, report)
}

fn block_item(mut item: Declared, block: &Arguments, report: &mut Report) -> Option<Import> {
    let place = match &item.kind {
        Kind::Function(..) => Place::BlockFunction,
        Kind::Static { .. } => Place::BlockStatic,
        Kind::Other(start) => {
            report.at(*start, "only functions and statics can be imported");
            return None;
        }
    };
    let (symbols, attrs): (Vec<Attribute>, _) = item.attrs.drain(..).partition(|attr| attr.path().is_ident("symbol"));
    item.attrs = attrs;
    if let Some(second) = symbols.get(1) {
        report.error(second, "`symbol` is given twice; alternatives are a list: `#[symbol([\"first\", \"second\"])]`");
    }
    let own = symbols.first().and_then(|attr| {
        let tokens = report.run(|_| {
            parenthesized(attr).map_err(|_| syn::Error::new_spanned(attr, "expected `#[symbol(\"name\")]`"))
        })?;
        let arguments = arguments::parse(tokens, attr.path().segments[0].ident.span(), place, report);
        if arguments.names.is_empty() && arguments.options.is_empty() && !arguments.broken {
            report.error(attr, "`symbol` names nothing: `#[symbol(\"name\")]`");
        }
        Some(arguments)
    });
    import(item, Some(block), own.as_ref().unwrap_or(&Arguments::empty(Span::call_site())), place, report)
}

/// Checks one import. `own` are its own arguments, `block` those of the block around it.
fn import(
    item: Declared,
    block: Option<&Arguments>,
    own: &Arguments,
    place: Place,
    report: &mut Report,
) -> Option<Import> {
    attributes::check(&item.attrs, report);
    let ident = item.ident()?.clone();
    let has = |key| own.has(key) || block.is_some_and(|block| block.has(key));
    let symbols = names::symbols(own, place, &ident, report);
    let version = names::version(own, report);
    let mut flags = Flags {
        optional: has(Key::Optional),
        version_optional: own.has(Key::VersionOptional),
        fallback: own.has(Key::Fallback),
        no_tls: has(Key::NoTls),
        data: false,
    };
    let cfgs = attributes::conditions(&item.attrs);
    let shape = match item.kind {
        Kind::Function(signature, ending) => {
            if let Ending::Defined(body) = ending {
                report.at(body, "an imported function has no body: its code is the library's; end it with `;`");
            }
            let function = signature::function(*signature, &item.attrs, block, own, report)?;
            flags.optional |= matches!(function.style, crate::model::Style::Fallible { binding: true, .. });
            Shape::Function(Box::new(function))
        }
        Kind::Static { ty, ending, .. } => {
            if let Ending::Defined(value) = ending {
                report.at(value, "imported data has no value here: the library has it; end it with `;`");
            }
            flags.data = true;
            flags.no_tls = false;
            Shape::Data(ty)
        }
        Kind::Other(_) => return None,
    };
    Some(Import { attrs: item.attrs, cfgs, vis: item.vis, ident, symbols: symbols?, version, flags, shape })
}

fn finish(arguments: &Arguments, libraries: Libraries, imports: Vec<Import>, report: &mut Report) -> Option<Group> {
    let metadata = metadata(arguments, &libraries, report);
    Some(Group { krate: arguments.krate(), libraries: libraries.0, metadata, imports })
}

/// Checks `require!`.
pub(crate) fn requirement(arguments: &mut Arguments, report: &mut Report) -> Option<Group> {
    let libraries = libraries(arguments, Place::Require, report)?;
    finish(arguments, libraries, Vec::new(), report)
}
