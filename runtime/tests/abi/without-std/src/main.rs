//! Runs the cases in a program without std and libc, and says which went wrong.

#![no_std]
#![no_main]

#[path = "../../src/cases.rs"]
mod cases;

import_dynamic::main!(main);

fn main(_: import_dynamic::Arguments) -> i32 {
    let mut failed = 0;
    for round in ["first", "second"] {
        for (name, case) in cases::CASES {
            if !case() {
                import_dynamic::print_error(&format_args!("{name}: wrong on the {round} call"));
                failed = 1;
            }
        }
    }
    failed
}
