//! What may stand in the parentheses of an attribute, and where: the one table of options.

use proc_macro2::{Ident, Span};
use syn::{ExprPath, LitStr, Path};

/// An option's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Global,
    Version,
    VersionOptional,
    Optional,
    Fallback,
    Errno,
    NoTls,
    Interpose,
    Crate,
    Feature,
    Description,
    Priority,
}

/// What follows an option's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    /// A string; the example is shown in diagnostics.
    Text(&'static str),
    /// The path of a function.
    Function,
    /// The path of a crate or module.
    Module,
}

/// Where an option is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// On a function by itself.
    Function,
    /// On a static by itself.
    Static,
    /// On an extern block: for all of its items.
    Block,
    /// In `#[symbol(...)]` on a function of a block.
    BlockFunction,
    /// In `#[symbol(...)]` on a static of a block.
    BlockStatic,
    /// In `require!`.
    Require,
    /// In `export_dynamic`.
    Export,
    /// In `callback`.
    Callback,
}

impl Place {
    /// The place in words, after "here, on ".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Function => "a function",
            Self::Static => "a data import",
            Self::Block => "an extern block",
            Self::BlockFunction => "a function of a block",
            Self::BlockStatic => "a data import of a block",
            Self::Require => "a required library",
            Self::Export => "an export",
            Self::Callback => "a callback",
        }
    }

    /// Whether libraries are named here.
    pub(crate) fn names_libraries(self) -> bool {
        matches!(self, Self::Function | Self::Static | Self::Block | Self::Require)
    }

    /// Whether symbols are named here.
    pub(crate) fn names_symbols(self) -> bool {
        !matches!(self, Self::Block | Self::Require | Self::Callback)
    }
}

/// One row of the table.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) key: Key,
    pub(crate) takes: Takes,
    pub(crate) places: &'static [Place],
    /// Why not in other places, or what to write instead.
    pub(crate) otherwise: &'static str,
}

use Place::{Block, BlockFunction, BlockStatic, Callback, Export, Function, Require, Static};

const FUNCTIONS: &[Place] = &[Function, Block, BlockFunction];
const LIBRARIES: &[Place] = &[Function, Static, Block, Require];
const ONLY_FUNCTIONS: &str = "it says how a function is called";
const ONLY_LIBRARIES: &str = "it belongs where the library is named";

/// Every option.
#[rustfmt::skip]
pub(crate) const KNOWN: &[Known] = &[
    Known { name: "global", key: Key::Global, takes: Takes::Nothing, places: &[Function, Static, Block],
        otherwise: ONLY_LIBRARIES },
    Known { name: "version", key: Key::Version, takes: Takes::Text("\"GLIBC_2.14\""),
        places: &[Function, Static, BlockFunction, BlockStatic],
        otherwise: "a version belongs to one symbol; in a block, write `#[symbol(\"name\", version = \"...\")]` on the item" },
    Known { name: "version_optional", key: Key::VersionOptional, takes: Takes::Nothing,
        places: &[Function, Static, BlockFunction, BlockStatic],
        otherwise: "it belongs beside `version`, on one item" },
    Known { name: "optional", key: Key::Optional, takes: Takes::Nothing,
        places: &[Function, Static, Block, BlockFunction, BlockStatic, Require],
        otherwise: "what is exported is always there" },
    Known { name: "fallback", key: Key::Fallback, takes: Takes::Function, places: &[Function, BlockFunction],
        otherwise: "a fallback has one function's signature; in a block, write `#[symbol(\"name\", fallback = path)]` on the function" },
    Known { name: "errno", key: Key::Errno, takes: Takes::Nothing, places: FUNCTIONS, otherwise: ONLY_FUNCTIONS },
    Known { name: "no_tls", key: Key::NoTls, takes: Takes::Nothing,
        places: &[Function, Block, BlockFunction, Export], otherwise: ONLY_FUNCTIONS },
    Known { name: "interpose", key: Key::Interpose, takes: Takes::Nothing, places: FUNCTIONS, otherwise: ONLY_FUNCTIONS },
    Known { name: "crate", key: Key::Crate, takes: Takes::Module, places: &[Function, Static, Block, Require, Export, Callback],
        otherwise: "write it once, on the block" },
    Known { name: "feature", key: Key::Feature, takes: Takes::Text("\"dns\""), places: LIBRARIES, otherwise: ONLY_LIBRARIES },
    Known { name: "description", key: Key::Description, takes: Takes::Text("\"what it is for\""), places: LIBRARIES,
        otherwise: ONLY_LIBRARIES },
    Known { name: "priority", key: Key::Priority, takes: Takes::Text("\"recommended\""), places: LIBRARIES,
        otherwise: ONLY_LIBRARIES },
];

/// The row of the option called `name`.
pub(crate) fn known(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

/// An option's value as written.
pub(crate) enum Value {
    Nothing,
    Text(LitStr),
    Function(ExprPath),
    Module(Path),
}

/// An option as written.
pub(crate) struct Given {
    pub(crate) key: Key,
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

/// One positional argument: a string, or a list of alternatives.
pub(crate) struct Names {
    pub(crate) span: Span,
    pub(crate) names: Vec<LitStr>,
}

/// Everything in the parentheses.
pub(crate) struct Arguments {
    /// The attribute itself, for what is missing.
    pub(crate) span: Span,
    pub(crate) names: Vec<Names>,
    pub(crate) options: Vec<Given>,
    /// Whether an error about them has been reported, so that nothing is said to be missing.
    pub(crate) broken: bool,
}

impl Arguments {
    pub(crate) fn empty(span: Span) -> Self {
        Self { span, names: Vec::new(), options: Vec::new(), broken: false }
    }

    pub(crate) fn get(&self, key: Key) -> Option<&Given> {
        self.options.iter().find(|given| given.key == key)
    }

    pub(crate) fn has(&self, key: Key) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn text(&self, key: Key) -> Option<&LitStr> {
        match self.get(key) {
            Some(Given { value: Value::Text(text), .. }) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn function(&self, key: Key) -> Option<&ExprPath> {
        match self.get(key) {
            Some(Given { value: Value::Function(path), .. }) => Some(path),
            _ => None,
        }
    }

    /// The path under which expansions find the runtime.
    pub(crate) fn krate(&self) -> Path {
        match self.get(Key::Crate) {
            Some(Given { value: Value::Module(path), .. }) => path.clone(),
            _ => syn::parse_quote!(::import_dynamic),
        }
    }
}
