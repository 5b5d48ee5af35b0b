//! Call the host's shared libraries from an otherwise static binary.
//!
//! [`import_dynamic`] declares a C function by library and symbol; the first call finds it in the host, every later one
//! is a jump to it:
//!
//! ```
//! use core::ffi::c_long;
//! use import_dynamic::import_dynamic;
//!
//! #[import_dynamic("libc")]
//! unsafe extern "C" {
//!     /// labs(3).
//!     pub safe fn labs(n: c_long) -> c_long;
//! }
//!
//! assert!(labs::is_available());
//! assert_eq!(labs(-7), 7);
//! ```
//!
//! The same source works in a dynamic program, in a static one with its own libc, and in a `no_std` one without any
//! ([`main!`]); [`host`] tells which it is. See the README for what a call costs, and for the limits.
//!
//! On Linux the features `guest` (static programs with a libc) and `native` (dynamic programs) can be left out where
//! neither is built: what is left serves programs without libc, which are smallest so.

#![no_std]

#[cfg(feature = "std")]
extern crate std;

mod atomic;
mod attempt;
mod bind;
mod bind_all;
mod callback;
mod data;
mod debug;
mod declaration;
mod error;
mod handles;
mod import;
pub mod library;
#[doc(hidden)]
pub mod memory;
#[doc(hidden)]
pub mod private;
mod program;
mod registry;
mod resolve;
mod scope;
mod slot;
mod stubs;

pub use bind_all::bind_all;
pub use error::{Attempt, Attempted, ImportError, ImportErrors};
pub use import_dynamic_loader::{
    DlError, Errno, Error as HostError, Handle, Host, LibcKind, LinkMode, Message, Sink, host,
};
pub use import_dynamic_macros::{callback, export_dynamic, import_dynamic, require};
pub use program::Arguments;
pub use registry::{Imports, imports};
pub use scope::{GuestScope, guest_scope};

/// An import as [`imports`] lists it.
pub use import::Import;

/// The calling thread's `errno` in the host's libc.
///
/// In guest mode this is not the program's own `errno`: read it right after the import that failed. [`Errno::set_own`]
/// copies it there. Without a host it is zero.
#[inline]
pub fn errno() -> Errno {
    import_dynamic_loader::errno()
}

/// Ends the process with the `exit` of each C library in it: their handlers run, and their streams are flushed.
///
/// Returning from `main` and `std::process::exit` flush the host's streams too, but do not run what libraries have registered
/// with the host's `atexit`. In guest mode the program's own libc comes first, so that its handlers may still call the host.
/// With the feature `std`, the process ends by `std::process::exit`, which flushes std's standard output. Without a host
/// and without that feature it ends at once.
pub fn exit(status: i32) -> ! {
    #[cfg(feature = "std")]
    {
        import_dynamic_loader::exit_of_host_at_exit(status);
        std::process::exit(status)
    }
    #[cfg(not(feature = "std"))]
    import_dynamic_loader::exit(status)
}

/// Prints a line to stderr without std, as the messages of this crate are printed.
///
/// Texts and this crate's errors are printed without core's formatting, which would be a good part of a small program.
pub fn print_error(message: &dyn Message) {
    import_dynamic_loader::print_line(message);
}

/// The examples of the macros' reference, which do not compile without this crate.
#[cfg(doctest)]
mod reference {
    #[doc = include_str!("../../macros/docs/import_dynamic.md")]
    mod import_dynamic {}
    #[doc = include_str!("../../macros/docs/require.md")]
    mod require {}
}
