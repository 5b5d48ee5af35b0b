//! The subcommands, run as programs on files that the tests make.
#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod bad_input;
mod bundle;
mod check;
mod elf_file;
mod generate;
mod hosts;
mod inspect;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))] // whose glibc it asks
mod ldd;
mod macho_file;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))] // whose symbol versions it asks for
mod roots;
mod schema;
mod search;
mod seeds;
mod support;
mod tables;
