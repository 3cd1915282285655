//! Faults of two ends that do not fit together.

use std::fmt;

use crate::{MechanismKind, SocketType, Version, error::Excerpt};

/// A peer that may be faultless, but not for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incompatible {
    /// The first octets belong to another protocol.
    NotZmtp {
        /// What they look like.
        looks_like: Foreign,
    },
    /// No ZMTP signature: ZMTP 1.0, or a protocol we do not recognise.
    Unversioned {
        /// The peer's first octet.
        first_octet: u8,
    },
    /// A greeting that announces a version below our least.
    Version {
        /// What the peer announced.
        announced: Version,
        /// The least we accept.
        least: Version,
    },
    /// The peer's greeting names another mechanism.
    Mechanism {
        /// What we offered.
        ours: MechanismKind,
        /// What the peer offered.
        theirs: Excerpt,
    },
    /// The peer's socket type is unknown, or may not talk to ours.
    SocketType {
        /// Our type.
        ours: SocketType,
        /// The name the peer sent.
        theirs: Excerpt,
    },
}

impl Incompatible {
    pub(super) fn wire_reason(self) -> Option<&'static str> {
        match self {
            Self::SocketType { .. } => Some(INVALID_SOCKET_TYPE),
            Self::NotZmtp { .. }
            | Self::Unversioned { .. }
            | Self::Version { .. }
            | Self::Mechanism { .. } => None,
        }
    }
}

impl fmt::Display for Incompatible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotZmtp { looks_like } => {
                write!(f, "the peer does not speak ZMTP but, by its first octets, {looks_like}")
            }
            Self::Unversioned { first_octet } => write!(
                f,
                "the peer sent no ZMTP greeting (first octet 0x{first_octet:02x}): \
                 ZMTP 1.0, which is not supported, or another protocol"
            ),
            Self::Version { announced, least } => {
                write!(f, "the peer speaks ZMTP {announced}, but {least} is the least supported")
            }
            Self::Mechanism { ours, theirs } => {
                write!(f, "the peer's security mechanism is \"{theirs}\", ours is {}", ours.name())
            }
            Self::SocketType { ours, theirs } => {
                write!(f, "a {ours} socket cannot talk to a peer of type \"{theirs}\"")
            }
        }
    }
}

/// Protocols that are met on a ZMTP port by mistake, known by their first octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// An HTTP request or response.
    Http,
    /// A TLS handshake or alert.
    Tls,
    /// An SSH banner.
    Ssh,
    /// The banner of a mail or FTP server.
    MailOrFtp,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP",
            Self::Tls => "TLS",
            Self::Ssh => "SSH",
            Self::MailOrFtp => "SMTP or FTP",
        })
    }
}

/// The words that tell a peer that its socket type does not fit ours.
pub(super) const INVALID_SOCKET_TYPE: &str = "Invalid socket type";
