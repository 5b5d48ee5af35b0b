//! A library that is wanted for its own sake.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Paths, declaration, note};
use crate::model::{Flags, Group};

pub(crate) fn require(group: &Group, optional: bool) -> TokenStream {
    let paths = Paths::new(&group.krate);
    let private = &paths.private;
    let flags = Flags { optional, ..Flags::default() };
    let libraries = declaration::c_strings(&group.libraries);
    let section = declaration::section("import_require", "__DATA,__import_req");
    let own = note::own(note::Type::Library, flags, None, &group.metadata, &group.libraries, &[]);
    let own = note::statics(&paths, &[own]);
    let dlopen = note::dlopen(&group.libraries, &group.metadata, optional).map(|note| note::statics(&paths, &[note]));
    let flags = declaration::flags(&paths, flags);
    quote! {
        const _: () = {
            #section
            static REQUIREMENT: #private::Requirement = #private::Requirement::new(#libraries, #flags);
            #own
            #dlopen
        };
    }
}
