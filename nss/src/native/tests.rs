//! Against real name servers.

#[path = "../../tests/support/dns.rs"]
mod dns;
#[path = "../../tests/support/zone.rs"]
mod zone;

mod differential;
mod hostile;
mod servers;
