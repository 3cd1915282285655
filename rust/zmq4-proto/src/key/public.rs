//! [`PublicKey`]: what may be known of a key pair.

use std::{fmt, str::FromStr};

use super::{KEY_LEN, KeyRefused, text};

/// A public key of which a shared secret can come.
///
/// Points of low order are not among them: agreement with one gives zeros, whatever the secret key,
/// and whoever knows that can open every box.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; KEY_LEN]);

impl PublicKey {
    /// Takes 32 octets for a public key.
    ///
    /// # Errors
    ///
    /// [`KeyRefused::Weak`] for a point of low order, 32 zeros among them.
    pub fn new(octets: [u8; KEY_LEN]) -> Result<Self, KeyRefused> {
        if is_of_low_order(octets) { Err(KeyRefused::Weak) } else { Ok(Self(octets)) }
    }

    /// The key's octets.
    pub fn as_bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// The key as 40 characters of Z85.
    pub fn to_z85(&self) -> String {
        text::z85(&self.0)
    }

    /// The key as 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        text::hex(&self.0)
    }

    /// The public key that belongs to a secret one: a multiple of a point of high order, and never
    /// zero times.
    pub(super) fn of_secret(octets: [u8; KEY_LEN]) -> Self {
        Self(octets)
    }
}

impl FromStr for PublicKey {
    type Err = KeyRefused;

    /// Reads 40 characters of Z85 or 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, KeyRefused> {
        Self::new(*text::read(text)?)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_z85())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

fn is_of_low_order(mut octets: [u8; KEY_LEN]) -> bool {
    // The top bit takes no part in the agreement. Source: RFC 7748, section 5.
    octets[KEY_LEN - 1] &= 0x7f;
    LOW_ORDER.contains(&octets)
}

/// The points of orders 1, 2, 4 and 8 on the curve and its twist, in every form that has the top
/// bit clear: 0, 1, the two of order 8, and p − 1, p, p + 1 with p = 2^255 − 19.
const LOW_ORDER: [[u8; KEY_LEN]; 7] = [
    [0; KEY_LEN],
    {
        let mut one = [0; KEY_LEN];
        one[0] = 1;
        one
    },
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
        0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f,
        0x11, 0x57,
    ],
    near_p(0xec),
    near_p(0xed),
    near_p(0xee),
];

/// The number near p whose lowest octet is this.
const fn near_p(lowest: u8) -> [u8; KEY_LEN] {
    let mut octets = [0xff; KEY_LEN];
    octets[0] = lowest;
    octets[KEY_LEN - 1] = 0x7f;
    octets
}

#[cfg(test)]
mod tests {
    use x25519_dalek::StaticSecret;

    use super::*;

    /// True if agreement with this point depends on the secret key.
    fn contributes(octets: [u8; KEY_LEN]) -> bool {
        StaticSecret::from([7; KEY_LEN]).diffie_hellman(&octets.into()).was_contributory()
    }

    #[test]
    fn points_that_contribute_nothing_are_refused_with_either_top_bit() {
        for mut octets in LOW_ORDER {
            for _ in 0..2 {
                assert!(!contributes(octets), "{octets:02x?}");
                assert_eq!(PublicKey::new(octets), Err(KeyRefused::Weak));
                octets[KEY_LEN - 1] ^= 0x80;
            }
        }
    }

    #[test]
    fn their_neighbours_contribute_and_are_taken() {
        for octets in [near_p(0xeb), near_p(0xef), [1; KEY_LEN]] {
            assert!(contributes(octets), "{octets:02x?}");
            assert!(PublicKey::new(octets).is_ok());
        }
    }

    #[test]
    fn both_forms_of_text_read_back() {
        let key = PublicKey::new([0xa5; KEY_LEN]).unwrap();

        assert_eq!(key.to_z85().parse(), Ok(key));
        assert_eq!(key.to_hex().parse(), Ok(key));
        assert_eq!(key.to_hex().to_uppercase().parse(), Ok(key));
    }

    #[test]
    fn other_text_is_refused() {
        let parse = |text: &str| text.parse::<PublicKey>().unwrap_err();

        assert_eq!(parse(""), KeyRefused::Length { len: 0 });
        assert_eq!(parse(&"0".repeat(41)), KeyRefused::Length { len: 41 });
        assert_eq!(parse(&"0".repeat(40)), KeyRefused::Weak);
        assert!(matches!(parse(&"~".repeat(40)), KeyRefused::Z85(_)));
        assert_eq!(parse(&"0g".repeat(32)), KeyRefused::Hex { at: 1 });
    }
}
