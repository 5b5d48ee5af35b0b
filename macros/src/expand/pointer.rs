//! The type of a function pointer.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Function;

/// The C function's own type, such as `unsafe extern "C" fn(name: *const c_char) -> c_int`, with its lifetimes bound.
pub(crate) fn pointer(function: &Function) -> TokenStream {
    let lifetimes = (!function.lifetimes.is_empty()).then(|| {
        let lifetimes = &function.lifetimes;
        quote!(for<#(#lifetimes),*>)
    });
    let unbound = unbound(function);
    quote!(#lifetimes #unbound)
}

/// The same type where the function's lifetimes are in scope.
pub(crate) fn unbound(function: &Function) -> TokenStream {
    let Function { abi, output, .. } = function;
    let unsafety = (!function.safe).then(|| quote!(unsafe));
    let types = function.params.iter().map(|param| &param.ty);
    let dots = function.variadic.then(|| quote!(...));
    quote!(#unsafety extern #abi fn(#(#types,)* #dots) #output)
}
