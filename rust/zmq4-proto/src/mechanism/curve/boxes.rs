//! [`BoxKey`] for the boxes of the handshake, and the [`TrafficKey`]s that come of it. The only file
//! that knows the ciphers' crates.
//!
//! A sealed text is its tag, 16 octets, and then as many octets as the text has. All boxes are
//! `XSalsa20` and Poly1305; they differ in where the key comes from. The few of a handshake are
//! sealed by `crypto_secretbox`, the many of traffic by our own crate, which is faster.

use crypto_secretbox::{AeadInPlace, KeyInit, XSalsa20Poly1305};
use x25519_dalek::StaticSecret;
use zeroize::Zeroizing;
use zmq4_crypto::hsalsa20;
pub(super) use zmq4_crypto::{Boxed, TAG_LEN, TrafficKey, Unopened};

use super::nonce::{Nonce, ShortPrefix};
use crate::{PublicKey, SecretKey, key::KEY_LEN};

/// A key for boxes. It is wiped when it is dropped.
pub(super) struct BoxKey {
    /// On the heap, so that moving the key leaves no copy behind.
    octets: Box<Zeroizing<[u8; KEY_LEN]>>,
}

impl BoxKey {
    /// The key that the owners of the two pairs have in common.
    pub(super) fn agree(theirs: &PublicKey, ours: &SecretKey) -> Self {
        let theirs = x25519_dalek::PublicKey::from(*theirs.as_bytes());
        let secret = StaticSecret::from(*ours.as_bytes()).diffie_hellman(&theirs);
        Self { octets: Box::new(hsalsa20(secret.as_bytes(), &[0; 16])) }
    }

    /// A key that only its maker has.
    pub(super) fn new(octets: &[u8; KEY_LEN]) -> Self {
        Self { octets: Box::new(Zeroizing::new(*octets)) }
    }

    /// The same key, for the many texts whose nonces begin with `prefix`.
    pub(super) fn for_traffic(&self, prefix: &ShortPrefix) -> TrafficKey {
        TrafficKey::new(&self.octets, prefix)
    }

    /// The sealed text. A nonce must not be used twice.
    pub(super) fn seal(&self, nonce: &Nonce, text: &[u8]) -> Vec<u8> {
        // Whole from the start: growing would leave plaintext behind.
        let mut sealed = Vec::with_capacity(TAG_LEN + text.len());
        sealed.extend_from_slice(&[0; TAG_LEN]);
        sealed.extend_from_slice(text);
        if let Some((tag, text)) = sealed.split_first_chunk_mut::<TAG_LEN>() {
            *tag = self
                .cipher()
                .encrypt_in_place_detached(nonce.into(), b"", text)
                .expect("sealing fails only for associated data")
                .into();
        }
        sealed
    }

    /// The text that was sealed.
    pub(super) fn open(
        &self,
        nonce: &Nonce,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let (tag, text) = sealed.split_first_chunk::<TAG_LEN>().ok_or(Unopened)?;
        let mut text = Zeroizing::new(text.to_vec());
        self.cipher()
            .decrypt_in_place_detached(nonce.into(), b"", &mut text, tag.into())
            .map_err(|_| Unopened)?;
        Ok(text)
    }

    /// It wipes its copy of the key.
    fn cipher(&self) -> XSalsa20Poly1305 {
        XSalsa20Poly1305::new((&**self.octets).into())
    }
}

#[cfg(test)]
mod tests {
    use crypto_box::{SalsaBox, aead::Aead};

    use super::*;
    use crate::{KeyPair, mechanism::curve::nonce};

    fn keys(octet: u8) -> KeyPair {
        KeyPair::from_secret(SecretKey::of_random(&[octet; KEY_LEN]))
    }

    fn boxed_by_the_crate(theirs: &KeyPair, ours: &KeyPair, nonce: &Nonce, text: &[u8]) -> Vec<u8> {
        let theirs = crypto_box::PublicKey::from(*theirs.public().as_bytes());
        let ours = crypto_box::SecretKey::from(*ours.secret().as_bytes());
        SalsaBox::new(&theirs, &ours).encrypt(nonce.into(), text).unwrap()
    }

    #[test]
    fn boxes_of_an_agreed_key_are_those_of_crypto_box() {
        for octet in 1..40 {
            let (theirs, ours) = (keys(octet), keys(octet + 100));
            let nonce = nonce::long(nonce::VOUCH, &[octet; 16]);
            let key = BoxKey::agree(theirs.public(), ours.secret());

            let sealed = key.seal(&nonce, b"whose vouch");

            assert_eq!(sealed, boxed_by_the_crate(&theirs, &ours, &nonce, b"whose vouch"));
            let same = BoxKey::agree(ours.public(), theirs.secret());
            assert_eq!(**same.open(&nonce, &sealed).unwrap(), *b"whose vouch");
        }
    }

    #[test]
    fn boxes_of_traffic_are_those_of_the_same_key() {
        let (theirs, ours) = (keys(1), keys(2));
        let traffic =
            BoxKey::agree(theirs.public(), ours.secret()).for_traffic(nonce::MESSAGE_OF_CLIENT);
        let mut text = *b"\0hello";

        let tag = traffic.seal(9_u64.to_be_bytes(), &mut text);

        let nonce = nonce::short(nonce::MESSAGE_OF_CLIENT, 9);
        let expected = boxed_by_the_crate(&theirs, &ours, &nonce, b"\0hello");
        assert_eq!([&tag[..], &text].concat(), expected);
    }
}
