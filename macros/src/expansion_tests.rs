//! Expansions as a reader sees them: `tests/expansions/NAME.rs` must become `tests/expansions/NAME.expanded`.
//!
//! `UPDATE_EXPANSIONS=1 cargo test -p import-dynamic-macros` writes what is there now, for a look at the difference.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

use crate::entry;

/// Lines that one more import of a block may add to a program: compile time is made of them.
const MOST_LINES: usize = 40;

#[test]
fn expansions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansions");
    let mut cases: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    cases.sort();
    assert!(!cases.is_empty());
    let mut wrong = Vec::new();
    for case in cases {
        let expansion = pretty(expand(&fs::read_to_string(&case).unwrap()));
        let expected = case.with_extension("expanded");
        if std::env::var_os("UPDATE_EXPANSIONS").is_some() {
            fs::write(&expected, &expansion).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != expansion {
            wrong.push(format!("{}:\n{expansion}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "these expansions are not what is expected:\n{}", wrong.join("\n"));
}

#[test]
fn an_import_is_short() {
    let block = |items: &str| pretty(expand(&format!("#[import_dynamic(\"libc\")] unsafe extern \"C\" {{ {items} }}")));
    let (one, two) = (block("fn getpid() -> c_int;"), block("fn getpid() -> c_int; fn getppid() -> c_int;"));
    let lines = two.lines().count() - one.lines().count();
    assert!(lines <= MOST_LINES, "{lines} lines:\n{one}");
}

/// Expands `#[name(arguments)] item` or `name!(arguments)`.
fn expand(source: &str) -> TokenStream {
    let tokens: Vec<TokenTree> = source.parse::<TokenStream>().unwrap().into_iter().collect();
    match &tokens[..] {
        [TokenTree::Punct(_), TokenTree::Group(attribute), item @ ..] => {
            let attribute: Vec<TokenTree> = attribute.stream().into_iter().collect();
            let arguments = match attribute.get(1) {
                Some(TokenTree::Group(arguments)) => arguments.stream(),
                _ => TokenStream::new(),
            };
            let item = item.iter().cloned().collect();
            match attribute[0].to_string().as_str() {
                "import_dynamic" => entry::import_dynamic(arguments, item),
                "export_dynamic" => entry::export_dynamic(arguments, item),
                "callback" => entry::callback(arguments, item),
                other => panic!("no macro `{other}`"),
            }
        }
        [TokenTree::Ident(_), TokenTree::Punct(_), TokenTree::Group(arguments)] => entry::require(arguments.stream()),
        _ => panic!("no macro in:\n{source}"),
    }
}

fn pretty(tokens: TokenStream) -> String {
    let file = syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{error}:\n{tokens}"));
    prettyplease::unparse(&file)
}
