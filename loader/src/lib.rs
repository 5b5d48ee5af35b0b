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

#[doc(hidden)]
pub mod arch;
mod dl;
mod error;
mod fatal;
mod host;
mod message;
mod native;

#[cfg(target_os = "linux")]
mod adopted;
#[cfg(target_os = "linux")]
mod elf;
#[cfg(target_os = "linux")]
mod export;
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub mod guest;
#[cfg(target_os = "linux")]
mod image;
#[cfg(target_os = "linux")]
mod interpreter;
#[cfg(target_os = "linux")]
mod optional;
#[cfg(target_os = "linux")]
mod own;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub mod registry;
#[cfg(target_os = "linux")]
mod slots;
#[cfg(target_os = "linux")]
mod start;
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub mod std_start;
#[cfg(target_os = "linux")]
mod sys;

pub use dl::{DlError, Handle};
pub use error::{Attempt, Attempts, DlText, Errno, Error, MAX_ATTEMPTS, PathText, Rejection};
#[doc(hidden)]
pub use arch::Continuation;
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub use registry::section;
#[doc(hidden)]
pub use fatal::{STATUS, Stderr, exit_with, print_line};
pub use fatal::exit;
pub use host::{Host, LibcKind, LinkMode, host, host_if_up};
pub use message::Text;

#[cfg(target_os = "linux")]
pub use export::Exported;
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub use program::{RESERVED_STACK, begin};
#[cfg(target_os = "linux")]
pub use start::{InitialStack, is_secure, set_initial_stack, variable};
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub use sys::{allocate_pages, exit_group, free_pages, monotonic_nanoseconds};
