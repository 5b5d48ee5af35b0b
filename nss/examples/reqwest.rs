//! An HTTP client that asks this crate for addresses itself, instead of through the C library.
//!
//! `cargo run -p import-dynamic-nss --example reqwest -- http://localhost:8000/`

use std::error::Error;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The host's resolver for reqwest.
struct HostResolver;

impl Resolve for HostResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is the URL's, which reqwest puts in.
            let lookup = tokio::task::spawn_blocking(move || import_dynamic_nss::lookup_host(name.as_str(), 0));
            let addresses: Addrs = Box::new(lookup.await??);
            Ok(addresses)
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: reqwest URL")?;
    let client = reqwest::Client::builder().dns_resolver(Arc::new(HostResolver)).build()?;
    print!("{}", client.get(url).send().await?.error_for_status()?.text().await?);
    Ok(())
}
