//! Imports as they are after checking: what `expand` works from. Nothing here can be wrong any more.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, ExprPath, LifetimeParam, LitStr, Path, ReturnType, Type, Visibility};

/// The imports of one attribute.
pub(crate) struct Group {
    pub(crate) krate: Path,
    pub(crate) libraries: Vec<String>,
    pub(crate) metadata: Metadata,
    pub(crate) imports: Vec<Import>,
}

/// What ELF dlopen metadata says about a group's libraries.
#[derive(Clone, Default)]
pub(crate) struct Metadata {
    pub(crate) feature: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) priority: Option<String>,
}

/// One import.
pub(crate) struct Import {
    /// The user's attributes, for the item that is called or read.
    pub(crate) attrs: Vec<Attribute>,
    /// The `cfg`s among them (and within `cfg_attr`), for everything else that is generated.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) symbols: Vec<String>,
    pub(crate) version: Option<String>,
    pub(crate) flags: Flags,
    pub(crate) shape: Shape,
}

/// What the runtime and the notes are told.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    pub(crate) optional: bool,
    pub(crate) version_optional: bool,
    pub(crate) fallback: bool,
    pub(crate) no_tls: bool,
    pub(crate) data: bool,
}

impl Flags {
    /// Whether none is set.
    pub(crate) fn none(self) -> bool {
        self == Self::default()
    }
}

pub(crate) enum Shape {
    Function(Box<Function>),
    Data(Box<Type>),
}

/// A function's signature and how it is called.
pub(crate) struct Function {
    pub(crate) safe: bool,
    pub(crate) abi: LitStr,
    pub(crate) lifetimes: Vec<LifetimeParam>,
    pub(crate) params: Vec<Param>,
    pub(crate) variadic: bool,
    /// The return type as declared.
    pub(crate) declared: ReturnType,
    /// The C function's own return type.
    pub(crate) output: ReturnType,
    pub(crate) style: Style,
    pub(crate) fallback: Option<ExprPath>,
    pub(crate) interpose: bool,
}

/// A parameter.
pub(crate) struct Param {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
}

/// What the generated function does about failure.
pub(crate) enum Style {
    /// Nothing: an import that cannot be bound ends the process.
    Plain,
    /// There is none: only the companion type gives access.
    CompanionOnly,
    /// It returns `Result`; `binding`: an import that cannot be bound is an error; `errno`: so is the C function's failure.
    Fallible { binding: bool, errno: bool, value: Box<Type>, error: Box<Type> },
}

/// `#[cfg(...)]` around `predicate`.
pub(crate) fn cfg(predicate: &TokenStream) -> Attribute {
    syn::parse_quote!(#[cfg(#predicate)])
}
