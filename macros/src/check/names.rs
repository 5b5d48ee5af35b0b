//! Libraries, symbols, versions and metadata.

use proc_macro2::{Ident, Span};
use syn::LitStr;
use syn::ext::IdentExt;

use crate::library::{Kind, LOGICAL, kind};
use crate::model::Metadata;
use crate::options::{Arguments, Given, Key, Names, Place};
use crate::report::Report;
use crate::suggest::nearest;

/// The alternatives in order; none for the global scope.
pub(crate) struct Libraries(pub(crate) Vec<String>);

/// The libraries of `arguments`.
pub(crate) fn libraries(arguments: &Arguments, place: Place, report: &mut Report) -> Option<Libraries> {
    let most = usize::from(!arguments.has(Key::Global)) + usize::from(place.names_symbols());
    if let Some(extra) = arguments.names.get(most) {
        report.at(extra.span, extra_names(arguments, place));
        return None;
    }
    if let Some(global) = arguments.get(Key::Global) {
        if let Some(names) = arguments.names.first()
            && names.names.iter().any(|name| kind(&name.value()) != Kind::Unknown)
        {
            report.at(names.span, "with `global` no library is named; this looks like one");
        }
        _ = global;
        return Some(Libraries(Vec::new()));
    }
    let Some(libraries) = arguments.names.first() else {
        report.at(arguments.span, missing_library(place));
        return None;
    };
    let names = list(libraries, "library", report)?;
    let known = |names: &Names| names.names.iter().any(|name| kind(&name.value()) != Kind::Unknown);
    if let (false, Some(symbols)) = (known(libraries), arguments.names.get(1))
        && known(symbols)
    {
        let (library, symbol) = (spelled(symbols), spelled(libraries));
        report.at(libraries.span, format!("the library comes first, then the symbol: `{library}, {symbol}`"));
        return None;
    }
    for name in &libraries.names {
        if kind(&name.value()) == Kind::Unknown {
            report.at(name.span(), unknown_library(&name.value()));
        }
    }
    Some(Libraries(names))
}

fn missing_library(place: Place) -> &'static str {
    match place {
        Place::Require => "name the library: `require!(\"libexample.so.1\")`",
        Place::Block => {
            "name the library, `#[import_dynamic(\"libexample.so.1\")]`, or write `global` for the global scope"
        }
        _ => {
            "name the library, `#[import_dynamic(\"libexample.so.1\", \"symbol\")]`, or write `global` for the global scope"
        }
    }
}

fn extra_names(arguments: &Arguments, place: Place) -> String {
    let library = |names: &Names| names.names.iter().all(|name| kind(&name.value()) != Kind::Unknown);
    if arguments.has(Key::Global) && place.names_symbols() {
        return "with `global` only the symbol is named: `#[import_dynamic(global, \"symbol\")]`".to_owned();
    }
    match place {
        _ if !place.names_libraries() && place.names_symbols() => {
            "only one symbol is expected here; alternatives are a list: `[\"first\", \"second\"]`".to_owned()
        }
        Place::Block if !arguments.has(Key::Global) && !arguments.names.get(1).is_some_and(library) => {
            "a block names the library only: write `#[symbol(\"...\")]` on the item whose symbol is not its Rust name"
                .to_owned()
        }
        _ if arguments.names.iter().all(library) => {
            let all: Vec<_> = arguments.names.iter().map(spelled).collect();
            format!("several libraries are alternatives and make a list: `[{}]`", all.join(", "))
        }
        Place::Require => "a required library has no symbol: `require!` names the library only".to_owned(),
        Place::Block => "with `global` a block names no library".to_owned(),
        _ => "expected a library and a symbol, no more; alternatives are a list: `[\"first\", \"second\"]`".to_owned(),
    }
}

fn unknown_library(name: &str) -> String {
    if let Some(near) = nearest(name, LOGICAL.iter().map(|(logical, _)| *logical)) {
        return format!("unknown library `{name}`; did you mean `{near}`?");
    }
    let all: Vec<_> = LOGICAL.iter().map(|(logical, _)| format!("`{logical}`")).collect();
    format!(
        "`{name}` does not look like a library: write a file name such as \"libexample.so.1\", a path, or one of {}",
        all.join(", ")
    )
}

/// The symbols of an import, its Rust name by default.
pub(crate) fn symbols(own: &Arguments, place: Place, ident: &Ident, report: &mut Report) -> Option<Vec<String>> {
    let position = usize::from(place.names_libraries() && !own.has(Key::Global));
    if !place.names_libraries()
        && let Some(extra) = own.names.get(1)
    {
        report.at(extra.span, extra_names(own, place));
        return None;
    }
    let Some(names) = own.names.get(position) else {
        return Some(vec![ident.unraw().to_string()]);
    };
    let symbols = list(names, "symbol", report)?;
    for name in &names.names {
        symbol_name(name, report);
    }
    Some(symbols)
}

/// Reports what cannot be a symbol.
pub(crate) fn symbol_name(name: &LitStr, report: &mut Report) {
    let value = name.value();
    if let Some((symbol, version)) = value.split_once(['@', '#']) {
        let version = version.trim_start_matches('@');
        report.at(name.span(), format!("a version is an option of its own: `\"{symbol}\", version = \"{version}\"`"));
    } else if value.contains(".so") && kind(&value) == Kind::File {
        report.at(name.span(), format!("`{value}` is a library, and a symbol is expected here"));
    } else if value.contains(char::is_whitespace) {
        report.at(name.span(), "a symbol has no spaces in it");
    }
}

/// The version, and whether `version_optional` has one to speak of.
pub(crate) fn version(own: &Arguments, report: &mut Report) -> Option<String> {
    if let (Some(Given { name, .. }), false) = (own.get(Key::VersionOptional), own.has(Key::Version)) {
        report.at(name.span(), "`version_optional` without a `version`");
    }
    own.text(Key::Version).and_then(|version| plain(version, "version", report))
}

/// Checks each name of a list, and that no name is there twice.
fn list(names: &Names, what: &str, report: &mut Report) -> Option<Vec<String>> {
    if names.names.is_empty() {
        report.at(names.span, format!("the list names no {what}"));
        return None;
    }
    let mut values: Vec<String> = Vec::new();
    let mut good = true;
    for name in &names.names {
        let Some(value) = plain(name, what, report) else {
            good = false;
            continue;
        };
        if values.contains(&value) {
            report.at(name.span(), format!("the {what} `{value}` is named twice"));
        }
        values.push(value);
    }
    good.then_some(values)
}

/// A string without anything that C strings, notes or messages could not carry.
pub(crate) fn plain(text: &LitStr, what: &str, report: &mut Report) -> Option<String> {
    let value = text.value();
    let problem = if value.is_empty() {
        format!("the {what} is empty")
    } else if value.contains('\0') {
        format!("the {what} contains a NUL, which ends a C string")
    } else if value.contains(char::is_control) {
        format!("the {what} contains a control character")
    } else {
        return Some(value);
    };
    report.at(text.span(), problem);
    None
}

/// `feature`, `description` and `priority`.
pub(crate) fn metadata(arguments: &Arguments, libraries: &Libraries, report: &mut Report) -> Metadata {
    let mut text = |key, what| arguments.text(key).and_then(|text| plain(text, what, report));
    let metadata = Metadata {
        feature: text(Key::Feature, "feature"),
        description: text(Key::Description, "description"),
        priority: text(Key::Priority, "priority"),
    };
    if let (Some(priority), Some(text)) = (&metadata.priority, arguments.text(Key::Priority)) {
        priority_known(priority, text.span(), report);
    }
    if libraries.0.is_empty() {
        for key in [Key::Feature, Key::Description, Key::Priority] {
            if let Some(Given { name, .. }) = arguments.get(key) {
                report.at(name.span(), format!("`{name}` describes a library, and `global` names none"));
            }
        }
    }
    metadata
}

fn priority_known(priority: &str, span: Span, report: &mut Report) {
    let known = ["required", "recommended", "suggested"];
    if !known.contains(&priority) {
        let near = nearest(priority, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let message = format!("unknown priority `{priority}`: it is `required`, `recommended` or `suggested`{near}");
        report.at(span, message);
    }
}

/// An argument as it would be written.
fn spelled(names: &Names) -> String {
    let all: Vec<_> = names.names.iter().map(|name| format!("{:?}", name.value())).collect();
    match &all[..] {
        [one] => one.clone(),
        _ => format!("[{}]", all.join(", ")),
    }
}
