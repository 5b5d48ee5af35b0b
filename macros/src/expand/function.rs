//! An imported function: what is called, and beside it the companion type.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::pointer::{pointer, unbound};
use super::{Paths, callable, declaration, local};
use crate::attributes::has;
use crate::model::{Function, Group, Import, Style};

pub(crate) fn expand(paths: &Paths, group: &Group, import: &Import, function: &Function) -> TokenStream {
    let pointer = pointer(function);
    let callee = callable(&function.style)
        .then(|| if function.variadic { variadic(paths, import, &pointer) } else { callee(paths, import, function) });
    let companion = companion(paths, group, import, function, &pointer);
    quote!(#callee #companion)
}

/// The function that user code calls.
fn callee(paths: &Paths, import: &Import, function: &Function) -> TokenStream {
    let core = &paths.core;
    let Import { attrs, vis, ident, .. } = import;
    let Function { abi, declared, .. } = function;
    let params = function.params.iter().map(|param| {
        let (attrs, ident, ty) = (&param.attrs, &param.ident, &param.ty);
        quote!(#(#attrs)* #ident: #ty)
    });
    let names = function.params.iter().map(|param| &param.ident);
    let lifetimes = (!function.lifetimes.is_empty()).then(|| {
        let lifetimes = &function.lifetimes;
        quote!(<#(#lifetimes),*>)
    });
    let unsafety = (!function.safe).then(|| quote!(unsafe));
    let local_call = local("call");
    let call = quote!(#local_call(#(#names),*));
    let call = if function.safe { call } else { quote!(unsafe { #call }) };
    let pointer = unbound(function);
    let transmute = |code| quote!(unsafe { #core::mem::transmute::<*const (), #pointer>(#code) });
    let (abi, body) = match &function.style {
        // A Result is no C type: such a function has the Rust ABI.
        Style::Fallible { binding, errno, value, error } => {
            let code = if *binding {
                // The question mark converts the error, and speaks of the user's error type if that has no conversion.
                let span = error.span();
                let mut ident = ident.clone();
                ident.set_span(span);
                quote_spanned!(span=> #ident::import().bind()?)
            } else {
                quote!(#ident::target())
            };
            let call_it = transmute(code);
            let result = if *errno {
                errno_result(paths, value, error, &call)
            } else {
                quote!(#core::result::Result::Ok(#call))
            };
            (None, quote!(let #local_call = #call_it; #result))
        }
        _ => {
            let call_it = transmute(quote!(#ident::target()));
            (Some(quote!(extern #abi)), quote!(let #local_call = #call_it; #call))
        }
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

/// The call's value as a Result, by errno.
fn errno_result(paths: &Paths, value: &Type, error: &Type, call: &TokenStream) -> TokenStream {
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
            #core::result::Result::Err(#from(#private::errno()))
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
fn variadic(paths: &Paths, import: &Import, pointer: &TokenStream) -> TokenStream {
    let core = &paths.core;
    let Import { attrs, vis, ident, .. } = import;
    quote! {
        #(#attrs)*
        #[allow(non_upper_case_globals)]
        #vis const #ident: #pointer = unsafe { #core::mem::transmute::<*const (), #pointer>(#ident::CODE) };
    }
}

/// The type of the same name, by which a program asks before it calls.
fn companion(paths: &Paths, group: &Group, import: &Import, function: &Function, pointer: &TokenStream) -> TokenStream {
    let Paths { private, core } = paths;
    let Import { cfgs, vis, ident, .. } = import;
    let (declaration, outer) = accessor(paths, group, import, function, pointer);
    let code = local("code");
    let doc = format!("Whether and where the host has `{ident}`, without calling it.");
    quote! {
        #(#cfgs)*
        #[doc = #doc]
        #[allow(non_camel_case_types)]
        #vis enum #ident {}

        #(#cfgs)*
        const _: () = {
            #declaration
            impl #ident {
            #outer

            #[inline]
            fn import() -> &'static #private::Import {
                &IMPORT
            }

            /// Binds the import if need be and returns the function; the error says what was tried.
            #[inline]
            #vis fn resolve() -> #core::result::Result<#pointer, #private::ImportError> {
                let #code = Self::import().bind()?;
                #core::result::Result::Ok(unsafe { #core::mem::transmute::<*const (), #pointer>(#code) })
            }

            /// Whether the import can be bound; binds it if so.
            #[inline]
            #vis fn is_available() -> #core::primitive::bool {
                Self::import().bind().is_ok()
            }
            }
        };
    }
}

/// The import itself, and what reaches it: associated constants, and for the function that is called `target()`.
fn accessor(
    paths: &Paths,
    group: &Group,
    import: &Import,
    function: &Function,
    pointer: &TokenStream,
) -> (TokenStream, TokenStream) {
    let private = &paths.private;
    let ident = &import.ident;
    let fallback = function.fallback.as_ref().map(|path| {
        quote! {
            const FALLBACK: #private::Code = {
                const FUNCTION: #pointer = #path;
                #private::Code(FUNCTION as *const ())
            };
        }
    });
    let code = function.fallback.as_ref().map(|_| quote!(<#ident>::FALLBACK));
    let declaration = declaration::import(paths, group, import, code);
    let target = if function.variadic {
        let symbol = function.interpose.then(|| &import.symbols[0]).into_iter();
        quote!(const CODE: *const () = #private::variadic!(IMPORT #(, #symbol)*);)
    } else if calls_target(&function.style) {
        quote! {
            #[inline(always)]
            fn target() -> *const () {
                #private::target!(IMPORT)
            }
        }
    } else {
        TokenStream::new()
    };
    (declaration, quote!(#fallback #target))
}

/// Whether a call goes through the slot, bound or not.
fn calls_target(style: &Style) -> bool {
    matches!(style, Style::Plain | Style::Fallible { binding: false, .. })
}
