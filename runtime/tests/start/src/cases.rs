//! The cases, each by its name.

mod environment;
mod heaps;
mod state;

use std::ffi::{c_char, c_int, c_long, c_ulong, c_void};

use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {
    safe fn labs(n: c_long) -> c_long;
    safe fn getauxval(kind: c_ulong) -> c_ulong;
    fn getenv(name: *const c_char) -> *const c_char;
    fn malloc(size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
    fn system(command: *const c_char) -> c_int;
}

const CASES: &[(&str, fn())] = &[
    ("host", host),
    ("host_later", host_later),
    ("variables_removed", environment::variables_removed),
    ("all_variables_removed", environment::all_variables_removed),
    ("variables_added", environment::variables_added),
    ("variables_removed_later", environment::variables_removed_later),
    ("heaps", heaps::heaps),
    ("heaps_in_threads", heaps::heaps_in_threads),
    ("state", state::state),
    ("state_of_threads", state::state_of_threads),
];

pub(crate) fn run() {
    let name = std::env::args().nth(1).unwrap_or_default();
    match CASES.iter().find(|(case, _)| *case == name) {
        Some((_, case)) => case(),
        None => std::process::exit(100),
    }
}

/// Prints the interpreter's name; status 3 and why when there is no host.
fn host() {
    match import_dynamic::host() {
        Ok(host) => println!("{}", host.interpreter()),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(3);
        }
    }
}

/// `host_later PATH INTERPRETER`: there is no host until the path, which the environment names, leads to one.
fn host_later() {
    let arguments: Vec<_> = std::env::args().skip(2).collect();
    for _ in 0..2 {
        assert!(import_dynamic::host().is_err());
        assert!(labs::resolve().is_err_and(|error| error.host_error().is_some()));
    }
    std::os::unix::fs::symlink(&arguments[1], &arguments[0]).expect("a link");
    assert_eq!(labs(-3), 3);
    assert!(import_dynamic::host().is_ok_and(|host| host.interpreter() == arguments[0]));
}
