//! [`Command`]: what a command frame says; and the one place that writes such frames.
//!
//! Wire form: RFC 37/ZMTP, "Formal Grammar", rule `command-body`: a name with a one-octet length,
//! then data of the command's own form.

use super::{error, ping, ready, subscribe};
use crate::frame::{FrameKind, put_header};

/// The body of a command frame, read but not copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// The peer is ready; its metadata, unread.
    Ready(&'a [u8]),
    /// The peer ends the handshake; its reason, possibly empty.
    Error(&'a [u8]),
    /// The peer asks for a sign of life.
    Ping {
        /// How long the peer may be silent from now on, in tenths of a second; 0 means no limit.
        ttl_deciseconds: u16,
        /// What the PONG is to repeat: at most 16 octets.
        context: &'a [u8],
    },
    /// A sign of life.
    Pong {
        /// What our PING carried.
        context: &'a [u8],
    },
    /// The peer wants messages that begin with these octets.
    Subscribe(&'a [u8]),
    /// The peer no longer wants messages that begin with these octets.
    Cancel(&'a [u8]),
    /// A command that has no meaning here.
    Unknown {
        /// Its name.
        name: &'a [u8],
    },
    /// Not a command at all.
    Malformed,
}

impl<'a> Command<'a> {
    /// Reads the body of a command frame.
    ///
    /// This never fails, because in traffic a command that cannot be understood is to be ignored.
    pub fn parse(body: &'a [u8]) -> Self {
        let Some((name, data)) = split_name(body) else {
            return Self::Malformed;
        };
        match name {
            ready::NAME => Self::Ready(data),
            error::NAME => Self::Error(error::reason(data)),
            ping::PING => ping::parse(data),
            ping::PONG => Self::Pong { context: data },
            subscribe::SUBSCRIBE => Self::Subscribe(data),
            subscribe::CANCEL => Self::Cancel(data),
            _ => Self::Unknown { name },
        }
    }
}

/// Appends a whole command frame whose data is the concatenation of `data`.
///
/// Every command we send passes here, so header form and length are decided by one function.
pub(crate) fn put_command(out: &mut Vec<u8>, name: &[u8], data: &[&[u8]]) {
    let data_len: usize = data.iter().map(|part| part.len()).sum();
    put_header(out, FrameKind::Command, 1 + name.len() + data_len);
    // Names are constants of this crate, all shorter than 256 octets.
    out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(name);
    for part in data {
        out.extend_from_slice(part);
    }
}

/// Splits a body into name and data; `None` if it is no command.
pub(super) fn split_name(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&len, rest) = body.split_first()?;
    rest.split_at_checked(len.into()).filter(|_| len > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_are_kept() {
        assert_eq!(Command::parse(b"\x04HELOdata"), Command::Unknown { name: b"HELO" });
    }

    #[test]
    fn names_in_lower_case_are_unknown() {
        assert_eq!(Command::parse(b"\x04ping\0\0"), Command::Unknown { name: b"ping" });
    }

    #[test]
    fn empty_unnamed_and_truncated_commands_are_malformed() {
        for body in [&b""[..], b"\0", b"\0READY", b"\x05READ", b"\xff"] {
            assert_eq!(Command::parse(body), Command::Malformed, "{body:?}");
        }
    }
}
