//! [`Security`]: the mechanism of one connection, with what this side brings to it.

use super::{CredentialTooLong, Password, password::MAX_CREDENTIAL_LEN};
use crate::{KeyPair, MechanismKind, PublicKey, mechanism::CurveRandom};

/// The mechanism of one connection. Who is its client and who its server has nothing to do with who
/// connects and who binds.
#[derive(Debug)]
pub enum Security {
    /// No credentials, no encryption.
    Null {
        /// True if the peer is let in only by a verdict, which can look at its address.
        authenticate: bool,
    },
    /// This side has a name and a password.
    PlainClient(PlainClient),
    /// This side asks for a name and a password, and waits for a verdict about them.
    PlainServer,
    /// This side has a key pair, and knows the server's public key.
    CurveClient(CurveClient),
    /// This side has a key pair, and waits for a verdict about the client's public key.
    CurveServer(CurveServer),
}

impl Security {
    /// The mechanism and our role in it.
    pub fn kind(&self) -> MechanismKind {
        match self {
            Self::Null { .. } => MechanismKind::Null,
            Self::PlainClient(_) => MechanismKind::PlainClient,
            Self::PlainServer => MechanismKind::PlainServer,
            Self::CurveClient(_) => MechanismKind::CurveClient,
            Self::CurveServer(_) => MechanismKind::CurveServer,
        }
    }

    /// True if peers may be let in that have no handshake: nobody has to be told why they are not.
    pub(crate) fn admits_2_0(&self) -> bool {
        matches!(self, Self::Null { authenticate: false })
    }
}

impl Default for Security {
    /// NULL, for everyone.
    fn default() -> Self {
        Self::Null { authenticate: false }
    }
}

/// What the client of PLAIN tells its server, unencrypted.
#[derive(Clone, Debug)]
pub struct PlainClient {
    pub(crate) username: Box<[u8]>,
    pub(crate) password: Password,
}

impl PlainClient {
    /// Takes a name and a password.
    ///
    /// # Errors
    ///
    /// [`CredentialTooLong`] for a name of more than 255 octets.
    pub fn new(username: &[u8], password: Password) -> Result<Self, CredentialTooLong> {
        if username.len() > MAX_CREDENTIAL_LEN {
            return Err(CredentialTooLong { len: username.len() });
        }
        Ok(Self { username: username.into(), password })
    }
}

/// What the client of CURVE brings to one connection.
#[derive(Debug)]
pub struct CurveClient {
    /// Our long-term keys.
    pub keys: KeyPair,
    /// The long-term key of the server: with another one no handshake comes about.
    pub server_key: PublicKey,
    /// The secrets of this connection.
    pub random: CurveRandom,
}

/// What the server of CURVE brings to one connection.
#[derive(Debug)]
pub struct CurveServer {
    /// Our long-term keys.
    pub keys: KeyPair,
    /// The secrets of this connection.
    pub random: CurveRandom,
}
