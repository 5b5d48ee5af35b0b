//! `dns-lookup [-v] [-4|-6] NAME...`: resolves host names as the host's own programs do, from a static executable.

mod lookup;

use std::ffi::CString;
use std::process::ExitCode;
use std::time::Instant;

use lookup::{Family, LookupError};

const USAGE: &str = "usage: dns-lookup [-v] [-4|-6] NAME...";

/// A name did not resolve.
const NOT_RESOLVED: u8 = 1;
/// The command line is wrong.
const BAD_USAGE: u8 = 2;
/// The host has no C library that can be used.
const NO_HOST: u8 = 3;

struct Options {
    verbose: bool,
    family: Family,
    names: Vec<CString>,
}

fn parse() -> Result<Options, lexopt::Error> {
    use lexopt::prelude::*;

    let mut options = Options { verbose: false, family: Family::Any, names: Vec::new() };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('v') | Long("verbose") => options.verbose = true,
            Short('4') => options.family = Family::V4,
            Short('6') => options.family = Family::V6,
            Short('h') | Long("help") => {
                println!("{USAGE}");
                std::process::exit(0);
            }
            Value(name) => {
                let name = CString::new(name.string()?).map_err(|_| "a name cannot contain NUL")?;
                options.names.push(name);
            }
            _ => return Err(argument.unexpected()),
        }
    }
    if options.names.is_empty() { Err("no name given".into()) } else { Ok(options) }
}

fn main() -> ExitCode {
    let options = match parse() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("dns-lookup: {error}\n{USAGE}");
            return ExitCode::from(BAD_USAGE);
        }
    };
    if let Err(error) = lookup::available() {
        eprintln!("dns-lookup: {error}");
        return ExitCode::from(NO_HOST);
    }
    if options.verbose {
        describe_host();
    }
    let mut status = ExitCode::SUCCESS;
    for name in &options.names {
        let start = Instant::now();
        match lookup::lookup(name, options.family) {
            Ok(addresses) => {
                for address in addresses {
                    println!("{address}");
                }
            }
            Err(LookupError(text)) => {
                eprintln!("dns-lookup: {}: {text}", name.to_string_lossy());
                status = ExitCode::from(NOT_RESOLVED);
            }
        }
        if options.verbose {
            eprintln!("resolved {} in {} us", name.to_string_lossy(), start.elapsed().as_micros());
        }
    }
    status
}

fn describe_host() {
    let Ok(host) = import_dynamic::host() else { return };
    eprintln!("link mode    {}", host.link_mode().as_str());
    if !host.interpreter().is_empty() {
        eprintln!("interpreter  {}", host.interpreter());
    }
    eprintln!("libc         {} {}", host.libc().as_str(), host.libc_version());
    eprintln!("brought up   in {} us", host.bring_up_nanoseconds() / 1000);
}
