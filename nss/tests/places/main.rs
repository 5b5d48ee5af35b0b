//! The programs of `examples` in many places, against a name server of the tests' own.
#![cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]

mod addresses;
mod network;
mod place;
mod program;
mod records;
#[path = "../support/dns.rs"]
mod servers;
mod table;
#[path = "../support/zone.rs"]
mod zone;

use std::path::{Path, PathBuf};

use network::Network;
use servers::in_world;

/// Runs a test in a network of its own, with a folder for its places; says so where that cannot be, which fails in CI.
fn run(test: &str, body: impl FnOnce(&Path) + Send) {
    if let Some(root) = place::PLACES.iter().map(place::Place::root).find(|root| !root.join("etc/hosts").is_file()) {
        println!("skipped: no {}: `cargo xtask root` makes it", root.display());
        return;
    }
    let folder: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "places", test].iter().collect();
    std::fs::create_dir_all(&folder).expect("a folder below the target directory");
    in_world(|world| {
        let _network = Network::start(world);
        body(&folder);
    });
}
