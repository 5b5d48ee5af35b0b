//! Parsing what stands in the parentheses. A bad argument is reported and skipped, so that the next one is still read.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{ExprPath, Ident, LitStr, Path, Token, token};

use crate::library;
use crate::options::{Arguments, Given, KNOWN, Names, Place, Takes, Value, known};
use crate::report::Report;
use crate::suggest::nearest;

/// Parses the arguments of the attribute at `span`, written on a `place`.
pub(crate) fn parse(tokens: TokenStream, span: Span, place: Place, report: &mut Report) -> Arguments {
    let mut arguments = Arguments::empty(span);
    let parsed = (|input: ParseStream| {
        while !input.is_empty() {
            if report.run(|report| argument(input, place, &mut arguments, report)).is_none() {
                arguments.broken = true;
                skip(input)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    })
    .parse2(tokens);
    if let Err(error) = parsed {
        report.push(error);
    }
    arguments
}

fn argument(input: ParseStream, place: Place, into: &mut Arguments, report: &mut Report) -> syn::Result<()> {
    if input.peek(syn::Lit) || input.peek(token::Bracket) {
        into.names.push(names(input)?);
        return ends(input);
    }
    if !input.peek(Ident::peek_any) {
        return Err(input.error("expected a string, a list of strings, or an option"));
    }
    let name = input.call(Ident::parse_any)?;
    let Some(known) = known(&name.to_string()) else {
        return Err(syn::Error::new(name.span(), unknown(&name.to_string(), place)));
    };
    let value = value(input, &name, known.takes)?;
    ends(input)?;
    if !known.places.contains(&place) {
        let (name_, words, otherwise) = (known.name, place.words(), known.otherwise);
        into.broken = true;
        report.at(name.span(), format!("`{name_}` has no meaning on {words}: {otherwise}"));
    } else if into.has(known.key) {
        report.at(name.span(), format!("`{name}` is given twice"));
    } else {
        into.options.push(Given { key: known.key, name, value });
    }
    Ok(())
}

fn unknown(name: &str, place: Place) -> String {
    let here = KNOWN.iter().filter(|known| known.places.contains(&place)).map(|known| known.name);
    if let Some(near) = nearest(name, KNOWN.iter().map(|known| known.name)) {
        return format!("unknown option `{name}`; did you mean `{near}`?");
    }
    let hint = match name {
        _ if library::kind(name) == library::Kind::Logical => "; a library is written as a string",
        "lib" | "library" | "libraries" => "; libraries are written as strings, without a key",
        "symbol" | "name" | "symbols" | "link_name" => "; symbols are written as strings after the library",
        "weak" | "lazy" => "; an import that may be absent is `optional`",
        _ => "",
    };
    if !hint.is_empty() {
        return format!("unknown option `{name}`{hint}");
    }
    let all: Vec<_> = here.map(|name| format!("`{name}`")).collect();
    format!("unknown option `{name}`; the options of {} are {}", place.words(), all.join(", "))
}

fn value(input: ParseStream, name: &Ident, takes: Takes) -> syn::Result<Value> {
    let given = input.parse::<Option<Token![=]>>()?;
    if given.is_none() && input.peek(token::Paren) {
        return Err(input.error(format!("the value of `{name}` follows a `=`")));
    }
    match (takes, given) {
        (Takes::Nothing, None) => Ok(Value::Nothing),
        (Takes::Nothing, Some(equals)) => Err(syn::Error::new(
            equals.span,
            format!("`{name}` takes no value: write it to have it, leave it out otherwise"),
        )),
        (Takes::Text(example), None) => {
            Err(syn::Error::new(name.span(), format!("`{name}` needs a value: `{name} = {example}`")))
        }
        (Takes::Function | Takes::Module, None) => {
            Err(syn::Error::new(name.span(), format!("`{name}` needs a path: `{name} = some::path`")))
        }
        (Takes::Text(_), Some(_)) => Ok(Value::Text(string(input)?)),
        (Takes::Function, Some(_)) => match input.parse::<ExprPath>() {
            Ok(path) => Ok(Value::Function(path)),
            Err(error) => Err(syn::Error::new(error.span(), "expected the path of a function")),
        },
        (Takes::Module, Some(_)) => match Path::parse_mod_style(input) {
            Ok(path) => Ok(Value::Module(path)),
            Err(error) => Err(syn::Error::new(error.span(), "expected the path of a crate or module")),
        },
    }
}

fn names(input: ParseStream) -> syn::Result<Names> {
    if !input.peek(token::Bracket) {
        let name = string(input)?;
        return Ok(Names { span: name.span(), names: vec![name] });
    }
    let content;
    let bracket = syn::bracketed!(content in input);
    let names = content.parse_terminated(string, Token![,])?;
    Ok(Names { span: bracket.span.join(), names: names.into_iter().collect() })
}

fn string(input: ParseStream) -> syn::Result<LitStr> {
    input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), "expected an ordinary string literal, such as \"libc.so.6\""))
}

/// Nothing but a comma may follow an argument.
fn ends(input: ParseStream) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) { Ok(()) } else { Err(input.error("expected `,`")) }
}

/// Skips to the next comma.
fn skip(input: ParseStream) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}
