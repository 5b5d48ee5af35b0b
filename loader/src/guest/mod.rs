//! Guest mode: the static program has a libc of its own (home), and the host's libc is brought up beside it (guest).
//! Each call swaps the thread pointer in and out; each home thread borrows a thread control block of the guest's.

use core::sync::atomic::{AtomicPtr, Ordering};

use crate::arch;

pub(crate) mod area;
pub(crate) mod attach;
pub(crate) mod bring_up;
#[doc(hidden)]
pub mod callback;
pub(crate) mod clone;
pub(crate) mod exit;
pub(crate) mod fork;
pub(crate) mod handlers;
pub(crate) mod identity;
pub(crate) mod initial_stack;
pub(crate) mod lock;
pub(crate) mod maker;
pub(crate) mod program_break;
#[doc(hidden)]
pub mod scope;
pub(crate) mod setxid;
pub(crate) mod sigaction;
pub(crate) mod signals;
pub(crate) mod stack_bounds;

/// The way into the guest that this kernel allows; set at bring-up.
#[doc(hidden)]
pub static ENTER: AtomicPtr<()> = AtomicPtr::new(arch::guest_enter_syscall as *mut ());

/// Has every further call swap the thread pointer by the system call, as on kernels without `wrfsbase`.
#[doc(hidden)]
pub fn enter_by_system_call() {
    ENTER.store(arch::guest_enter_syscall as *mut (), Ordering::Relaxed);
}
