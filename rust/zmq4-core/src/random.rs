//! Randomness for jitter and names: the standard library's keyed hasher, seeded by the system.
//! Nothing secret is made from it.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A random number.
pub(crate) fn u64() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A random number between 0 and 1.
pub(crate) fn unit() -> f64 {
    let high = u32::try_from(u64() >> 32).unwrap_or(u32::MAX);
    f64::from(high) / f64::from(u32::MAX)
}
