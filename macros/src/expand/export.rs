//! A function of the program that libraries of the host find by name.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ItemFn, Path};

use super::{Callback, Paths, callback, declaration, note};
use crate::attributes;
use crate::model::{Flags, Metadata};

/// A checked export.
pub(crate) struct Export {
    pub(crate) krate: Path,
    pub(crate) name: String,
    pub(crate) no_tls: bool,
    pub(crate) item: ItemFn,
}

pub(crate) fn export(export: Export) -> TokenStream {
    let Export { krate, name, no_tls, mut item } = export;
    let paths = Paths::new(&krate);
    let private = &paths.private;
    let ident = item.sig.ident.clone();
    let cfgs = attributes::conditions(&item.attrs);
    let flags = Flags { no_tls, ..Flags::default() };
    let note = note::own(note::Type::Export, flags, None, &Metadata::default(), &[], std::slice::from_ref(&name));
    let note = note::statics(&paths, &[note]);
    let section = declaration::section("import_export", "__DATA,__import_exp");
    let literal = declaration::c_string(&name);
    // Native: the linker's own dynamic symbol table does it. A static program must not have the symbol, for it would
    // take the place of its own libc's.
    item.attrs.push(syn::parse_quote!(#[cfg_attr(not(target_feature = "crt-static"), unsafe(export_name = #name))]));
    let item = if no_tls { quote!(#item) } else { callback(Callback { krate, item }) };
    quote! {
        #item

        #(#cfgs)*
        const _: () = {
            #section
            static EXPORT: #private::Export =
                #private::Export { name: #literal, code: #ident as *const () };
            #note
        };
    }
}
