//! [`HandshakeCommand`]: the commands of mechanisms, and their names.
//!
//! Sources: RFC 24/ZMTP-PLAIN and RFC 26/CurveZMQ, "Formal Grammar".

use std::fmt;

use super::{body::split_name, error, ready};

/// A command that a mechanism may meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandshakeCommand<'a> {
    Hello(&'a [u8]),
    Welcome(&'a [u8]),
    Initiate(&'a [u8]),
    Ready(&'a [u8]),
    /// The peer's reason, possibly empty.
    Error(&'a [u8]),
    Other {
        name: &'a [u8],
    },
    Malformed,
}

impl<'a> HandshakeCommand<'a> {
    /// Reads the body of a frame.
    pub(crate) fn parse(body: &'a [u8]) -> Self {
        if let Some(data) = body.strip_prefix(MISSPELT_ERROR) {
            return Self::Error(error::reason(data));
        }
        let Some((name, data)) = split_name(body) else {
            return Self::Malformed;
        };
        match name {
            HELLO => Self::Hello(data),
            WELCOME => Self::Welcome(data),
            INITIATE => Self::Initiate(data),
            ready::NAME => Self::Ready(data),
            error::NAME => Self::Error(error::reason(data)),
            _ => Self::Other { name },
        }
    }

    /// True for the commands that handshakes are made of.
    pub(crate) fn belongs_to_handshakes(self) -> bool {
        !matches!(self, Self::Other { .. } | Self::Malformed)
    }

    /// The name, empty if there is none.
    pub(crate) fn name(self) -> &'a [u8] {
        match self {
            Self::Hello(_) => HELLO,
            Self::Welcome(_) => WELCOME,
            Self::Initiate(_) => INITIATE,
            Self::Ready(_) => ready::NAME,
            Self::Error(_) => error::NAME,
            Self::Other { name } => name,
            Self::Malformed => b"",
        }
    }
}

/// The commands of PLAIN and CURVE that can be found wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecurityCommand {
    /// The client's first word.
    Hello,
    /// The server's answer to it.
    Welcome,
    /// The client's second word, with its metadata.
    Initiate,
    /// The server's last word, with its metadata.
    Ready,
    /// A frame of traffic under CURVE.
    Message,
}

impl SecurityCommand {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hello => "HELLO",
            Self::Welcome => "WELCOME",
            Self::Initiate => "INITIATE",
            Self::Ready => "READY",
            Self::Message => "MESSAGE",
        }
    }
}

impl fmt::Display for SecurityCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const HELLO: &[u8] = b"HELLO";
const WELCOME: &[u8] = b"WELCOME";
const INITIATE: &[u8] = b"INITIATE";

/// What libzmq from 4.3.0 on sends for ERROR under PLAIN: length and first letter in one octet.
const MISSPELT_ERROR: &[u8] = b"\x5eRROR";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_error_are_read() {
        for body in [&b"\x05ERROR\x03400"[..], b"\x5eRROR\x03400"] {
            assert_eq!(HandshakeCommand::parse(body), HandshakeCommand::Error(b"400"), "{body:?}");
        }
    }

    #[test]
    fn names_are_compared_whole() {
        for body in [&b"\x04HELL"[..], b"\x06HELLO ", b"\x05hello"] {
            let command = HandshakeCommand::parse(body);

            assert!(matches!(command, HandshakeCommand::Other { .. }), "{body:?}");
        }
    }
}
