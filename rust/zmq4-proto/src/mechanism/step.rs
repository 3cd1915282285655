//! [`Mechanism`]: the one face that all mechanisms show to the handshake.

use super::{MechanismKind, null::Null};
use crate::{Command, Metadata, MetadataLimits, error::Fault};

/// A running mechanism: one object per connection side.
///
/// A further mechanism is a further variant, with the same two calls.
#[derive(Clone, Debug)]
pub(crate) enum Mechanism {
    Null(Null),
}

/// What follows from a command of the peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Both sides are ready; this is what the peer says about itself.
    Done(Metadata),
}

impl Mechanism {
    /// Starts a mechanism that tells the peer `metadata`.
    pub(crate) fn new(kind: MechanismKind, metadata: Metadata, limits: MetadataLimits) -> Self {
        match kind {
            MechanismKind::Null => Self::Null(Null::new(metadata, limits)),
        }
    }

    /// Appends the command that is to go out next, if one is.
    pub(crate) fn next_command(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::Null(null) => null.next_command(out),
        }
    }

    /// Takes a command of the peer.
    pub(crate) fn on_command(&mut self, command: Command<'_>) -> Result<Step, Fault> {
        match self {
            Self::Null(null) => null.on_command(command),
        }
    }
}
