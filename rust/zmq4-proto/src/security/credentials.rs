//! [`Credentials`] of a peer, and the [`Verdict`] about them.

use bytes::Bytes;

use super::Password;
use crate::{Metadata, PublicKey, error::Denied};

/// What a peer is to be judged by, beside the address that the caller knows.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// Nothing further: the mechanism is NULL.
    Null,
    /// What a client of PLAIN claims.
    Plain {
        /// Its name, at most 255 octets.
        username: Bytes,
        /// Its password; compare it with [`Password::matches`].
        password: Password,
    },
    /// What a client of CURVE has proved.
    Curve {
        /// The long-term key whose secret key it has.
        public_key: PublicKey,
    },
}

impl Credentials {
    /// The name of the mechanism that they came by.
    pub fn mechanism(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Plain { .. } => "PLAIN",
            Self::Curve { .. } => "CURVE",
        }
    }
}

/// Whether a peer is let in. Source: RFC 27/ZAP, "Reply".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Status 200.
    Accept {
        /// Who it is; may be empty.
        user_id: Bytes,
        /// What else is known about it. It wins over what the peer says about itself.
        metadata: Metadata,
    },
    /// Any other status.
    Deny(Denied),
}

impl Verdict {
    /// Lets a peer in of whom nothing further is known.
    pub fn accept() -> Self {
        Self::Accept { user_id: Bytes::new(), metadata: Metadata::new() }
    }
}
