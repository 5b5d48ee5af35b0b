//! `cargo import-dynamic build`: real programs, linked by real linkers and run.
//!
//! The same files are run in the roots of other hosts, where there are any. All this is on x86-64, which emulates AArch64.
#![cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod aarch64;
mod cases;
mod cpp;
mod exports;
mod linkers;
mod options;
mod package;
mod programs;
