//! The same box by `crypto_secretbox`, and texts to put into it.

#![allow(dead_code, reason = "each caller uses its part")]

use crypto_secretbox::{AeadInPlace, KeyInit, XSalsa20Poly1305};
use zmq4_crypto::{PREFIX_LEN, TAG_LEN, TAIL_LEN};

pub(crate) const PREFIX: &[u8; PREFIX_LEN] = b"CurveZMQMESSAGEC";

/// What sealing `text` must give: the tag, and the encrypted text.
pub(crate) fn seal(
    key: &[u8; 32],
    prefix: &[u8; PREFIX_LEN],
    tail: [u8; TAIL_LEN],
    text: &[u8],
) -> ([u8; TAG_LEN], Vec<u8>) {
    let nonce: [u8; 24] = [&prefix[..], &tail].concat().try_into().unwrap();
    let mut sealed = text.to_vec();
    let tag = XSalsa20Poly1305::new(key.into())
        .encrypt_in_place_detached(&nonce.into(), b"", &mut sealed)
        .unwrap();
    (tag.into(), sealed)
}

/// Octets that are not all alike.
pub(crate) fn text(len: usize) -> Vec<u8> {
    (0..251).cycle().skip(len % 251).take(len).collect()
}
