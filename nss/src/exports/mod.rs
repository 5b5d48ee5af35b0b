//! The C symbols of a static program that this crate provides in its libc's place.
//!
//! Whole archive members of the static glibc and musl are left out by it: all functions that stand in one file there are
//! here together, for a member that the linker still needs would define the others a second time.

mod accounts;
mod enumeration;
#[cfg(native)]
mod host_record;
mod hosts;
mod names;
mod services;
mod static_record;
