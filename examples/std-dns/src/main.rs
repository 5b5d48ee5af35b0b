//! `std-dns NAME...`: resolves host names by std's `ToSocketAddrs` and nothing else. One line makes that the host's answer, in a
//! static executable too.

use std::net::{IpAddr, ToSocketAddrs};
use std::process::ExitCode;
use std::{env, io};

#[cfg(feature = "host")]
use import_dynamic_nss as _; // the one line

fn main() -> ExitCode {
    let names: Vec<String> = env::args().skip(1).collect();
    if names.is_empty() {
        eprintln!("usage: std-dns NAME...");
        return ExitCode::from(2);
    }
    let mut status = ExitCode::SUCCESS;
    for name in names {
        match addresses(&name) {
            Ok(addresses) => addresses.iter().for_each(|address| println!("{address}")),
            Err(error) => {
                eprintln!("std-dns: {name}: {error}");
                status = ExitCode::FAILURE;
            }
        }
    }
    status
}

/// The addresses of a name in the order given, each once.
fn addresses(name: &str) -> io::Result<Vec<IpAddr>> {
    let mut addresses = Vec::new();
    for address in (name, 0).to_socket_addrs()? {
        if !addresses.contains(&address.ip()) {
            addresses.push(address.ip());
        }
    }
    Ok(addresses)
}
