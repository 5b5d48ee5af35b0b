//! `adopted-many`: binds many imports at once, in a program without std and libc, and holds their addresses against what
//! `dlsym` gives.

#![no_std]
#![no_main]

#[path = "../../programs/src/many.rs"]
mod many;

use import_dynamic::Arguments;

import_dynamic::main!(main);

fn main(_: Arguments) -> i32 {
    let bound = many::bind().and_then(|()| many::check(import_dynamic::host().map_err(|_| c"no host")?));
    match bound {
        Ok(()) => 0,
        Err(name) => {
            import_dynamic::print_error(&name.to_str().unwrap_or_default());
            1
        }
    }
}
