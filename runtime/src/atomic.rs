//! The atomics of [`slot`](crate::slot), in a module of their own so that `tests/model` can put a model checker's there.

pub(crate) use core::sync::atomic::{AtomicPtr, Ordering};
