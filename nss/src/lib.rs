//! One line gives a static program the host's DNS and users.
//!
//! ```
//! use import_dynamic_nss as _; // std, tokio, reqwest, ... now resolve through the host's NSS
//! ```
//!
//! A static program resolves names with what was linked into it: musl's resolver knows `/etc/hosts` and plain DNS, glibc's
//! wants to load modules of exactly its own version. LDAP, mDNS, systemd-resolved, sssd and a machine's own modules are the
//! host's libc's to ask. With this line, the C functions that std and C libraries call for names and users are this crate's: they
//! ask the host's libc through `import-dynamic`, and where the host has none (`FROM scratch`), a resolver of our own answers.
//!
//! In a dynamic program, and on systems other than Linux, the line does nothing: the libc there is the host's.
//!
//! # What is answered
//!
//! | header | functions |
//! | --- | --- |
//! | `netdb.h` | `getaddrinfo`, `freeaddrinfo`, `getnameinfo`, `gai_strerror` |
//! | | `gethostbyname`, `gethostbyname2`, `gethostbyaddr`, and each with `_r`; `h_errno` is set in the program's own libc |
//! | | `getservbyname`, `getservbyport`, and each with `_r`; `getservent`, `setservent`, `endservent` |
//! | `pwd.h` | `getpwnam`, `getpwuid`, and each with `_r`; `getpwent`, `setpwent`, `endpwent`, and glibc's `getpwent_r` |
//! | `grp.h` | `getgrnam`, `getgrgid`, and each with `_r`; `getgrent`, `setgrent`, `endgrent`, and glibc's `getgrent_r`; `getgrouplist`, `initgroups` |
//!
//! They are as in the manual pages: the caller's buffers, `ERANGE`, lists that `freeaddrinfo` frees (whoever made them frees them),
//! and errors in the program's own `errno`. Protocols, networks, netgroups and shadow passwords stay the program's libc's.
//!
//! # Who answers
//!
//! `IMPORT_DYNAMIC_NETDNS=auto|host|native|go[+1]`, or [`set_resolver`] before the first lookup:
//!
//! | value | names | users, groups, services |
//! | --- | --- | --- |
//! | `auto` (default) | the host's libc if there is one, else the resolver of our own | the same |
//! | `host` | the host's libc, or an error | the same |
//! | `native` | the resolver of our own: `/etc/hosts`, DNS | `/etc/passwd`, `/etc/group`, `/etc/services` |
//! | `go` | as Go's `net` chooses: the resolver of our own, unless configuration or the name needs libc | as `auto` |
//!
//! `+1` has each lookup tell on stderr who answers it, and why. The variable is ignored in secure execution.
//!
//! The resolver of our own gives glibc's answers for `files` and `dns` (hosts, resolv.conf with all its options, nsswitch.conf,
//! RFC 6724 order). It is the default feature `native`; without it a host without libc gives errors.
//!
//! # From Rust
//!
//! The same lookups, for those who would rather call than interpose, on every system and in every link mode:
//!
//! ```
//! for address in import_dynamic_nss::lookup_host("localhost", 80)? {
//!     println!("{address}");
//! }
//! if let Some(user) = import_dynamic_nss::user_by_id(0)? {
//!     println!("{} lives in {}", user.name.display(), user.home.display());
//! }
//! if let Some(service) = import_dynamic_nss::service_by_port(53, Some("udp"))? {
//!     println!("{}", service.name.display());
//! }
//! # Ok::<(), import_dynamic_nss::Error>(())
//! ```
//!
//! They block, as the C functions do. The examples `tokio` and `reqwest` of this package call them from async code.
//!
//! # Threads, fork, memory
//!
//! Everything but the functions with static results may be called from any thread; no lock is held during a lookup of our own,
//! and lists need no table, so that a forked child may look up names and free lists at once.

mod accounts;
mod address;
mod ask;
#[cfg(native)]
mod buffer;
mod choice;
mod environment;
mod errno;
mod error;
#[cfg(all(exports, target_feature = "crt-static"))]
mod exports;
#[cfg(native)]
mod files;
#[cfg(native)]
mod go;
// Imports; in a dynamic program the host's libc is its own.
#[cfg_attr(not(all(exports, target_feature = "crt-static")), path = "own_libc.rs")]
mod host;
#[cfg(native)]
mod list;
mod lookup;
mod messages;
mod names;
#[cfg(native)]
mod native;
mod records;
mod services;
#[cfg(native)]
mod text;

pub use accounts::{Group, User, current_user, group_by_id, group_by_name, groups_of, user_by_id, user_by_name};
pub use choice::{Resolver, TooLate, set_resolver};
pub use error::Error;
pub use lookup::{Addresses, Query, lookup_addr, lookup_host, lookup_socket_addr};
pub use services::{Service, service_by_name, service_by_port};
