//! Signatures: what C can express and a function pointer can carry.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{Abi, Attribute, FnArg, GenericParam, LifetimeParam, LitStr, Pat, ReturnType, Safety, Signature, Type};

use super::style;
use crate::model::{Function, Param};
use crate::options::{Arguments, Key};
use crate::report::Report;
use crate::tokens::find_ident;

/// What is checked, in words.
const IMPORTED: &str = "an imported function";

/// ABIs that stubs know how to carry through.
const ABIS: &[&str] = &["C", "C-unwind", "system", "system-unwind", "sysv64", "sysv64-unwind"];

/// The ABI of an `extern`, which must be spelled out.
pub(crate) fn abi(written: Option<&Abi>, report: &mut Report) -> Option<LitStr> {
    let written = written?;
    let Some(name) = &written.name else {
        report.error(written.extern_token, "say the ABI: `extern \"C\"`");
        return None;
    };
    if ABIS.contains(&name.value().as_str()) {
        return Some(name.clone());
    }
    let all: Vec<_> = ABIS.iter().map(|abi| format!("\"{abi}\"")).collect();
    let all = all.join(", ");
    let message = match name.value().as_str() {
        "Rust" => "no library can be relied on to have the Rust ABI: it differs from compiler to compiler; write `extern \"C\"`".to_owned(),
        other => format!("the ABI \"{other}\" cannot be imported; the ABIs are {all}"),
    };
    report.error(name, message);
    None
}

/// Checks a signature.
pub(crate) fn function(
    signature: Signature,
    attrs: &[Attribute],
    block: Option<&Arguments>,
    own: &Arguments,
    report: &mut Report,
) -> Option<Function> {
    if let Some(token) = &signature.constness {
        report.error(token, "an imported function cannot be `const`: its code is not known when the program is built");
    }
    if let Some(token) = &signature.asyncness {
        report.error(token, "an imported function cannot be `async`: C knows no futures");
    }
    let lifetimes = lifetimes(&signature, report);
    let params = params(&signature, report);
    if let ReturnType::Type(_, ty) = &signature.output {
        no_impl(ty, IMPORTED, report);
    }
    companion_clash(&signature, report);
    if signature.variadic.is_some()
        && let Some(attr) = attrs.iter().find(|attr| attr.path().is_ident("must_use"))
    {
        report.error(attr, "a variadic import is a constant, on which `must_use` has no effect");
    }
    let has = |key| own.get(key).or_else(|| block.and_then(|block| block.get(key))).map(|given| &given.name);
    let (style, output) = style::style(&signature, &has, report);
    Some(Function {
        safe: matches!(signature.safety, Safety::Safe(_)),
        abi: signature.abi.and_then(|abi| abi.name)?,
        lifetimes,
        params: params?,
        variadic: signature.variadic.is_some(),
        declared: signature.output,
        output,
        style,
        fallback: own.function(Key::Fallback).cloned(),
        interpose: has(Key::Interpose).is_some(),
    })
}

/// Lifetimes may be generic, as in a function pointer's `for<'a>`; nothing else.
fn lifetimes(signature: &Signature, report: &mut Report) -> Vec<LifetimeParam> {
    let mut lifetimes = Vec::new();
    for param in &signature.generics.params {
        match param {
            GenericParam::Lifetime(lifetime) if lifetime.bounds.is_empty() => lifetimes.push(lifetime.clone()),
            GenericParam::Lifetime(lifetime) => {
                report.error(lifetime, "lifetimes cannot be bounded here: a function pointer's cannot")
            }
            GenericParam::Type(param) => {
                report.error(param, "an imported function cannot be generic: C has one function for all")
            }
            GenericParam::Const(param) => {
                report.error(param, "an imported function cannot be generic: C has one function for all")
            }
        }
    }
    if let Some(clause) = &signature.generics.where_clause {
        report.error(clause, "an imported function cannot have a `where` clause");
    }
    lifetimes
}

fn params(signature: &Signature, report: &mut Report) -> Option<Vec<Param>> {
    let mut params = Vec::new();
    for (index, input) in signature.inputs.iter().enumerate() {
        match input {
            FnArg::Receiver(receiver) => {
                report.error(receiver, "an imported function has no `self`: pass a pointer");
            }
            FnArg::Typed(param) => {
                no_impl(&param.ty, IMPORTED, report);
                let Some(ident) = param_name(&param.pat, index, report) else { continue };
                params.push(Param { attrs: param.attrs.clone(), ident, ty: (*param.ty).clone() });
            }
        }
    }
    if let Some(variadic) = &signature.variadic
        && let Some((pat, _)) = &variadic.pat
    {
        _ = param_name(pat, 0, report);
    }
    (params.len() == signature.inputs.len()).then_some(params)
}

fn param_name(pat: &Pat, index: usize, report: &mut Report) -> Option<Ident> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none() => {
            Some(pat.ident.clone())
        }
        Pat::Wild(_) => Some(format_ident!("__argument_{index}", span = Span::mixed_site())),
        _ => {
            report.error(
                pat,
                "a parameter of an imported function is a plain name or `_`, no pattern: there is no body to use it",
            );
            None
        }
    }
}

/// `impl Trait` is a generic in disguise.
pub(crate) fn no_impl(ty: &Type, what: &str, report: &mut Report) {
    if let Some(span) = find_ident(ty.to_token_stream(), "impl") {
        report.at(span, format!("{what} cannot have `impl Trait` in its signature: C has one function for all types"));
    }
}

/// A type written `stat` in the signature of a function `stat` would mean the companion type.
fn companion_clash(signature: &Signature, report: &mut Report) {
    let name = signature.ident.unraw();
    let mut check = |ty: &Type| {
        if let Some(path) = bare_path(ty)
            && path.unraw() == name
        {
            report.at(
                    path.span(),
                    format!(
                        "`{name}` is also the name of this import's companion type: give the function another Rust name and keep the symbol, \
                         such as `fn c_{name}` with the symbol \"{name}\""
                    ),
                );
        }
    };
    for input in &signature.inputs {
        if let FnArg::Typed(param) = input {
            check(&param.ty);
        }
    }
    if let ReturnType::Type(_, ty) = &signature.output {
        check(ty);
    }
}

/// The name at the end of pointers and references, if it is a single one.
fn bare_path(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Ptr(pointer) => bare_path(&pointer.elem),
        Type::Reference(reference) => bare_path(&reference.elem),
        Type::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}
