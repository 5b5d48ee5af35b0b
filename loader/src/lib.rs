//! `dlopen` and `dlsym` in every process: in a static one, by running the host's own dynamic linker inside it.
//!
//! [`host`] gives the [`Host`] of this process, brought up at the first call, and [`Host::dlopen`] and [`Host::dlsym`] are
//! what the names say. How the host is reached is its [`LinkMode`]:
//!
//! - *native*: the process has a dynamic linker, and offers its `dlopen`;
//! - *adopted*: a static program without a libc runs the host's interpreter on its own thread and becomes an ordinary
//!   process of the host's libc;
//! - *guest*: a static program with a libc of its own (home) has the host's libc (guest) brought up beside it, and each
//!   call into the guest swaps the thread pointer.

#![no_std]
#![cfg_attr(not(loader), allow(dead_code, reason = "much of it serves static programs only"))]

#[cfg(test)]
extern crate std;

#[cfg(not(unix))]
compile_error!("import-dynamic needs a Unix system: it is dlopen that it calls");

#[doc(hidden)]
pub mod arch;
#[cfg(guest)]
mod atomic;
mod dl;
mod error;
mod exported;
mod fatal;
mod host;
mod message;
#[cfg(native)]
mod native;
#[doc(hidden)]
pub mod registry;
mod slots;
mod strings;
#[cfg_attr(not(loader), path = "symbols/other.rs")]
mod symbols;
mod sys;
mod texts;

// What serves static programs; `build.rs` says where.
#[cfg(loader)]
mod adopted;
#[cfg(loader)]
mod elf;
#[cfg(loader)]
mod export;
#[cfg(guest)]
#[doc(hidden)]
pub mod guest;
#[cfg(loader)]
mod image;
#[cfg(loader)]
mod interpreter;
#[cfg(loader)]
mod main_program;
#[cfg(loader)]
mod mapping;
#[cfg(loader)]
mod optional;
#[cfg(loader)]
mod own;
#[cfg(loader)]
mod program;
#[cfg(loader)]
mod relocate;
#[cfg(loader)]
mod start;
#[cfg(loader)]
#[doc(hidden)]
pub mod std_start;
#[cfg(loader)]
mod version;

#[doc(hidden)]
pub use arch::Continuation;
pub use dl::{DlError, Handle};
#[doc(hidden)]
pub use dl::{errno, own_errno};
pub use error::{Attempt, Attempts, Errno, Error};
pub use exported::Exported;
pub use fatal::exit;
#[doc(hidden)]
pub use fatal::{STATUS, Stderr, exit_of_host_at_exit, exit_with, print_line};
pub use host::{Host, LibcKind, LinkMode, host, host_if_up};
pub use message::{Message, Sink};
#[doc(hidden)]
pub use message::{format, put_list, put_number};
#[doc(hidden)]
pub use registry::section;
#[doc(hidden)]
pub use strings::{Strings, copy};
#[doc(hidden)]
pub use symbols::Symbols;
#[doc(hidden)]
pub use sys::{exit_group, monotonic_nanoseconds};
#[doc(hidden)]
pub use texts::Texts;

#[cfg(loader)]
#[doc(hidden)]
pub use program::{RESERVED_STACK, begin};
#[cfg(loader)]
#[doc(hidden)]
pub use relocate::relocate;
#[cfg(loader)]
pub use start::{InitialStack, is_secure, set_initial_stack, variable};
#[cfg(not(loader))]
pub use sys::{is_secure, variable};

/// Expands to the first of two groups where static programs are served, else to the second.
#[cfg(loader)]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_loader {
    ({ $($served:tt)* } { $($native:tt)* }) => { $($served)* };
}

/// Expands to the first of two groups where there is guest mode, else to the second.
#[cfg(guest)]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_guest {
    ({ $($guest:tt)* } { $($other:tt)* }) => { $($guest)* };
}

/// Expands to the first of two groups where there is guest mode, else to the second.
#[cfg(not(guest))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_guest {
    ({ $($guest:tt)* } { $($other:tt)* }) => { $($other)* };
}

/// Expands to the first of two groups where static programs are served, else to the second.
#[cfg(not(loader))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_loader {
    ({ $($served:tt)* } { $($native:tt)* }) => { $($native)* };
}
