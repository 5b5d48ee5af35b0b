//! The few words that this project keeps beside each guest TCB: the program image's own thread-local block, which the
//! host's libc lays out for every thread that it makes (module 1: directly below the thread pointer on x86-64,
//! directly above the TCB on aarch64).

use core::mem::offset_of;
use core::sync::atomic::AtomicU32;

/// What a lent guest TCB knows of the home thread that borrows it.
#[repr(C, align(16))]
pub(crate) struct Area {
    /// The home thread pointer of the borrower.
    pub(crate) home: usize,
    /// The return address of the import in progress: it waits here so that stack arguments stay in place.
    pub(crate) return_address: usize,
    /// The lender's futex word, on the lender's own stack.
    pub(crate) lent: *const AtomicU32,
    reserved: [usize; 5],
}

/// Size of the image's thread-local block in bytes.
pub(crate) const SIZE: usize = size_of::<Area>();
/// Its alignment.
pub(crate) const ALIGN: usize = align_of::<Area>();
pub(crate) const HOME: usize = offset_of!(Area, home);
pub(crate) const RETURN_ADDRESS: usize = offset_of!(Area, return_address);
