//! `many bind`: binds many imports at once. `many check`: and holds their addresses against what `dlsym` gives.
//!
//! `many compare LIBRARY...`: likewise for the tables of libraries, without imports; a line for each symbol that is found, or for
//! the library if its tables are not for looking into.

#[path = "../many.rs"]
mod many;
#[path = "../symbols.rs"]
mod symbols;

use std::ffi::CString;
use std::path::Path;

use symbols::Found;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let host = import_dynamic::host().expect("a host");
    match arguments.split_first() {
        Some((how, [])) if how == "bind" || how == "check" => {
            many::bind().expect("all but one");
            if how == "check" {
                many::check(host).expect("what dlsym gives");
            }
        }
        Some((how, libraries)) if how == "compare" => {
            for path in libraries {
                let name = CString::new(path.as_str()).expect("no NUL");
                let library = host.dlopen(&name).expect("a library");
                match symbols::compare(host, library, Path::new(path)) {
                    None => println!("{path}: not read"),
                    Some(found) => found.iter().filter(|(_, how)| **how != Found::Absent).for_each(|(name, how)| {
                        println!("{name}: {how:?}");
                    }),
                }
            }
        }
        _ => panic!("{arguments:?}"),
    }
}
