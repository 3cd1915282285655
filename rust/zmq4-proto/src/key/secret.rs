//! [`SecretKey`]: what must stay with its owner.

use std::{fmt, str::FromStr};

use zeroize::Zeroizing;

use super::{KEY_LEN, KeyRefused, text};

/// A secret key. It is wiped when it is dropped, and `Debug` shows nothing of it.
#[derive(Clone)]
pub struct SecretKey {
    /// On the heap, so that moving the key leaves no copy behind.
    octets: Box<Zeroizing<[u8; KEY_LEN]>>,
}

impl SecretKey {
    /// Copies 32 octets; the caller wipes its own.
    ///
    /// # Errors
    ///
    /// [`KeyRefused::Unset`] for zeros.
    pub fn new(octets: &[u8; KEY_LEN]) -> Result<Self, KeyRefused> {
        if octets == &[0; KEY_LEN] { Err(KeyRefused::Unset) } else { Ok(Self::of_random(octets)) }
    }

    /// The key's octets.
    pub fn as_bytes(&self) -> &[u8; KEY_LEN] {
        &self.octets
    }

    /// The key as 40 characters of Z85, for its owner's file.
    pub fn to_z85(&self) -> Zeroizing<String> {
        Zeroizing::new(text::z85(&self.octets))
    }

    /// The key as 64 hexadecimal digits, for its owner's file.
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(text::hex(&self.octets))
    }

    /// A key of random octets.
    pub(crate) fn of_random(octets: &[u8; KEY_LEN]) -> Self {
        Self { octets: Box::new(Zeroizing::new(*octets)) }
    }
}

impl FromStr for SecretKey {
    type Err = KeyRefused;

    /// Reads 40 characters of Z85 or 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, KeyRefused> {
        Self::new(&*text::read(text)?)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_key() {
        let key = SecretKey::new(&[0x5a; KEY_LEN]).unwrap();

        assert_eq!(format!("{key:?}"), "SecretKey(..)");
    }

    #[test]
    fn both_forms_of_text_read_back() {
        let key = SecretKey::new(&[0x5a; KEY_LEN]).unwrap();

        for text in [key.to_z85(), key.to_hex()] {
            assert_eq!(text.parse::<SecretKey>().unwrap().as_bytes(), key.as_bytes());
        }
    }

    #[test]
    fn key_that_was_never_set_is_refused() {
        assert_eq!(SecretKey::new(&[0; KEY_LEN]).unwrap_err(), KeyRefused::Unset);
    }
}
