//! What a static program's lookups give, function by function: every case runs in processes of its own, one for each
//! resolver that it is for. There are none on other systems than Linux.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, unused_imports, reason = "no cases"))]

#[cfg(target_os = "linux")]
mod accounts;
#[cfg(target_os = "linux")]
mod hosts;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod names;
#[cfg(target_os = "linux")]
mod roots;
#[cfg(target_os = "linux")]
mod services;
#[cfg(target_os = "linux")]
mod switches;

#[path = "../../../runtime/tests/support/own_processes.rs"]
#[allow(dead_code, reason = "no emulator runs these")]
mod own_processes;

use std::process::{Command, ExitCode};
use std::time::Duration;

use own_processes::{case, is_root, skip, this_file};

/// Longer than all cases take in all roots on a slow machine.
const LIMIT: Duration = Duration::from_secs(600);

/// The variable that chooses a resolver.
const NETDNS: &str = "IMPORT_DYNAMIC_NETDNS";

/// Resolvers to run a case with.
const BOTH: &[&str] = &["host", "native"];
const HOST: &[&str] = &["host"];
const NATIVE: &[&str] = &["native"];
/// The case starts processes itself.
const NONE: &[&str] = &[""];

type Case = (&'static str, &'static [&'static str], fn());

fn cases() -> impl Iterator<Item = Case> {
    #[cfg(not(target_os = "linux"))]
    let lists: [&[Case]; 0] = [];
    #[cfg(target_os = "linux")]
    let lists =
        [names::CASES, hosts::CASES, accounts::CASES, services::CASES, memory::CASES, switches::CASES, roots::CASES];
    lists.into_iter().flatten().copied()
}

fn main() -> ExitCode {
    if cfg!(not(all(target_os = "linux", target_feature = "crt-static"))) {
        println!("test process ... skipped: nothing is exported in a dynamic program");
        return ExitCode::SUCCESS;
    }
    let processes = |name: &'static str| {
        let (_, resolvers, _) = cases().find(|(case, ..)| *case == name).expect("a case of this name");
        resolvers.iter().map(|resolver| process(name, resolver)).collect()
    };
    own_processes::main(cases().map(|(name, _, run)| (name, run)), LIMIT, processes)
}

/// The process that runs a case with a resolver, and its name; with none, as the environment has it.
fn process(name: &str, resolver: &str) -> (String, Command) {
    let mut command = case(name);
    if resolver.is_empty() {
        return (name.to_owned(), command);
    }
    command.env(NETDNS, resolver);
    (format!("{name} ({resolver})"), command)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
