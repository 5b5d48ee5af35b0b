//! A program with std: `test-programs CASE` runs one case. The same source is built static, where imports are a guest's, and
//! dynamic, where they are native.
//!
//! Exit status 0 means that the case came out right; a check that did not says so on stderr.

mod binding;
mod environment;
mod imports;
mod memory;
mod output;
mod threads;

use import_dynamic::LinkMode;

/// A case: its name and what it does.
type Case = (&'static str, fn());

const CASES: &[Case] = &[
    ("at-once", threads::at_once),
    ("many-threads", threads::many),
    ("allocation", memory::interleaved),
    ("errno", environment::errno),
    ("untouched", environment::untouched),
    ("variables", environment::variables),
    ("print", output::print),
    ("print-and-exit", output::print_and_exit),
    ("variadic-first", output::variadic_first),
    ("imports", binding::imports),
    ("bind-all", binding::bind_all),
];

/// The link mode that this program is built for.
const MODE: LinkMode = if cfg!(target_feature = "crt-static") { LinkMode::Guest } else { LinkMode::Native };

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    let Some((_, run)) = CASES.iter().find(|(case, _)| *case == name) else {
        eprintln!("no such case: {name}");
        std::process::exit(100);
    };
    run();
    assert_eq!(import_dynamic::host().map(|host| host.link_mode()).ok(), Some(MODE));
}
