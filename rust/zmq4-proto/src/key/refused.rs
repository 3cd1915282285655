//! [`KeyRefused`]: why octets or text are no key.

use std::{error::Error, fmt};

use crate::Z85Error;

/// Why octets or text are no key. It never repeats them: they may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRefused {
    /// Neither 40 characters of Z85 nor 64 hexadecimal digits.
    Length {
        /// How many characters there were.
        len: usize,
    },
    /// 40 characters that are no Z85.
    Z85(Z85Error),
    /// 64 characters that are not all hexadecimal digits.
    Hex {
        /// The offset of the first that is none, in octets.
        at: usize,
    },
    /// A public key that gives every secret key the same shared secret, all zeros among them.
    Weak,
    /// A secret key of zeros: one that was never set.
    Unset,
}

impl fmt::Display for KeyRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { len } => write!(
                f,
                "a key is 40 characters of Z85 or 64 hexadecimal digits, not {len} characters"
            ),
            Self::Z85(error) => write!(f, "not a key in Z85: {error}"),
            Self::Hex { at } => write!(f, "the character at {at} is no hexadecimal digit"),
            Self::Weak => f.write_str("the public key protects nothing"),
            Self::Unset => f.write_str("the secret key is all zeros"),
        }
    }
}

impl Error for KeyRefused {}
