//! [`Fault`]: the one error type of a connection.

use std::{error::Error, fmt};

use bytes::Bytes;

use super::{
    Denied, Excerpt, Forged, Incompatible, LimitExceeded, Malformed, Misbehaved, Silence,
    incompatible::INVALID_SOCKET_TYPE,
};

/// Why a connection has to end, sorted by whose fault it is.
///
/// The sort decides what the peer is told ([`Fault::wire_reason`]) and how a connecting side goes
/// on ([`Fault::is_denied`], [`Fault::is_incompatible`]: retry slowly; anything else: retry with
/// back-off).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Octets that break the grammar.
    Malformed(Malformed),
    /// Well-formed octets that are wrong at this time.
    Misbehaved(Misbehaved),
    /// Octets that do not prove where they come from.
    Forged(Forged),
    /// Version, mechanism or socket type do not fit ours.
    Incompatible(Incompatible),
    /// We refused the peer's credentials.
    Denied(Denied),
    /// More of something than we are willing to take.
    LimitExceeded(LimitExceeded),
    /// Nothing arrived for longer than was agreed.
    Silent(Silence),
    /// The peer closed the handshake with an ERROR command.
    PeerError {
        /// The peer's words, as sent; often a three-digit status.
        reason: Bytes,
    },
}

impl Fault {
    /// True if retrying at once is pointless because the two ends do not fit together.
    ///
    /// A peer that says so in an ERROR command counts as well.
    pub fn is_incompatible(&self) -> bool {
        match self {
            Self::Incompatible(_) => true,
            Self::PeerError { reason } => reason == INVALID_SOCKET_TYPE.as_bytes(),
            Self::Malformed(_)
            | Self::Misbehaved(_)
            | Self::Forged(_)
            | Self::Denied(_)
            | Self::LimitExceeded(_)
            | Self::Silent(_) => false,
        }
    }

    /// True if one side refused the other's credentials.
    ///
    /// That is our own refusal, or an ERROR command with one of the statuses 300, 400 and 500.
    pub fn is_denied(&self) -> bool {
        self.status().is_some()
    }

    /// The status of a refusal: 300 (try later), 400 (refused) or 500 (the handler failed).
    ///
    /// Source: RFC 27/ZAP.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Denied(denied) => Some(denied.status()),
            Self::PeerError { reason } => match reason.as_ref() {
                b"300" => Some(300),
                b"400" => Some(400),
                b"500" => Some(500),
                _ => None,
            },
            Self::Malformed(_)
            | Self::Misbehaved(_)
            | Self::Forged(_)
            | Self::Incompatible(_)
            | Self::LimitExceeded(_)
            | Self::Silent(_) => None,
        }
    }

    /// The words for an ERROR command, or `None` if the connection is to be closed without one.
    ///
    /// ERROR exists only in the handshake, behind a whole greeting: there is none for a peer that
    /// has not proved to speak ZMTP 3, and none in traffic.
    pub fn wire_reason(&self) -> Option<&'static str> {
        match self {
            Self::Malformed(malformed) => malformed.wire_reason(),
            Self::Misbehaved(_) => Some("Unexpected command"),
            Self::Incompatible(incompatible) => incompatible.wire_reason(),
            Self::Denied(denied) => denied.wire_reason(),
            Self::LimitExceeded(limit) => limit.wire_reason(),
            Self::Forged(_) | Self::Silent(_) | Self::PeerError { .. } => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::Misbehaved(misbehaved) => misbehaved.fmt(f),
            Self::Forged(forged) => forged.fmt(f),
            Self::Incompatible(incompatible) => incompatible.fmt(f),
            Self::Denied(denied) => denied.fmt(f),
            Self::LimitExceeded(limit) => limit.fmt(f),
            Self::Silent(silence) => silence.fmt(f),
            Self::PeerError { reason } if reason.is_empty() => {
                f.write_str("the peer ended the handshake without a reason")
            }
            Self::PeerError { reason } => {
                write!(f, "the peer ended the handshake: \"{}\"", Excerpt::new(reason))
            }
        }
    }
}

impl Error for Fault {}

impl From<Malformed> for Fault {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<Misbehaved> for Fault {
    fn from(misbehaved: Misbehaved) -> Self {
        Self::Misbehaved(misbehaved)
    }
}

impl From<Forged> for Fault {
    fn from(forged: Forged) -> Self {
        Self::Forged(forged)
    }
}

impl From<Incompatible> for Fault {
    fn from(incompatible: Incompatible) -> Self {
        Self::Incompatible(incompatible)
    }
}

impl From<Denied> for Fault {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<LimitExceeded> for Fault {
    fn from(limit: LimitExceeded) -> Self {
        Self::LimitExceeded(limit)
    }
}

impl From<Silence> for Fault {
    fn from(silence: Silence) -> Self {
        Self::Silent(silence)
    }
}
