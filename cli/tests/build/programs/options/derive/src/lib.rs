//! A procedural macro: a shared library of the compiler's, linked as ever.

/// A constant from the compiler's own process.
#[proc_macro]
pub fn answer(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    std::thread::spawn(|| "42_u32").join().unwrap().parse().unwrap()
}
