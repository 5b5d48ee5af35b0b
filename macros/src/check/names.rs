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

/// The libraries of `arguments`, whose names are gone afterwards if they make no sense together.
pub(crate) fn libraries(arguments: &mut Arguments, place: Place, report: &mut Report) -> Option<Libraries> {
    if let Some((span, message)) = misplaced(arguments, place) {
        report.at(span, message);
        arguments.names.clear();
        arguments.broken = true;
        return None;
    }
    if arguments.has(Key::Global) {
        return Some(Libraries(Vec::new()));
    }
    let Some(libraries) = arguments.names.first() else {
        if !arguments.broken {
            report.at(arguments.span, missing_library(place));
        }
        return None;
    };
    let names = list(libraries, "library name", report)?;
    for name in &libraries.names {
        if kind(&name.value()) == Kind::Unknown {
            report.at(name.span(), unknown_library(&name.value()));
        }
    }
    Some(Libraries(names))
}

/// What is wrong with the order or number of the names.
fn misplaced(arguments: &Arguments, place: Place) -> Option<(Span, String)> {
    let names = &arguments.names;
    let library = |names: &Names| names.names.iter().any(|name| kind(&name.value()) != Kind::Unknown);
    let global = arguments.has(Key::Global);
    if let (true, [first, ..]) = (global, &names[..])
        && (library(first) || !place.names_symbols() || names.len() > 1)
    {
        let span = if library(first) { first.span } else { names[names.len() - 1].span };
        let instead =
            if place.names_symbols() { "only the symbol is named: `global, \"symbol\"`" } else { "nothing is named" };
        return Some((span, format!("with `global` {instead}")));
    }
    let libraries = names.iter().take_while(|names| library(names)).count();
    if libraries > 1 {
        let all: Vec<_> = names[..libraries].iter().map(spelled).collect();
        let message = format!("several libraries are alternatives and make a list: `[{}]`", all.join(", "));
        return Some((names[1].span, message));
    }
    if let ([symbol, library, ..], 0, true) = (&names[..], libraries, names.get(1).is_some_and(library)) {
        let message = format!("the library comes first, then the symbol: `{}, {}`", spelled(library), spelled(symbol));
        return Some((symbol.span, message));
    }
    let extra = names.get(usize::from(!global) + usize::from(place.names_symbols()))?;
    let message = match place {
        Place::Block => {
            "a block names the library only: write `#[symbol(\"...\")]` on the item whose symbol is not its Rust name"
        }
        Place::Require => "a required library has no symbol: `require!` names the library only",
        _ => "expected a library and a symbol, no more; alternatives are a list: `[\"first\", \"second\"]`",
    };
    Some((extra.span, message.to_owned()))
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
        report.at(extra.span, "only one symbol is expected here; alternatives are a list: `[\"first\", \"second\"]`");
        return None;
    }
    let Some(names) = own.names.get(position) else {
        return Some(vec![ident.unraw().to_string()]);
    };
    let symbols = list(names, "symbol name", report)?;
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
        report.at(names.span, format!("the list has no {what} in it"));
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
            report.at(name.span(), format!("the {what} `{value}` is in the list twice"));
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
