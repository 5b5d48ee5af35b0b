//! Two C libraries in one process: every case runs in a process of its own.
//!
//! Guest mode is Linux's: elsewhere there are no cases.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, unused_imports, reason = "no cases"))]

#[cfg(target_os = "linux")]
mod callbacks;
#[cfg(target_os = "linux")]
mod ids;
#[cfg(target_os = "linux")]
mod imports;
#[cfg(target_os = "linux")]
mod libraries;
#[cfg(target_os = "linux")]
mod library;
#[cfg(target_os = "linux")]
mod mutexes;
#[cfg(target_os = "linux")]
mod overrides;
#[cfg(target_os = "linux")]
mod processes;
#[cfg(target_os = "linux")]
mod scope;
#[cfg(target_os = "linux")]
mod self_thread;
#[cfg(target_os = "linux")]
mod signals;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(target_os = "linux")]
mod stack;
#[cfg(target_os = "linux")]
mod symbols;
#[cfg(target_os = "linux")]
mod threads;

#[path = "../support/own_processes.rs"]
mod own_processes;

use std::process::ExitCode;
use std::time::Duration;

use own_processes::{case, emulator, is_root, skip};

/// Longer than any case takes on a slow machine.
const LIMIT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    own_processes::main(cases(), LIMIT, |name| vec![(name.to_owned(), case(name))])
}

fn cases() -> impl Iterator<Item = (&'static str, fn())> {
    #[cfg(not(target_os = "linux"))]
    let lists: [&[(&str, fn())]; 0] = [];
    #[cfg(target_os = "linux")]
    let lists = [
        stack::CASES,
        callbacks::CASES,
        signals::CASES,
        processes::CASES,
        scope::CASES,
        threads::CASES,
        ids::CASES,
        overrides::CASES,
        self_thread::CASES,
        mutexes::CASES,
        libraries::CASES,
        symbols::CASES,
        soak::CASES,
    ];
    lists.into_iter().flatten().copied()
}

/// Whether an emulator runs this program; a case that cannot tell it from the program says so.
fn is_emulated(why: &str) -> bool {
    if emulator().is_some() {
        println!("skipped: emulated: {why}");
    }
    emulator().is_some()
}
