//! Keys of CURVE: 32 octets, public or secret, and their two forms as text.

mod pair;
mod public;
mod refused;
mod secret;
mod text;

pub use pair::KeyPair;
pub use public::PublicKey;
pub use refused::KeyRefused;
pub use secret::SecretKey;

/// Length of a key in octets.
pub const KEY_LEN: usize = 32;
