//! `start-cases CASE [ARGUMENT...]`: what the first import finds, and what it leaves as it was, in a program with std.
//!
//! It looks at itself as Linux shows it: elsewhere it does nothing.

#[cfg(target_os = "linux")]
mod cases;

fn main() {
    #[cfg(target_os = "linux")]
    cases::run();
}
