//! The atomics of the lock and of lent control blocks, in a module of their own so that `runtime/tests/model` can put a model checker's
//! there.

#[cfg(guest)]
pub(crate) use core::sync::atomic::{AtomicPtr, AtomicUsize};
pub(crate) use core::sync::atomic::{AtomicU32, Ordering};
