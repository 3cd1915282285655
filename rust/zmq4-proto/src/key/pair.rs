//! [`KeyPair`]: a secret key and the public one that belongs to it.

use x25519_dalek::StaticSecret;
use zeroize::Zeroizing;

use super::{KEY_LEN, PublicKey, SecretKey};

/// A secret key and its public key; they always belong together.
#[derive(Clone, Debug)]
pub struct KeyPair {
    public: PublicKey,
    secret: SecretKey,
}

impl KeyPair {
    /// Makes a pair of the octets that `fill` writes, which must come from the system's source of
    /// secret randomness.
    ///
    /// # Errors
    ///
    /// Those of `fill`.
    pub fn generate<E>(fill: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let mut octets = Zeroizing::new([0; KEY_LEN]);
        fill(octets.as_mut())?;
        Ok(Self::from_secret(SecretKey::of_random(&octets)))
    }

    /// The pair of a secret key.
    pub fn from_secret(secret: SecretKey) -> Self {
        let public = x25519_dalek::PublicKey::from(&StaticSecret::from(*secret.as_bytes()));
        Self { public: PublicKey::of_secret(public.to_bytes()), secret }
    }

    /// The public key.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The secret key.
    pub fn secret(&self) -> &SecretKey {
        &self.secret
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn documented_pair_belongs_together() {
        let secret: SecretKey = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6".parse().unwrap();

        let pair = KeyPair::from_secret(secret);

        assert_eq!(pair.public().to_z85(), "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7");
    }

    #[test]
    fn pair_is_made_of_the_octets_that_are_given() {
        let fill = |octets: &mut [u8]| {
            octets.fill(9);
            Ok::<_, Infallible>(())
        };

        let Ok(pair) = KeyPair::generate(fill);

        assert_eq!(pair.secret().as_bytes(), &[9; KEY_LEN]);
    }

    #[test]
    fn failing_source_makes_no_pair() {
        assert_eq!(KeyPair::generate(|_| Err("no entropy")).unwrap_err(), "no entropy");
    }
}
