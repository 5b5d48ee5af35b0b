//! Lookups beside other work on tokio: the host's functions block, so each takes one of tokio's blocking threads.
//!
//! `cargo run -p import-dynamic-nss --example tokio -- localhost`

use std::io;
use std::net::SocketAddr;

use import_dynamic_nss::Addresses;

/// The addresses of a host, as `tokio::net::lookup_host` gives them (that one asks the host too, wherever this crate is linked).
async fn lookup_host(name: String, port: u16) -> io::Result<Addresses> {
    let lookup = tokio::task::spawn_blocking(move || import_dynamic_nss::lookup_host(&name, port));
    lookup.await?.map_err(io::Error::other)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    // All at once: each lookup is under way before the first is awaited.
    let lookups: Vec<_> = names.into_iter().map(|name| tokio::spawn(lookup_host(name, 0))).collect();
    for lookup in lookups {
        let addresses: Vec<SocketAddr> = lookup.await??.collect();
        for address in addresses {
            println!("{}", address.ip());
        }
    }
    Ok(())
}
