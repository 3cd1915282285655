//! [`Password`]: a secret that both ends of PLAIN know.

use std::{error::Error, fmt};

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

/// A password of at most 255 octets. It is wiped when it is dropped, and `Debug` shows nothing of
/// it.
#[derive(Clone)]
pub struct Password {
    /// Padded with zeros, so that every comparison takes the same time.
    octets: Box<Zeroizing<[u8; MAX_CREDENTIAL_LEN]>>,
    /// Octets of `octets` in use.
    len: u8,
}

/// A user name or a password of more than 255 octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialTooLong {
    /// Its length in octets.
    pub len: usize,
}

impl fmt::Display for CredentialTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a user name or password of {} octets is longer than 255", self.len)
    }
}

impl Error for CredentialTooLong {}

impl Password {
    /// Copies a password; the caller wipes its own.
    ///
    /// # Errors
    ///
    /// [`CredentialTooLong`] for more than 255 octets.
    pub fn new(password: &[u8]) -> Result<Self, CredentialTooLong> {
        let too_long = CredentialTooLong { len: password.len() };
        let len = u8::try_from(password.len()).map_err(|_| too_long)?;
        let mut octets = Box::new(Zeroizing::new([0; MAX_CREDENTIAL_LEN]));
        for (place, &octet) in octets.iter_mut().zip(password) {
            *place = octet;
        }
        Ok(Self { octets, len })
    }

    /// The password's octets.
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// True if both are the same, found out in a time that depends on neither.
    pub fn matches(&self, other: &Self) -> bool {
        let same: Choice =
            self.octets.as_slice().ct_eq(other.octets.as_slice()) & self.len.ct_eq(&other.len);
        same.into()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// The longest user name or password: its length is one octet on the wire.
pub(super) const MAX_CREDENTIAL_LEN: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn password(octets: &[u8]) -> Password {
        Password::new(octets).unwrap()
    }

    #[test]
    fn only_the_same_password_matches() {
        assert!(password(b"secret").matches(&password(b"secret")));
        assert!(password(b"").matches(&password(b"")));
        for other in [&b"secreT"[..], b"secret\0", b"secre", b"", b"Secret"] {
            assert!(!password(b"secret").matches(&password(other)), "{other:?}");
        }
    }

    #[test]
    fn password_keeps_its_octets_up_to_255() {
        assert_eq!(password(&[7; 255]).as_bytes(), [7; 255]);
        assert_eq!(Password::new(&[7; 256]).unwrap_err(), CredentialTooLong { len: 256 });
    }

    #[test]
    fn debug_shows_nothing_of_the_password() {
        assert_eq!(format!("{:?}", password(b"secret")), "Password(..)");
    }
}
