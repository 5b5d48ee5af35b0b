//! One line gives a static program the host's DNS and users.

mod address;
#[cfg(native)]
mod buffer;
mod choice;
mod environment;
mod errno;
#[cfg(exports)]
mod exports;
#[cfg(native)]
mod files;
#[cfg(native)]
mod go;
mod host;
#[cfg(all(native, exports))]
mod host_record;
#[cfg(native)]
mod list;
mod messages;
mod names;
#[cfg(native)]
mod native;
mod records;

pub use choice::{Resolver, TooLate, set_resolver};
