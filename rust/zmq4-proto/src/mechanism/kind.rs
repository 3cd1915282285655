//! [`MechanismKind`]: which mechanism a socket uses, and in which role.

use crate::greeting::MECHANISM_LEN;

/// The mechanism of a socket, and its role in it. Both ends must have the same mechanism.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MechanismKind {
    /// No credentials, no encryption. Source: RFC 37/ZMTP, "The NULL Security Mechanism".
    #[default]
    Null,
    /// Gives name and password. Source: RFC 24/ZMTP-PLAIN.
    PlainClient,
    /// Asks for name and password.
    PlainServer,
    /// Knows the server's key. Source: RFC 26/CurveZMQ.
    CurveClient,
    /// Learns the client's key.
    CurveServer,
}

impl MechanismKind {
    /// The name in the greeting.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::PlainClient | Self::PlainServer => "PLAIN",
            Self::CurveClient | Self::CurveServer => "CURVE",
        }
    }

    /// The name as the greeting carries it: padded with zeros.
    pub fn padded_name(self) -> [u8; MECHANISM_LEN] {
        let mut padded = [0; MECHANISM_LEN];
        for (octet, letter) in padded.iter_mut().zip(self.name().bytes()) {
            *octet = letter;
        }
        padded
    }

    /// True if both sides prove who they are by keys: every step of the handshake costs some time.
    pub fn has_keys(self) -> bool {
        match self {
            Self::CurveClient | Self::CurveServer => true,
            Self::Null | Self::PlainClient | Self::PlainServer => false,
        }
    }

    /// True if this side is the mechanism's server; NULL has none.
    pub fn as_server(self) -> bool {
        match self {
            Self::PlainServer | Self::CurveServer => true,
            Self::Null | Self::PlainClient | Self::CurveClient => false,
        }
    }
}
