//! What the benchmarks share: programs that measure within themselves, and taking turns.
//!
//! A process has one link mode, so each contender is a process of its own: [`Program`] builds it, [`Contender`] asks it
//! for one measurement at a time, and a [`Turnstile`] lets contenders measure in turn, so that whatever else the machine
//! does meets all of them.

mod contender;
mod program;
mod turnstile;

pub use contender::Contender;
pub use program::{Program, target_directory};
pub use turnstile::Turnstile;
