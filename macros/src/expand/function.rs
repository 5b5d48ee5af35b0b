//! Imported functions: what is called, and beside it the companion type. A crate may have thousands: each generated
//! function, static and constant costs compile time.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::pointer::{pointer, unbound};
use super::{Paths, callable, declaration, local};
use crate::attributes::has;
use crate::model::{Function, Group, Import, Shape, Style};

/// All functions of a group.
pub(crate) fn expand(paths: &Paths, group: &Group) -> TokenStream {
    let functions = group.imports.iter().filter_map(|import| match &import.shape {
        Shape::Function(function) => Some((import, &**function)),
        Shape::Data(_) => None,
    });
    let (always, sometimes): (Vec<_>, Vec<_>) = functions.partition(|(import, _)| import.cfgs.is_empty());
    let always = (!always.is_empty()).then(|| together(paths, group, &always));
    let sometimes = sometimes.into_iter().map(|function| together(paths, group, &[function]));
    quote!(#always #(#sometimes)*)
}

/// Functions that exist under the same `cfg`s: their imports are one table.
fn together(paths: &Paths, group: &Group, functions: &[(&Import, &Function)]) -> TokenStream {
    let cfgs = functions.first().map(|(import, _)| &import.cfgs).into_iter().flatten();
    let outer = functions.iter().map(|(import, function)| {
        let callee = callable(&function.style).then(|| {
            if function.variadic { variadic(paths, import, function) } else { callee(paths, import, function) }
        });
        let Import { cfgs, vis, ident, .. } = import;
        let doc = format!("Whether and where the host has `{ident}`, without calling it.");
        quote! {
            #callee

            #(#cfgs)*
            #[doc = #doc]
            #[allow(non_camel_case_types)]
            #vis enum #ident {}
        }
    });
    let imports: Vec<_> =
        functions.iter().map(|(import, function)| (*import, fallback(paths, import, function))).collect();
    let types: TokenStream = functions
        .iter()
        .map(|(_, function)| {
            let (pointer, fallback) = (pointer(function), &function.fallback);
            quote!(#pointer #fallback)
        })
        .collect();
    let name = declaration::name(&types);
    let table = declaration::table(paths, group, &name, &imports);
    let companions = functions
        .iter()
        .enumerate()
        .map(|(index, (import, function))| companion(paths, &name, index, import, function));
    quote! {
        #(#outer)*

        #(#cfgs)*
        const _: () = {
            #table
            #(#companions)*
        };
    }
}

/// The function that user code calls.
fn callee(paths: &Paths, import: &Import, function: &Function) -> TokenStream {
    let core = &paths.core;
    let Import { attrs, vis, ident, .. } = import;
    let Function { abi, declared, .. } = function;
    let names: Vec<_> = function.params.iter().map(|param| parameter(&param.ident)).collect();
    let params = function.params.iter().zip(&names).map(|(param, name)| {
        let (attrs, ty) = (&param.attrs, &param.ty);
        quote!(#(#attrs)* #name: #ty)
    });
    let lifetimes = (!function.lifetimes.is_empty()).then(|| {
        let lifetimes = &function.lifetimes;
        quote!(<#(#lifetimes),*>)
    });
    let unsafety = (!function.safe).then(|| quote!(unsafe));
    let local_call = local("call");
    let call = quote!(#local_call(#(#names),*));
    let call = if function.safe { call } else { quote!(unsafe { #call }) };
    let pointer = unbound(function);
    let private = &paths.private;
    let target = quote!(unsafe { #core::mem::transmute::<*const (), #pointer>(#private::target_of!(#ident)) });
    let (abi, body) = match &function.style {
        // A Result is no C type: such a function has the Rust ABI.
        Style::Fallible { binding, errno, value, error } => {
            let target = if *binding {
                // The question mark converts the error, and speaks of the user's error type if that has no conversion.
                let span = error.span();
                let mut ident = ident.clone();
                ident.set_span(span);
                quote_spanned!(span=> #ident::resolve()?)
            } else {
                target
            };
            let result = if *errno {
                let errno = match function.fallback {
                    Some(_) => quote!(#ident::errno()),
                    None => quote!(#private::errno()),
                };
                errno_result(paths, value, error, &call, &errno)
            } else {
                quote!(#core::result::Result::Ok(#call))
            };
            (None, quote!(let #local_call = #target; #result))
        }
        _ => (Some(quote!(extern #abi)), quote!(let #local_call = #target; #call)),
    };
    let inline = (!function.interpose && !has(attrs, "inline")).then(|| quote!(#[inline]));
    let interpose = function.interpose.then(|| {
        let symbol = &import.symbols[0];
        quote! {
            #[cfg_attr(all(target_os = "linux", target_feature = "crt-static"), unsafe(export_name = #symbol))]
        }
    });
    quote! {
        #(#attrs)*
        #[allow(non_snake_case)]
        #inline
        #interpose
        #vis #unsafety #abi fn #ident #lifetimes(#(#params),*) #declared {
            #body
        }
    }
}

/// A parameter's name in a definition, where it is a pattern: one that is spelled like a constant would mean that.
fn parameter(ident: &Ident) -> Ident {
    let name = ident.unraw().to_string();
    if !name.starts_with(char::is_uppercase) {
        return ident.clone();
    }
    let mut local = local(&name);
    local.set_span(local.span().located_at(ident.span()));
    local
}

/// The call's value as a Result, by errno.
fn errno_result(paths: &Paths, value: &Type, error: &Type, call: &TokenStream, errno: &TokenStream) -> TokenStream {
    let Paths { private, core } = paths;
    let span = value.span();
    let is_error = respan(quote!(#private::ErrnoReturn::is_error), span);
    let from = respan(quote!(#core::convert::From::from), error.span());
    let value = local("value");
    // The same variable, but errors about it are shown at the type.
    let mut located = value.clone();
    located.set_span(value.span().located_at(span));
    let reference = quote_spanned!(span=> &#located);
    quote! {
        let #value = #call;
        if #is_error(#reference) {
            #core::result::Result::Err(#from(#errno))
        } else {
            #core::result::Result::Ok(#value)
        }
    }
}

/// The same tokens at `span`, where errors about them are shown.
fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    let respanned = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            token = TokenTree::Group(proc_macro2::Group::new(group.delimiter(), respan(group.stream(), span)));
        }
        token.set_span(span);
        token
    });
    respanned.collect()
}

/// A variadic import is a constant: stable Rust calls variadic functions but cannot define them.
fn variadic(paths: &Paths, import: &Import, function: &Function) -> TokenStream {
    let core = &paths.core;
    let pointer = pointer(function);
    let Import { attrs, vis, ident, .. } = import;
    quote! {
        #(#attrs)*
        #[allow(non_upper_case_globals)]
        #vis const #ident: #pointer = unsafe { #core::mem::transmute::<*const (), #pointer>(#ident::CODE) };
    }
}

/// What the type of the same name offers, by which a program asks before it calls; for the block that has the table.
fn companion(paths: &Paths, table: &Ident, index: usize, import: &Import, function: &Function) -> TokenStream {
    let Paths { private, core } = paths;
    let Import { vis, ident, .. } = import;
    let pointer = pointer(function);
    let index = Literal::usize_unsuffixed(index);
    let fallback = function.fallback.as_ref().map(|path| quote!(const FALLBACK: #pointer = #path;));
    let has_errno = matches!(function.style, Style::Fallible { errno: true, .. }) && fallback.is_some();
    let errno = has_errno.then(|| {
        quote! {
            // Of the program's own function, if that was called.
            fn errno() -> #private::Errno {
                #private::errno_of(&#table[#index])
            }
        }
    });
    let target = if function.variadic {
        let symbol = function.interpose.then(|| &import.symbols[0]).into_iter();
        quote!(const CODE: *const () = #private::variadic!(#table[#index] #(, #symbol)*);)
    } else if calls_target(&function.style) {
        quote!(#private::target! { #table[#index] })
    } else {
        TokenStream::new()
    };
    quote! {
        impl #ident {
            #fallback
            #target
            #errno

            /// Binds the import if need be and returns the function; the error says what was tried.
            #[inline]
            #vis fn resolve() -> #core::result::Result<#pointer, #private::ImportError> {
                unsafe { #private::resolve(&#table[#index]) }
            }

            /// Whether the import can be bound; binds it if so.
            #[inline]
            #vis fn is_available() -> #core::primitive::bool {
                #private::is_available(&#table[#index])
            }
        }
    }
}

/// An import's fallback, by the constant that its companion has.
fn fallback(paths: &Paths, import: &Import, function: &Function) -> Option<TokenStream> {
    let (private, ident) = (&paths.private, &import.ident);
    function.fallback.as_ref().map(|_| quote!(#private::Code(<#ident>::FALLBACK as *const ())))
}

/// Whether a call goes through the slot, bound or not.
fn calls_target(style: &Style) -> bool {
    matches!(style, Style::Plain | Style::Fallible { binding: false, .. })
}
