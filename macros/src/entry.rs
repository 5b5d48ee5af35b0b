//! The macros as functions of `proc_macro2` tokens, which work outside the compiler too: tests call them.

use proc_macro2::{Span, TokenStream};

use crate::item::Item;
use crate::options::{Key, Place};
use crate::report::Report;
use crate::{arguments, check, expand};

pub(crate) fn import_dynamic(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut report = Report::default();
    let item = report.run(|_| syn::parse2::<Item>(item));
    let group = item.and_then(|item| check::group(arguments, Span::call_site(), item, &mut report));
    report.finish(group.map(|group| expand::group(&group)))
}

pub(crate) fn require(arguments: TokenStream) -> TokenStream {
    let mut report = Report::default();
    let mut arguments = arguments::parse(arguments, Span::call_site(), Place::Require, &mut report);
    let group = check::requirement(&mut arguments, &mut report);
    report.finish(group.map(|group| expand::require(&group, arguments.has(Key::Optional))))
}

pub(crate) fn export_dynamic(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut report = Report::default();
    let arguments = arguments::parse(arguments, Span::call_site(), Place::Export, &mut report);
    let export = check::export(&arguments, item, &mut report);
    report.finish(export.map(expand::export))
}

pub(crate) fn callback(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut report = Report::default();
    let arguments = arguments::parse(arguments, Span::call_site(), Place::Callback, &mut report);
    let callback = check::callback(&arguments, item, &mut report);
    report.finish(callback)
}
