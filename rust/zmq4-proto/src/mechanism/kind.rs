//! [`MechanismKind`]: which mechanism a socket uses.

use crate::greeting::MECHANISM_LEN;

/// The mechanism of a socket. Both ends must have the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MechanismKind {
    /// No credentials, no encryption. Source: RFC 37/ZMTP, "The NULL Security Mechanism".
    #[default]
    Null,
}

impl MechanismKind {
    /// The name in the greeting.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "NULL",
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

    /// True if this side is the mechanism's server; NULL has none.
    pub(crate) fn as_server(self) -> bool {
        match self {
            Self::Null => false,
        }
    }
}
