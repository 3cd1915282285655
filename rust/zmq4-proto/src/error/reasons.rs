//! Faults of grammar, of order, of credentials, of size and of time.

use std::{fmt, time::Duration};

use crate::{command::SecurityCommand, error::Excerpt};

/// Octets that break the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// A frame length with its top bit set.
    FrameLength {
        /// The length as sent.
        announced: u64,
    },
    /// A handshake frame that does not hold a command.
    Command,
    /// A property that ends behind the end of its command.
    PropertyTruncated,
    /// A property without a name.
    PropertyUnnamed,
    /// An `Identity` longer than 255 octets.
    RoutingIdLength {
        /// The length as sent.
        len: usize,
    },
    /// Something else than a single frame in the place of a 2.0 peer's identity.
    RoutingIdFrame,
    /// A command of PLAIN or CURVE whose parts do not fill it.
    CommandLength {
        /// The command.
        command: SecurityCommand,
        /// The length of its data, in octets.
        len: usize,
    },
    /// A HELLO of another version of CURVE.
    CurveVersion {
        /// The number that decides.
        major: u8,
        /// The other number.
        minor: u8,
    },
    /// A frame of encrypted traffic that holds no MESSAGE.
    NotSealed,
}

impl Malformed {
    pub(super) fn wire_reason(self) -> Option<&'static str> {
        match self {
            // There are no commands below 3.0, and PLAIN and CURVE answer only those they know.
            Self::FrameLength { .. }
            | Self::RoutingIdFrame
            | Self::CommandLength { .. }
            | Self::CurveVersion { .. }
            | Self::NotSealed => None,
            Self::Command => Some("Malformed command"),
            Self::PropertyTruncated | Self::PropertyUnnamed | Self::RoutingIdLength { .. } => {
                Some("Invalid metadata")
            }
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FrameLength { announced } => {
                write!(f, "a frame length of 0x{announced:016x} is not below 2^63")
            }
            Self::Command => f.write_str("a frame of the handshake holds no command"),
            Self::PropertyTruncated => f.write_str("a metadata property is cut off"),
            Self::PropertyUnnamed => f.write_str("a metadata property has no name"),
            Self::RoutingIdLength { len } => {
                write!(f, "a routing id of {len} octets is longer than 255")
            }
            Self::RoutingIdFrame => {
                f.write_str("the identity of a ZMTP 2.0 peer is not a single frame of a message")
            }
            Self::CommandLength { command, len } => {
                write!(f, "{len} octets of data make no {command}")
            }
            Self::CurveVersion { major, minor } => {
                write!(f, "the peer speaks version {major}.{minor} of CURVE, not 1.0")
            }
            Self::NotSealed => f.write_str("a frame of encrypted traffic holds no MESSAGE"),
        }
    }
}

/// Well-formed octets that are wrong at this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misbehaved {
    /// A command that has no place in the handshake.
    UnexpectedCommand {
        /// The command's name.
        name: Excerpt,
    },
    /// A message before the handshake was complete.
    MessageBeforeReady,
}

impl fmt::Display for Misbehaved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnexpectedCommand { name } => {
                write!(f, "the command \"{name}\" has no place in the handshake")
            }
            Self::MessageBeforeReady => f.write_str("a message arrived before the peer was ready"),
        }
    }
}

/// We refused the peer.
///
/// Source: RFC 27/ZAP, whose statuses these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Status 300: the peer may try again later.
    TryLater,
    /// Status 400: the credentials were refused.
    Refused,
    /// Status 500: the handler could not decide.
    HandlerFailed,
}

impl Denied {
    pub(super) fn status(self) -> u16 {
        match self {
            Self::TryLater => 300,
            Self::Refused => 400,
            Self::HandlerFailed => 500,
        }
    }

    /// The refusal that a status stands for, if it is one.
    pub fn from_status(status: u16) -> Option<Self> {
        match status {
            300 => Some(Self::TryLater),
            400 => Some(Self::Refused),
            500 => Some(Self::HandlerFailed),
            _ => None,
        }
    }

    /// Who may try again later is not told: an ERROR would stop libzmq from trying.
    pub(super) fn wire_reason(self) -> Option<&'static str> {
        match self {
            Self::TryLater => None,
            Self::Refused => Some("400"),
            Self::HandlerFailed => Some("500"),
        }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the peer was refused with status {}", self.status())
    }
}

/// More of something than we are willing to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitExceeded {
    /// A frame of a message is too long.
    Frame {
        /// The length announced by its header.
        announced: u64,
        /// The longest allowed.
        limit: u64,
    },
    /// A message has too many frames.
    Frames {
        /// The most allowed.
        limit: u32,
    },
    /// The frames of one message are too long together.
    Message {
        /// The most octets allowed, each frame counted with at least 64.
        limit: u64,
    },
    /// A command is too long.
    Command {
        /// The length announced by its header.
        announced: u64,
        /// The longest allowed.
        limit: u64,
    },
    /// Metadata has too many properties.
    Properties {
        /// The most allowed.
        limit: usize,
    },
    /// The value of a property is too long.
    PropertyValue {
        /// The length announced.
        announced: u32,
        /// The longest allowed.
        limit: usize,
    },
    /// Metadata is too long altogether.
    Metadata {
        /// The most octets allowed.
        limit: usize,
    },
    /// One direction of a connection has sent 2^64 − 1 commands: no nonce is left.
    Nonces,
}

impl LimitExceeded {
    pub(super) fn wire_reason(self) -> Option<&'static str> {
        match self {
            Self::Frame { .. } | Self::Frames { .. } | Self::Message { .. } | Self::Nonces => None,
            Self::Command { .. } => Some("Command too long"),
            Self::Properties { .. } | Self::PropertyValue { .. } | Self::Metadata { .. } => {
                Some("Invalid metadata")
            }
        }
    }
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame { announced, limit } => {
                write!(f, "a frame of {announced} octets exceeds the limit of {limit}")
            }
            Self::Frames { limit } => write!(f, "a message has more than {limit} frames"),
            Self::Message { limit } => {
                write!(f, "the frames of a message exceed {limit} octets together")
            }
            Self::Command { announced, limit } => {
                write!(f, "a command of {announced} octets exceeds the limit of {limit}")
            }
            Self::Properties { limit } => write!(f, "metadata has more than {limit} properties"),
            Self::PropertyValue { announced, limit } => {
                write!(f, "a property of {announced} octets exceeds the limit of {limit}")
            }
            Self::Metadata { limit } => write!(f, "metadata exceeds {limit} octets"),
            Self::Nonces => f.write_str("the nonces of the connection are used up"),
        }
    }
}

/// Nothing arrived for longer than was agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The handshake did not complete in time.
    Handshake {
        /// The time it had.
        limit: Duration,
    },
    /// Nothing followed our PING.
    Heartbeat {
        /// The time the peer had.
        timeout: Duration,
    },
    /// Nothing followed a PING of the peer within the time to live that it announced.
    TimeToLive {
        /// The time the peer announced.
        ttl: Duration,
    },
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handshake { limit } => {
                write!(f, "the handshake was not complete after {limit:?}")
            }
            Self::Heartbeat { timeout } => {
                write!(f, "the peer was silent for {timeout:?} after a PING")
            }
            Self::TimeToLive { ttl } => {
                write!(f, "the peer was silent for {ttl:?}, the time to live that it announced")
            }
        }
    }
}
