//! One line gives a static program the host's DNS and users.

mod accounts;
mod address;
#[cfg(native)]
mod buffer;
mod choice;
mod environment;
mod errno;
mod error;
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
mod lookup;
mod messages;
mod names;
#[cfg(native)]
mod native;
mod records;

pub use accounts::{Group, User, current_user, group_by_id, group_by_name, groups_of, user_by_id, user_by_name};
pub use choice::{Resolver, TooLate, set_resolver};
pub use error::Error;
pub use lookup::{Addresses, Query, lookup_addr, lookup_host, lookup_socket_addr};
