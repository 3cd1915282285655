//! Faults of octets that do not prove where they come from.

use std::fmt;

use crate::command::SecurityCommand;

/// Octets that were changed on their way, repeated, or made with other keys than they should.
///
/// Which of these it was cannot be told; all that is known is what failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forged {
    /// A box does not open.
    Box {
        /// The command that it was in.
        command: SecurityCommand,
    },
    /// The cookie of an INITIATE is not the one that we gave.
    Cookie,
    /// The vouch of an INITIATE does not bind the client's two keys to ours.
    Vouch,
    /// A public key of which no secret can come.
    WeakKey {
        /// The command that it was in.
        command: SecurityCommand,
    },
    /// A nonce that is not the next one: a MESSAGE was repeated, has lost its place, or one is missing.
    Nonce {
        /// The nonce that came.
        nonce: u64,
        /// The last one that was good.
        last: u64,
    },
}

impl fmt::Display for Forged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Box { command } => write!(
                f,
                "the box of a {command} does not open: other keys, or octets that were changed"
            ),
            Self::Cookie => f.write_str("the cookie of an INITIATE is not the one that we gave"),
            Self::Vouch => f.write_str("the vouch of an INITIATE does not fit its keys"),
            Self::WeakKey { command } => {
                write!(f, "the public key of a {command} protects nothing")
            }
            Self::Nonce { nonce, last } => write!(
                f,
                "the nonce {nonce} of a MESSAGE does not follow {last}: one was repeated, moved or taken out"
            ),
        }
    }
}
