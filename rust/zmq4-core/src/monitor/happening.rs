//! What can happen to a socket, and why.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zmq4_proto::RoutingId;

use crate::peer::Peer;

/// Something that happened to a socket.
#[derive(Clone, Debug)]
pub struct Event {
    /// The address of the endpoint at which it happened; empty if at none in particular.
    pub endpoint: Arc<str>,
    /// When it happened. Later events have later times, or the same.
    pub at: Instant,
    /// What it was.
    pub what: Happening,
}

/// What happened. The life of one connection is told in this order:
///
/// ```text
///   Connecting ─▶ ConnectFailed
///       ├───────▶ HandshakeFailed
///       └──────────▶ Connected ─▶ Disconnected
///       ┌──────────▶ Connected ─▶ Disconnected
///   Accepted ───▶ HandshakeFailed
/// ```
#[derive(Clone, Debug)]
pub enum Happening {
    /// An endpoint was bound: peers may come.
    Listening,
    /// An attempt to connect began.
    Connecting {
        /// Its number since the last success, from 1.
        attempt: u32,
    },
    /// An attempt found nobody to talk to.
    ConnectFailed {
        /// Why.
        why: Failure,
        /// The number of the attempt.
        attempt: u32,
        /// How long it takes to the next one; none if there is none.
        retry_in: Option<Duration>,
    },
    /// Somebody connected to a bound endpoint. The handshake follows.
    Accepted {
        /// Where he is.
        address: String,
    },
    /// A bound endpoint could not take a connection.
    AcceptFailed {
        /// Why.
        why: Failure,
    },
    /// The handshake is done.
    Connected {
        /// With whom.
        peer: Arc<Peer>,
    },
    /// A connection came to nothing: the handshake was not completed, or the peer not welcome.
    HandshakeFailed {
        /// Where the peer is.
        address: String,
        /// Why.
        why: Failure,
        /// How long it takes to the next attempt; none if there is none.
        retry_in: Option<Duration>,
    },
    /// A peer that was connected is gone.
    Disconnected {
        /// Who.
        peer: Arc<Peer>,
        /// Why.
        why: Failure,
        /// How long it takes to the next attempt; none if there is none.
        retry_in: Option<Duration>,
    },
    /// An endpoint was closed. Its connections end after it, as linger allows.
    EndpointClosed,
    /// Messages were dropped. Told once a second at most, for all of them together.
    Dropped {
        /// How many.
        count: u64,
        /// Why.
        loss: Loss,
        /// For whom they were, if for one peer.
        peer: Option<Arc<Peer>>,
        /// The routing id of one of them that nobody has.
        routing_id: Option<RoutingId>,
    },
}

/// Why something did not come to be, or ended: for programs, and for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind.
    pub cause: Cause,
    /// A sentence.
    pub text: String,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nobody listens there.
    Refused,
    /// It took too long, or the peer was silent for too long.
    TimedOut,
    /// The system's word, other than those.
    System,
    /// The peer ended the connection.
    Ended,
    /// The peer broke the rules, or says that we did.
    Protocol,
    /// Version, mechanism or socket type do not fit.
    Incompatible,
    /// One side refused the other's credentials.
    Denied,
    /// The peer's address is not let in.
    AddressDenied,
    /// Nobody said whether the peer is to be let in, so it is not.
    NoVerdict,
    /// The peer has other keys than it should, or octets were changed, repeated or reordered on their way.
    Forged,
    /// The peer sent more of something than we take.
    Limit,
    /// The socket takes no further peer.
    Surplus,
    /// Too many handshakes were unfinished.
    Crowded,
    /// Another peer has the same routing id.
    NameTaken,
    /// Another peer took over its routing id.
    Replaced,
    /// The socket or the endpoint was closed.
    Closed,
}

/// Why messages were dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// A peer's queue was full.
    Full,
    /// There was no peer to have them.
    Unroutable,
    /// The peer was gone before they were sent.
    Gone,
}

impl Failure {
    pub(crate) fn new(cause: Cause, text: impl Into<String>) -> Self {
        Self { cause, text: text.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the peer's queue was full",
            Self::Unroutable => "there was no peer to have them",
            Self::Gone => "the peer was gone before they were sent",
        })
    }
}
