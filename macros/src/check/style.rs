//! What the generated function does about failure, from the declared return type and the options.

use proc_macro2::Ident;
use syn::{GenericArgument, PathArguments, ReturnType, Signature, Token, Type};

use crate::model::Style;
use crate::options::Key;
use crate::report::Report;

/// The style, and the return type of the C function itself.
pub(crate) fn style<'a>(
    signature: &Signature,
    has: &dyn Fn(Key) -> Option<&'a Ident>,
    report: &mut Report,
) -> (Style, ReturnType) {
    let plain = |style| (style, signature.output.clone());
    let (errno, optional, fallback) = (has(Key::Errno), has(Key::Optional), has(Key::Fallback));
    if let (Some(optional), Some(_)) = (optional, fallback) {
        report.at(
            optional.span(),
            "`optional` and `fallback` exclude each other: with a fallback there is always something to call",
        );
    }
    if let (Some(errno), Some(_)) = (errno, has(Key::NoTls)) {
        report.at(errno.span(), "`errno` and `no_tls` exclude each other: errno is thread-local");
    }
    let result = match &signature.output {
        ReturnType::Type(arrow, ty) => match result(ty) {
            Ok(result) => result.map(|(value, error)| (*arrow, value, error)),
            Err(Alias) => {
                report.error(
                    ty,
                    "a Result is written with both its types, such as `Result<c_int, ImportError>`: what an alias stands for is not known here; a C type of this name needs another one",
                );
                return plain(Style::Plain);
            }
        },
        ReturnType::Default => None,
    };
    if let (Some(interpose), true) = (has(Key::Interpose), result.is_some() || optional.is_some()) {
        report.at(interpose.span(), not_interposed(optional.is_some()));
    }
    let Some((arrow, value, error)) = result else {
        if let Some(errno) = errno {
            report.at(
                errno.span(),
                "with `errno` the return type is declared as a Result, such as `Result<c_int, Errno>`",
            );
        }
        return plain(if optional.is_some() { Style::CompanionOnly } else { Style::Plain });
    };
    if let Some(variadic) = &signature.variadic {
        report
            .error(variadic, "a variadic import returns what C returns: a stub in assembly cannot make a Result of it");
    }
    let binding = optional.is_some() || errno.is_none();
    match (errno, optional, fallback, last_name(error)) {
        (None, None, _, Some(name)) if name == "Errno" => {
            report.error(error, "a Result with an Errno takes the option `errno`");
        }
        (None, _, Some(fallback), _) => {
            report.at(fallback.span(), "with a fallback no call can fail: declare the return type without the Result");
        }
        (Some(_), None, _, Some(name)) if name == "ImportError" => {
            report.error(error, "with `errno` the error is an Errno; with `errno` and `optional` a type of your own that is `From` both");
        }
        _ => {}
    }
    let (value, error) = (Box::new(value.clone()), Box::new(error.clone()));
    let output = output(arrow, &value);
    let style = Style::Fallible { binding, errno: errno.is_some(), value, error };
    (style, output)
}

fn not_interposed(optional: bool) -> &'static str {
    if optional {
        "`interpose` and `optional` exclude each other: the program's own symbol is always there"
    } else {
        "an interposed function is called by code that knows nothing of Result: declare the C return type"
    }
}

/// A `Result` without its two types, which may be anything: as a C type it would be undefined behavior.
struct Alias;

/// `T` and `E` of a type written `Result<T, E>`, by whatever path; nothing for other types.
fn result(ty: &Type) -> Result<Option<(&Type, &Type)>, Alias> {
    let path = match ty {
        Type::Group(group) => return result(&group.elem),
        Type::Paren(paren) => return result(&paren.elem),
        Type::Path(path) => path,
        _ => return Ok(None),
    };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Result") else { return Ok(None) };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Err(Alias) };
    let mut types = arguments.args.iter();
    match (types.next(), types.next(), types.next()) {
        (Some(GenericArgument::Type(value)), Some(GenericArgument::Type(error)), None) => Ok(Some((value, error))),
        _ => Err(Alias),
    }
}

fn last_name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

/// `-> T`, or nothing for `()`.
fn output(arrow: Token![->], value: &Type) -> ReturnType {
    match value {
        Type::Tuple(tuple) if tuple.elems.is_empty() => ReturnType::Default,
        _ => ReturnType::Type(arrow, Box::new(value.clone())),
    }
}
