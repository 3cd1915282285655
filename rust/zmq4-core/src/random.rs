//! Randomness. Jitter and names come from the standard library's keyed hasher, seeded by the system; secrets
//! from the system itself.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;

/// Fills `octets` with what nobody can guess.
///
/// # Errors
///
/// The system has none to give.
pub(crate) fn fill(octets: &mut [u8]) -> io::Result<()> {
    getrandom::fill(octets).map_err(io::Error::from)
}

/// A random number.
pub(crate) fn u64() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A random number between 0 and 1.
pub(crate) fn unit() -> f64 {
    let high = u32::try_from(u64() >> 32).unwrap_or(u32::MAX);
    f64::from(high) / f64::from(u32::MAX)
}
