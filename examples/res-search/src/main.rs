//! `res-search NAME [TYPE]`: asks the host's own DNS code for records of any type and prints the answer as `dig +short` does.
//!
//! Linux and macOS from one source. On macOS the system's `res_search` knows the servers that a VPN gives for some domains
//! only, which DNS code of a program's own does not.

mod answer;
mod search;

use std::ffi::CString;
use std::fmt::Display;
use std::net::IpAddr;
use std::process::ExitCode;

use domain::base::Name;
use domain::base::iana::Rtype;

const USAGE: &str = "usage: res-search NAME [TYPE]\n       res-search -x ADDRESS";

/// There is no such record, or nobody answered.
const NOT_FOUND: u8 = 1;
/// The command line is wrong.
const BAD_USAGE: u8 = 2;
/// The host has no C library that can be used.
const NO_HOST: u8 = 3;

struct Question {
    name: CString,
    rtype: Rtype,
}

fn parse() -> Result<Question, lexopt::Error> {
    use lexopt::prelude::*;

    let (mut name, mut rtype) = (None, None);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => {
                println!("{USAGE}");
                std::process::exit(0);
            }
            Short('x') if name.is_none() => {
                name = Some(reverse_name(parser.value()?.parse()?)?);
                rtype = Some(Rtype::PTR);
            }
            Value(text) if name.is_none() => name = Some(text.string()?),
            Value(text) if rtype.is_none() => rtype = Some(parse_type(&text.string()?)?),
            _ => return Err(argument.unexpected()),
        }
    }
    let name = CString::new(name.ok_or("no name given")?).map_err(|_| "a name cannot contain NUL")?;
    Ok(Question { name, rtype: rtype.unwrap_or(Rtype::A) })
}

/// The name that has an address's PTR records: `1.2.0.192.in-addr.arpa` for 192.0.2.1.
fn reverse_name(address: IpAddr) -> Result<String, lexopt::Error> {
    let name = Name::<Vec<u8>>::reverse_from_addr(address).map_err(|error| error.to_string())?;
    Ok(name.fmt_with_dot().to_string())
}

/// A type's name (`MX`, `TYPE15`), or its number.
fn parse_type(text: &str) -> Result<Rtype, lexopt::Error> {
    let number = text.parse().map(Rtype::from_int);
    number.or_else(|_| text.parse()).map_err(|_| format!("no record type is called {text}").into())
}

fn main() -> ExitCode {
    let question = match parse() {
        Ok(question) => question,
        Err(error) => {
            eprintln!("res-search: {error}\n{USAGE}");
            return ExitCode::from(BAD_USAGE);
        }
    };
    if let Err(error) = search::available() {
        eprintln!("res-search: {error}");
        return ExitCode::from(NO_HOST);
    }
    let bytes = match search::search(&question.name, question.rtype.to_int()) {
        Ok(bytes) => bytes,
        Err(error) => return not_found(&question, &error),
    };
    let answer = match answer::parse(&bytes) {
        Ok(answer) => answer,
        Err(error) => return not_found(&question, &error),
    };
    for line in answer.lines {
        println!("{line}");
    }
    if answer.is_truncated {
        return not_found(
            &question,
            &"there are more records than fit into the answer, and this host does not ask by TCP",
        );
    }
    ExitCode::SUCCESS
}

fn not_found(question: &Question, why: &dyn Display) -> ExitCode {
    eprintln!("res-search: {} {}: {why}", question.name.to_string_lossy(), question.rtype);
    ExitCode::from(NOT_FOUND)
}
