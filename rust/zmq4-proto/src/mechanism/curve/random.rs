//! [`CurveRandom`]: the secrets of one connection.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::key::KEY_LEN;

/// The secrets of one connection: a key, and for the server another, and what makes nonces unique.
///
/// They are drawn beforehand, so that a handshake needs no source of randomness and can be repeated
/// in a test. They are used for one connection, wiped behind it, and cannot be copied.
pub struct CurveRandom {
    parts: Box<Parts>,
}

#[derive(Zeroize, ZeroizeOnDrop)]
struct Parts {
    transient_key: [u8; KEY_LEN],
    cookie_key: [u8; KEY_LEN],
    boxed_nonce: [u8; NONCE_LEN],
    cookie_nonce: [u8; NONCE_LEN],
}

impl CurveRandom {
    /// How many octets [`CurveRandom::draw`] asks for altogether.
    pub const LEN: usize = 2 * KEY_LEN + 2 * NONCE_LEN;

    /// Draws the octets that `fill` writes, which must come from the system's source of secret
    /// randomness.
    ///
    /// It is called for each part: the key of the connection (32 octets), the key of the server's
    /// cookie (32), the nonce of the client's vouch or of the server's WELCOME (16), and the nonce
    /// of the cookie (16).
    ///
    /// # Errors
    ///
    /// The first one of `fill`.
    pub fn draw<E>(mut fill: impl FnMut(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let mut parts = Box::new(Parts {
            transient_key: [0; KEY_LEN],
            cookie_key: [0; KEY_LEN],
            boxed_nonce: [0; NONCE_LEN],
            cookie_nonce: [0; NONCE_LEN],
        });
        fill(&mut parts.transient_key)?;
        fill(&mut parts.cookie_key)?;
        fill(&mut parts.boxed_nonce)?;
        fill(&mut parts.cookie_nonce)?;
        Ok(Self { parts })
    }

    /// The secret key of the connection: c' or s'.
    pub(super) fn transient_key(&self) -> &[u8; KEY_LEN] {
        &self.parts.transient_key
    }

    /// What the server seals its cookie with.
    pub(super) fn cookie_key(&self) -> &[u8; KEY_LEN] {
        &self.parts.cookie_key
    }

    /// For the vouch of a client, or the WELCOME of a server: no side sends both.
    pub(super) fn boxed_nonce(&self) -> &[u8; NONCE_LEN] {
        &self.parts.boxed_nonce
    }

    /// For the cookie.
    pub(super) fn cookie_nonce(&self) -> &[u8; NONCE_LEN] {
        &self.parts.cookie_nonce
    }
}

impl fmt::Debug for CurveRandom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CurveRandom(..)")
    }
}

const NONCE_LEN: usize = 16;
