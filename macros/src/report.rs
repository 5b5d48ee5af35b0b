//! The errors of one item, collected so that all of them are shown in one compile.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Collects errors; [`Report::finish`] hands them to the compiler together.
#[derive(Default)]
pub(crate) struct Report(Option<syn::Error>);

impl Report {
    /// Adds an error that covers all tokens of `culprit`.
    pub(crate) fn error(&mut self, culprit: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(culprit, message));
    }

    /// Adds an error at `span`.
    pub(crate) fn at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Runs `parse`; its error goes into the report.
    pub(crate) fn run<T>(&mut self, parse: impl FnOnce(&mut Self) -> syn::Result<T>) -> Option<T> {
        match parse(self) {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(error);
                None
            }
        }
    }

    /// The expansion, or every error if there was one.
    pub(crate) fn finish(self, expansion: Option<TokenStream>) -> TokenStream {
        match self.0 {
            Some(errors) => errors.into_compile_error(),
            None => expansion.unwrap_or_default(),
        }
    }
}
