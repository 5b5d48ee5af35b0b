//! What threads rely on, tried in every interleaving that the memory orderings allow: the files themselves, with a model
//! checker's atomics in place of core's.
#![cfg(test)]

/// In place of the two crates' own.
mod atomic {
    pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};
}
mod futex;
#[path = "../../../../loader/src/guest/handoff.rs"]
mod handoff;
mod handoff_tests;
#[path = "../../../../loader/src/guest/lock.rs"]
mod lock;
mod lock_tests;
#[path = "../../../src/slot.rs"]
mod slot;
mod slot_tests;
use futex as sys;
