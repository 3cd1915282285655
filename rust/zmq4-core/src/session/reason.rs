//! Why a connection did not come to be, or ended.

use std::io;
use std::time::Duration;

use zmq4_proto::{Denied, Fault, MechanismKind};

use crate::monitor::{Cause, Failure};
use crate::peer::Peer;
use crate::security::NoVerdict;
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
    /// It did so before the handshake was done.
    HungUp(HungUp),
    /// Our server ended the handshake with an ERROR command that anybody on the way could have sent.
    Unproven(Fault),
    /// The peer's address is not let in.
    Barred,
    /// The peer was judged, and is not let in.
    Refused(Refusal),
    /// Nobody said whether the peer is to be let in.
    Unjudged(NoVerdict),
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

/// A handshake that the peer did not go on with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HungUp {
    /// Our side of the mechanism.
    kind: MechanismKind,
    /// Whether the peer speaks it too.
    is_greeted: bool,
}

/// A verdict that does not let a peer in.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(super) denied: Denied,
    /// Whom it is about; may be empty.
    pub(super) who: String,
    pub(super) why: Option<Box<str>>,
}

impl Reason {
    /// What it means while a handshake is under way.
    pub(super) fn in_handshake(self, kind: MechanismKind, is_greeted: bool) -> Self {
        if matches!(&self, Self::Ended | Self::Io(_)) && self.cause() == Cause::Ended {
            return Self::HungUp(HungUp { kind, is_greeted });
        }
        if let Self::Fault(fault @ Fault::PeerError { .. }) = &self
            && kind == MechanismKind::CurveClient
        {
            return Self::Unproven(fault.clone());
        }
        self
    }

    /// Whether it was we who did not let the peer in.
    pub(super) fn is_our_refusal(&self) -> bool {
        matches!(self, Self::Barred | Self::Refused(_) | Self::Unjudged(_))
    }

    /// Whether the peer broke the rules or asked for too much: worth a warning even in traffic.
    fn is_misconduct(&self) -> bool {
        match self {
            Self::Fault(fault) => !matches!(fault, Fault::Silent(_)),
            Self::Insatiable(_) => true,
            Self::Io(_)
            | Self::Ended
            | Self::HungUp(_)
            | Self::Unproven(_)
            | Self::Barred
            | Self::Refused(_)
            | Self::Unjudged(_)
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

    /// Whether trying again will hardly help: one side refused the other, or is of another kind. A word that
    /// anybody could have sent in the server's name is not taken for its own.
    pub(super) fn is_refusal(&self) -> bool {
        if let Self::Fault(fault) = self {
            return fault.is_incompatible() || fault.is_denied();
        }
        matches!(self, Self::Barred | Self::Refused(_))
    }

    /// Whether it is worth a warning although there will be another attempt.
    pub(super) fn is_notable(&self) -> bool {
        let is_about_keys =
            matches!(self, Self::Unproven(_) | Self::Unjudged(_) | Self::Fault(Fault::Forged(_)));
        self.is_refusal() || is_about_keys || matches!(self, Self::HungUp(end) if end.is_telling())
    }

    /// What those hear of it who listen to events.
    pub(crate) fn failure(&self) -> Failure {
        Failure::new(self.cause(), self.to_string())
    }

    fn cause(&self) -> Cause {
        match self {
            Self::Fault(fault) | Self::Unproven(fault) => cause_of_fault(fault),
            Self::Io(error) => cause_of_error(error),
            Self::Ended | Self::HungUp(_) => Cause::Ended,
            Self::Barred => Cause::AddressDenied,
            Self::Refused(_) => Cause::Denied,
            Self::Unjudged(_) => Cause::NoVerdict,
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
            Self::HungUp(end) => end.fmt(f),
            Self::Unproven(fault) => {
                write!(f, "{fault} (unprotected: it may not be the server that says so)")
            }
            Self::Barred => f.write_str("the peer's address is not let in"),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Unjudged(why) => why.fmt(f),
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

impl HungUp {
    /// Whether it tells something about our keys or our password.
    fn is_telling(self) -> bool {
        self.is_greeted
            && matches!(self.kind, MechanismKind::PlainClient | MechanismKind::CurveClient)
    }
}

impl std::fmt::Display for HungUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mechanism = self.kind.name();
        if !self.is_greeted {
            return write!(
                f,
                "the peer closed the connection before the handshake began: \
                 it may not let our address in, or not take {mechanism}"
            );
        }
        let (peer, guess) = match self.kind {
            MechanismKind::Null => {
                return f.write_str("the peer closed the connection during the handshake");
            }
            MechanismKind::PlainServer | MechanismKind::CurveServer => ("client", ""),
            MechanismKind::PlainClient => {
                ("server", ": it may refuse our name and password, or have nobody to judge them")
            }
            MechanismKind::CurveClient => ("server", ": it may have another key, or not know ours"),
        };
        write!(f, "the {peer} closed the connection during the {mechanism} handshake{guess}")
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.denied.fmt(f)?;
        if !self.who.is_empty() {
            write!(f, " ({})", self.who)?;
        }
        match &self.why {
            Some(why) => write!(f, ": {why}"),
            None => Ok(()),
        }
    }
}

impl From<Fault> for Reason {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
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
        Fault::Forged(_) => Cause::Forged,
        Fault::Malformed(_)
        | Fault::Misbehaved(_)
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
