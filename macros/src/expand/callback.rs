//! A function that libraries call: its body runs at home, whatever thread it is called on.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{FnArg, GenericParam, ItemFn, Path, ReturnType, Safety, Type};

use super::{Paths, local};
use crate::attributes::has;

/// A checked callback.
pub(crate) struct Callback {
    pub(crate) krate: Path,
    pub(crate) item: ItemFn,
}

pub(crate) fn callback(callback: Callback) -> TokenStream {
    let Callback { krate, item } = callback;
    let private = Paths::new(&krate).private;
    let ItemFn { attrs, vis, sig, block, .. } = &item;
    // Never inlined: what the body computes from the thread pointer must not move across the switches. Its name is in
    // the body's own scope, so that it must be one that nobody uses.
    let body_ident = format_ident!("__callback_body_of_{}", sig.ident);
    let mut body = sig.clone();
    body.ident = body_ident.clone();
    let mut outer = sig.clone();
    let mut names = Vec::new();
    for (index, input) in outer.inputs.iter_mut().enumerate() {
        if let FnArg::Typed(param) = input {
            let name = local(&format!("argument_{index}"));
            let ty = &param.ty;
            *input = syn::parse_quote!(#name: #ty);
            names.push(name);
        }
    }
    let generics = turbofish(&item);
    let call = quote!(#body_ident #generics(#(#names),*));
    let call = if matches!(sig.safety, Safety::Unsafe(_)) { quote!(unsafe { #call }) } else { call };
    let (value, token) = (local("value"), local("token"));
    let run = if never(&sig.output) {
        quote!(#call)
    } else {
        quote! {
            let #value = #call;
            unsafe { #private::callback_leave(#token) };
            #value
        }
    };
    let inline = (!has(attrs, "inline")).then(|| quote!(#[inline(never)]));
    quote! {
        #(#attrs)*
        #inline
        #vis #outer {
            #[inline(never)]
            #body #block
            let #token = unsafe { #private::callback_enter() };
            #run
        }
    }
}

/// `::<T, N>`: what must be passed on by hand; lifetimes are inferred.
fn turbofish(item: &ItemFn) -> Option<TokenStream> {
    let names: Vec<_> = item
        .sig
        .generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    (!names.is_empty()).then(|| quote!(::<#(#names),*>))
}

fn never(output: &ReturnType) -> bool {
    matches!(output, ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)))
}
