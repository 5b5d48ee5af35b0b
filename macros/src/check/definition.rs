//! Functions that the program defines and libraries call: exports and callbacks.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{FnArg, ItemFn};

use super::names::symbol_name;
use crate::attributes::{named, outward};
use crate::expand::{self, Callback, Export};
use crate::options::{Arguments, Key};
use crate::report::Report;

/// Checks an export.
pub(crate) fn export(arguments: &Arguments, item: TokenStream, report: &mut Report) -> Option<Export> {
    let name = name(arguments, report);
    let item = definition(item, "an exported function", report)?;
    if let Some(param) = item.sig.generics.type_params().next() {
        report.error(param, "an exported function cannot be generic: a name stands for one function");
    } else if let Some(param) = item.sig.generics.const_params().next() {
        report.error(param, "an exported function cannot be generic: a name stands for one function");
    }
    for attr in &item.attrs {
        if named(attr, "no_mangle") || named(attr, "export_name") {
            report.error(attr, "`export_dynamic` gives the function its name");
        }
    }
    let mut item = item;
    // An export is a callback already.
    item.attrs.retain(|attr| attr.path().segments.last().is_none_or(|last| last.ident != "callback"));
    Some(Export { krate: arguments.krate(), name: name?, no_tls: arguments.has(Key::NoTls), item })
}

fn name(arguments: &Arguments, report: &mut Report) -> Option<String> {
    if let Some(second) = arguments.names.get(1) {
        report.at(second.span, "an export has one name; for another, export another function");
        return None;
    }
    let Some(names) = arguments.names.first() else {
        if !arguments.broken {
            report.at(arguments.span, "say by which name libraries find the function: `#[export_dynamic(\"name\")]`");
        }
        return None;
    };
    let [name] = &names.names[..] else {
        report.at(names.span, "an export has one name; for another, export another function");
        return None;
    };
    symbol_name(name, report);
    super::names::plain(name, "symbol name", report)
}

/// Checks a callback and expands it.
pub(crate) fn callback(arguments: &Arguments, item: TokenStream, report: &mut Report) -> Option<TokenStream> {
    if let Some(names) = arguments.names.first() {
        report.at(names.span, "a callback has no name to be found by; that would be `#[export_dynamic(\"name\")]`");
    }
    let item = definition(item, "a callback", report)?;
    // An export is a callback already.
    if item.attrs.iter().any(|attr| attr.path().segments.last().is_some_and(|last| last.ident == "export_dynamic")) {
        return Some(quote!(#item));
    }
    Some(expand::callback(Callback { krate: arguments.krate(), item }))
}

/// Checks what exports and callbacks have in common.
fn definition(item: TokenStream, what: &str, report: &mut Report) -> Option<ItemFn> {
    let item = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(mut item) => {
            // Its body goes elsewhere; the attributes in it are the function's.
            outward(&mut item.attrs);
            item
        }
        Err(_) => {
            report.error(item, format!("{what} is a function with a body: `extern \"C\" fn name(...) {{ ... }}`"));
            return None;
        }
    };
    let sig = &item.sig;
    match sig.abi.as_ref().map(|abi| (abi, abi.name.as_ref().map(syn::LitStr::value))) {
        Some((abi, Some(name))) if name.ends_with("-unwind") => {
            report.error(abi, format!("{what} cannot unwind into the library that calls it: write `extern \"C\"`"));
        }
        Some((abi, _)) => _ = super::abi(Some(abi), report),
        None => report.error(sig.fn_token, format!("{what} is called from C: declare it `extern \"C\" fn`")),
    }
    if let Some(token) = &sig.constness {
        report.error(token, format!("{what} cannot be `const`"));
    }
    if let Some(token) = &sig.asyncness {
        report.error(token, format!("{what} cannot be `async`: C knows no futures"));
    }
    if let Some(variadic) = &sig.variadic {
        report.error(variadic, format!("{what} cannot be variadic: stable Rust does not define such functions"));
    }
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(receiver) => report.error(receiver, format!("{what} has no `self`: take a pointer")),
            FnArg::Typed(param) => {
                super::signature::no_impl(&param.ty, what, report);
                if let Some(cfg) = param.attrs.iter().find(|attr| attr.path().is_ident("cfg")) {
                    report.error(cfg, "put the `cfg` on the function, and have one for each case");
                }
            }
        }
    }
    Some(item)
}
