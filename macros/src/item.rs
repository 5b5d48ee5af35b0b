//! The items that an attribute may stand on, as they are written.

use proc_macro2::{Span, TokenStream};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitStr, Safety, Signature, Token, Type, Visibility, token};

use crate::attributes::outward;

/// What `import_dynamic` stands on.
pub(crate) enum Item {
    Single(Declared),
    Block(Block),
}

/// `unsafe extern "C" { ... }`
pub(crate) struct Block {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) extern_token: Token![extern],
    pub(crate) abi: Option<LitStr>,
    pub(crate) items: Vec<Declared>,
}

/// A declaration without a body.
#[derive(Clone)]
pub(crate) struct Declared {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) kind: Kind,
}

/// What is declared.
#[derive(Clone)]
pub(crate) enum Kind {
    Function(Box<Signature>, Ending),
    Static {
        ident: Ident,
        ty: Box<Type>,
        ending: Ending,
    },
    /// Something that cannot be imported, with its first token.
    Other(Span),
}

/// How a declaration ends.
#[derive(Clone, Copy)]
pub(crate) enum Ending {
    Semicolon,
    /// With a body or a value, which a declaration must not have.
    Defined(Span),
}

impl Parse for Item {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer)?;
        ahead.parse::<Option<Token![unsafe]>>()?;
        let block = ahead.parse::<Option<Token![extern]>>()?.is_some() && {
            ahead.parse::<Option<LitStr>>()?;
            ahead.peek(token::Brace)
        };
        if block { input.parse().map(Self::Block) } else { input.parse().map(Self::Single) }
    }
}

impl Parse for Block {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let unsafety = input.parse()?;
        let extern_token = input.parse()?;
        let abi = input.parse()?;
        let content;
        syn::braced!(content in input);
        attrs.extend(content.call(Attribute::parse_inner)?);
        outward(&mut attrs);
        let mut items = Vec::new();
        while !content.is_empty() {
            items.push(content.parse()?);
        }
        Ok(Self { attrs, unsafety, extern_token, abi, items })
    }
}

impl Parse for Declared {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let kind = input.parse()?;
        Ok(Self { attrs, vis, kind })
    }
}

impl Parse for Kind {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let start = input.span();
        let ahead = input.fork();
        // `safe` is a keyword only in front of `fn`, `extern` and `static`, which syn's own parser of signatures does not expect.
        let safe = Safety::parse_safe_or_unsafe(&ahead)?;
        if ahead.peek(Token![static]) {
            input.call(Safety::parse_safe_or_unsafe)?;
            return static_(input);
        }
        if matches!(safe, Safety::Safe(_)) {
            input.call(Safety::parse_safe_or_unsafe)?;
        }
        let ahead = input.fork();
        let Ok(mut signature) = ahead.parse::<Signature>() else {
            return other(input, start);
        };
        input.advance_to(&ahead);
        if matches!(safe, Safety::Safe(_)) {
            signature.safety = safe;
        }
        if input.peek(token::Brace) {
            let body: proc_macro2::Group = input.parse()?;
            return Ok(Self::Function(Box::new(signature), Ending::Defined(body.span_open())));
        }
        input.parse::<Token![;]>()?;
        Ok(Self::Function(Box::new(signature), Ending::Semicolon))
    }
}

fn static_(input: ParseStream) -> syn::Result<Kind> {
    input.parse::<Token![static]>()?;
    input.parse::<Option<Token![mut]>>()?;
    let ident = input.parse()?;
    input.parse::<Token![:]>()?;
    let ty = input.parse()?;
    let equals = input.parse::<Option<Token![=]>>()?;
    if equals.is_some() {
        input.parse::<syn::Expr>()?;
    }
    input.parse::<Token![;]>()?;
    let ending = equals.map_or(Ending::Semicolon, |equals| Ending::Defined(equals.span));
    Ok(Kind::Static { ident, ty, ending })
}

/// Skips an item that is none of ours: to its `;` or past its braces.
fn other(input: ParseStream, start: Span) -> syn::Result<Kind> {
    while !input.is_empty() {
        let last = input.peek(Token![;]) || input.peek(token::Brace);
        input.parse::<proc_macro2::TokenTree>()?;
        if last {
            break;
        }
    }
    Ok(Kind::Other(start))
}

impl Declared {
    /// The item's name; none for what cannot be imported.
    pub(crate) fn ident(&self) -> Option<&Ident> {
        match &self.kind {
            Kind::Function(signature, _) => Some(&signature.ident),
            Kind::Static { ident, .. } => Some(ident),
            Kind::Other(_) => None,
        }
    }
}

/// The tokens between the parentheses of `#[name(...)]`; an error for any other shape.
pub(crate) fn parenthesized(attr: &Attribute) -> syn::Result<TokenStream> {
    Ok(attr.meta.require_list()?.tokens.clone())
}
