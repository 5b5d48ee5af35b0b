//! The atomics of the loader's lock, in a module of their own so that `runtime/tests/model` can put a model checker's
//! there.

pub(crate) use core::sync::atomic::{AtomicU32, Ordering};
