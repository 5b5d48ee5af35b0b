//! `cargo import-dynamic build`: real programs, linked by real linkers and run.
//!
//! The same files are run in the roots of other hosts, where there are any.
#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod aarch64;
mod cases;
mod cpp;
mod exports;
mod linkers;
mod options;
mod package;
mod programs;
