//! Numbers that nobody else can guess.

use std::hash::{BuildHasher, RandomState};

use rustix::rand::{GetRandomFlags, getrandom};

/// The id of a query. (The other half of what an attacker must guess, the port, is the kernel's random choice.)
pub(super) fn id() -> u16 {
    let mut bytes = [0; 2];
    match getrandom(&mut bytes, GetRandomFlags::empty()) {
        Ok(2) => u16::from_ne_bytes(bytes),
        // A sandbox without getrandom: std keys its hashers from elsewhere then.
        _ => RandomState::new().hash_one(std::time::Instant::now()) as u16,
    }
}

/// Two ids that differ.
pub(super) fn ids() -> [u16; 2] {
    let first = id();
    let second = id();
    [first, if first == second { second.wrapping_add(1) } else { second }]
}
