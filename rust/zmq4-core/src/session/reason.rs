//! Why a connection did not come to be, or ended.

use std::io;
use std::time::Duration;

use zmq4_proto::Fault;

use crate::monitor::{Cause, Failure};
use crate::peer::Peer;
use crate::subscription::Refused;

/// Why a connection did not come to be, or ended.
#[derive(Debug)]
pub(crate) enum Reason {
    /// The peer broke the rules, or refused us.
    Fault(Fault),
    /// The system's word.
    Io(io::Error),
    /// The peer closed the connection.
    Ended,
    /// The handshake took too long.
    TimedOut(Duration),
    /// The socket takes no further peer.
    Surplus,
    /// Too many handshakes were unfinished, and this was the oldest.
    Crowded,
    /// The socket closed it.
    Closed,
    /// Another peer has the same name.
    NameTaken,
    /// Another peer came and took its name.
    Replaced,
    /// It asked for more subscriptions than a peer may hold.
    Insatiable(Refused),
}

impl Reason {
    /// Whether the peer broke the rules or asked for too much: worth a warning even in traffic.
    fn is_misconduct(&self) -> bool {
        match self {
            Self::Fault(fault) => !matches!(fault, Fault::Silent(_)),
            Self::Insatiable(_) => true,
            Self::Io(_)
            | Self::Ended
            | Self::TimedOut(_)
            | Self::Surplus
            | Self::Crowded
            | Self::Closed
            | Self::NameTaken
            | Self::Replaced => false,
        }
    }

    /// Logs why a connection ended that was in traffic.
    pub(super) fn log(&self, peer: &Peer) {
        let peer = &peer.address;
        if self.is_misconduct() {
            tracing::warn!(target: "zmq4", %peer, reason = %self, "disconnected");
        } else {
            tracing::debug!(target: "zmq4", %peer, reason = %self, "disconnected");
        }
    }

    /// Whether trying again will hardly help: the peer refused us, or is of another kind.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Fault(fault) if fault.is_incompatible() || fault.is_denied())
    }

    /// What those hear of it who listen to events.
    pub(crate) fn failure(&self) -> Failure {
        Failure::new(self.cause(), self.to_string())
    }

    fn cause(&self) -> Cause {
        match self {
            Self::Fault(fault) => cause_of_fault(fault),
            Self::Io(error) => cause_of_error(error),
            Self::Ended => Cause::Ended,
            Self::TimedOut(_) => Cause::TimedOut,
            Self::Surplus => Cause::Surplus,
            Self::Crowded => Cause::Crowded,
            Self::Closed => Cause::Closed,
            Self::NameTaken => Cause::NameTaken,
            Self::Replaced => Cause::Replaced,
            Self::Insatiable(_) => Cause::Limit,
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Io(error) => error.fmt(f),
            Self::Ended => f.write_str("the peer closed the connection"),
            Self::TimedOut(limit) => write!(f, "the handshake was not done within {limit:?}"),
            Self::Surplus => f.write_str("the socket has its only peer already"),
            Self::Crowded => f.write_str("too many at a time: the oldest made room"),
            Self::Closed => f.write_str("the socket closed the connection"),
            Self::NameTaken => f.write_str("another peer has the same routing id"),
            Self::Replaced => f.write_str("another peer took over its routing id"),
            Self::Insatiable(refused) => refused.fmt(f),
        }
    }
}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn cause_of_fault(fault: &Fault) -> Cause {
    if fault.is_incompatible() {
        return Cause::Incompatible;
    }
    if fault.is_denied() {
        return Cause::Denied;
    }
    match fault {
        Fault::Silent(_) => Cause::TimedOut,
        Fault::LimitExceeded(_) => Cause::Limit,
        Fault::Malformed(_)
        | Fault::Misbehaved(_)
        | Fault::Forged(_)
        | Fault::Incompatible(_)
        | Fault::Denied(_)
        | Fault::PeerError { .. } => Cause::Protocol,
    }
}

fn cause_of_error(error: &io::Error) -> Cause {
    // Nobody listens at a path where there is no file.
    if error.raw_os_error() == Some(libc::ENOENT) {
        return Cause::Refused;
    }
    #[allow(clippy::wildcard_enum_match_arm, reason = "the system has many words")]
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Cause::Refused,
        io::ErrorKind::TimedOut => Cause::TimedOut,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => Cause::Ended,
        _ => Cause::System,
    }
}
