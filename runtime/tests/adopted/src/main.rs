//! A program without std and libc: `adopted-cases CASE` runs one case; exit status 0 when it came out right, else the
//! number of the check that did not.

#![no_std]
#![no_main]

mod imports;
mod ordinary;
mod process;
mod threads;

use import_dynamic::Arguments;

import_dynamic::main!(main);

/// The exit status for a case that is not there.
const NO_SUCH_CASE: i32 = 100;

/// A case: its name and what it does.
type Case = (&'static [u8], fn(Arguments) -> i32);

const CASES: &[Case] = &[
    (b"host", process::host),
    (b"first-call-variadic", process::first_call_variadic),
    (b"unflushed", process::unflushed),
    (b"at-exit", process::at_exit),
    (b"arguments", process::arguments),
    (b"environment", process::environment),
    (b"errno", process::errno),
    (b"missing-symbol", process::missing_symbol),
    (b"late-library", process::late_library),
    (b"bind-all", process::bind_all),
    (b"dladdr", process::dladdr),
    (b"program-headers", process::program_headers),
    (b"fork", process::fork),
    (b"threads", threads::threads),
    (b"main-stack", ordinary::main_stack),
    (b"signals", ordinary::signals),
    (b"fork-in-threads", ordinary::fork_in_threads),
    (b"destructors", ordinary::destructors),
    (b"many-threads", ordinary::many_threads),
    (b"commands", ordinary::commands),
    (b"nothing", |_| 7),
];

fn main(arguments: Arguments) -> i32 {
    let name = arguments.args().nth(1).unwrap_or_default();
    match CASES.iter().find(|(case, _)| *case == name.to_bytes()) {
        Some((_, run)) => run(arguments),
        None => NO_SUCH_CASE,
    }
}
