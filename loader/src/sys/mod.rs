//! What the loader asks of the kernel: by system calls where a program may have no libc, else through its libc.

#[cfg(loader)]
pub(crate) mod file;
#[cfg(loader)]
mod linux;
#[cfg(not(loader))]
mod unix;

#[cfg(loader)]
pub use linux::*;
#[cfg(not(loader))]
pub use unix::*;
