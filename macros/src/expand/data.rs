//! Imported data: a place to read, found when it is first asked for.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use super::{Paths, declaration};
use crate::model::{Group, Import};

pub(crate) fn expand(paths: &Paths, group: &Group, import: &Import, ty: &Type) -> TokenStream {
    let private = &paths.private;
    let Import { attrs, vis, ident, .. } = import;
    let name = declaration::name(&TokenStream::new());
    let table = declaration::table(paths, group, &name, &[(import, None)]);
    quote! {
        #(#attrs)*
        #[allow(non_upper_case_globals)]
        #vis static #ident: #private::Data<#ty> = {
            #table
            #private::Data::new(&#name[0])
        };
    }
}
