//! `cargo import-dynamic`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_import_dynamic::run(std::env::args_os())
}
