//! [`BoxKey`]: sealing and opening. The only file that calls the ciphers.
//!
//! A sealed text is its tag, 16 octets, and then as many octets as the text has. Both kinds of box
//! are `XSalsa20` and Poly1305; they differ in where the key comes from.

use std::sync::Arc;

use crypto_box::SalsaBox;
use crypto_secretbox::{
    AeadInPlace, KeyInit, XSalsa20Poly1305,
    consts::{U16, U24},
};
use zeroize::Zeroizing;

use super::nonce::Nonce;
use crate::{PublicKey, SecretKey, key::KEY_LEN};

/// A key agreed on between two key pairs. It is wiped when it is dropped.
pub(super) type SharedKey = BoxKey<SalsaBox>;

/// A key that only its maker has. It is wiped when it is dropped.
pub(super) type CookieKey = BoxKey<XSalsa20Poly1305>;

/// A key for boxes.
pub(super) struct BoxKey<C> {
    /// One place for all owners, so that neither moving nor sharing the key makes a copy of it.
    cipher: Arc<C>,
}

/// A box that does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unopened;

impl<C> BoxKey<C> {
    /// The same key for another owner; it is wiped behind the last one.
    pub(super) fn share(&self) -> Self {
        Self { cipher: Arc::clone(&self.cipher) }
    }
}

impl SharedKey {
    /// The key that the owners of the two pairs have in common.
    pub(super) fn agree(theirs: &PublicKey, ours: &SecretKey) -> Self {
        let ours = crypto_box::SecretKey::from(*ours.as_bytes());
        let theirs = crypto_box::PublicKey::from(*theirs.as_bytes());
        Self { cipher: Arc::new(SalsaBox::new(&theirs, &ours)) }
    }
}

impl CookieKey {
    pub(super) fn new(octets: &[u8; KEY_LEN]) -> Self {
        Self { cipher: Arc::new(XSalsa20Poly1305::new(octets.into())) }
    }
}

impl<C: AeadInPlace<NonceSize = U24, TagSize = U16>> BoxKey<C> {
    /// Encrypts `text` where it is, and returns its tag. A nonce must not be used twice.
    pub(super) fn seal_in_place(&self, nonce: &Nonce, text: &mut [u8]) -> [u8; TAG_LEN] {
        self.cipher
            .encrypt_in_place_detached(nonce.into(), b"", text)
            .expect("sealing fails only for associated data")
            .into()
    }

    /// Decrypts `text` where it is; without a good tag it stays as it was.
    pub(super) fn open_in_place(
        &self,
        nonce: &Nonce,
        tag: &[u8; TAG_LEN],
        text: &mut [u8],
    ) -> Result<(), Unopened> {
        self.cipher
            .decrypt_in_place_detached(nonce.into(), b"", text, tag.into())
            .map_err(|_| Unopened)
    }

    /// The sealed text.
    pub(super) fn seal(&self, nonce: &Nonce, text: &[u8]) -> Vec<u8> {
        // Whole from the start: growing would leave plaintext behind.
        let mut sealed = Vec::with_capacity(TAG_LEN + text.len());
        sealed.extend_from_slice(&[0; TAG_LEN]);
        sealed.extend_from_slice(text);
        if let Some((tag, text)) = sealed.split_first_chunk_mut() {
            *tag = self.seal_in_place(nonce, text);
        }
        sealed
    }

    /// The text that was sealed.
    pub(super) fn open(
        &self,
        nonce: &Nonce,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let (tag, text) = sealed.split_first_chunk().ok_or(Unopened)?;
        let mut text = Zeroizing::new(text.to_vec());
        self.open_in_place(nonce, tag, &mut text)?;
        Ok(text)
    }
}

/// What sealing adds, in octets.
pub(super) const TAG_LEN: usize = 16;
