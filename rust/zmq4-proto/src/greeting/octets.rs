//! [`Greeting`]: the 64 octets that open a connection, as a value; and the 12 of a 2.0 peer.
//!
//! Wire form: RFC 37/ZMTP, "Greeting". The padding carries the routing id's length plus one, so
//! that the first ten octets are a frame header to a ZMTP 1.0 peer.

use crate::{RoutingId, Version};

/// Length of a whole greeting in octets.
pub const GREETING_LEN: usize = 64;

/// Length of a whole greeting of ZMTP 2.0 in octets: its identity frame follows, but is a frame.
pub const SHORT_GREETING_LEN: usize = 12;

/// A peer's whole greeting, in the form that its version has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerGreeting {
    /// The form of ZMTP 3.0 and later. Source: RFC 37/ZMTP, "Greeting".
    Full(Greeting),
    /// The form of ZMTP 2.0. Source: RFC 15/ZMTP, "Formal Grammar", rule `greeting`.
    Short {
        /// The number of the peer's socket type; see
        /// [`SocketType::from_number`](crate::SocketType::from_number).
        socket_type: u8,
    },
}

/// What a greeting says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// The sender's version, octet by octet.
    pub version: Version,
    /// The sender's mechanism, padded with zeros; compared whole.
    pub mechanism: [u8; MECHANISM_LEN],
    /// True if the sender is the mechanism's server.
    pub as_server: bool,
}

impl Greeting {
    /// Reads a whole greeting.
    ///
    /// Signature, padding and filler are not looked at here; the as-server octet counts as true if
    /// it is not zero.
    pub fn decode(octets: &[u8; GREETING_LEN]) -> Self {
        let mut mechanism = [0; MECHANISM_LEN];
        for (octet, &sent) in mechanism.iter_mut().zip(octets.iter().skip(MECHANISM)) {
            *octet = sent;
        }
        Self {
            version: Version { major: octets[MAJOR], minor: octets[MINOR] },
            mechanism,
            as_server: octets[AS_SERVER] != 0,
        }
    }

    /// Writes a whole greeting for a sender with this routing id.
    pub fn encode(&self, routing_id: &RoutingId) -> [u8; GREETING_LEN] {
        let padding = u64::try_from(routing_id.len() + 1).unwrap_or(u64::MAX).to_be_bytes();
        let fields = [0xff]
            .into_iter()
            .chain(padding)
            .chain([0x7f, self.version.major, self.version.minor])
            .chain(self.mechanism)
            .chain([u8::from(self.as_server)]);
        let mut octets = [0; GREETING_LEN];
        for (octet, field) in octets.iter_mut().zip(fields) {
            *octet = field;
        }
        octets
    }
}

/// Length of the signature: what may be sent before anything is known about the peer.
pub(super) const SIGNATURE_LEN: usize = 10;
/// Offset of the octet whose lowest bit tells a signature from a ZMTP 1.0 frame header.
pub(super) const SIGNATURE_END: usize = 9;
/// Offset of the major version.
pub(super) const MAJOR: usize = 10;
/// Offset of the minor version.
pub(super) const MINOR: usize = 11;
/// Offset of the socket type in the greeting of ZMTP 2.0.
pub(super) const SHORT_SOCKET_TYPE: usize = 11;
/// Length of the mechanism's name with its padding.
pub(crate) const MECHANISM_LEN: usize = 20;

const MECHANISM: usize = 12;
const AS_SERVER: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MechanismKind;

    #[test]
    fn greeting_reads_back() {
        let greeting = Greeting {
            version: Version { major: 3, minor: 0 },
            mechanism: MechanismKind::Null.padded_name(),
            as_server: true,
        };

        assert_eq!(Greeting::decode(&greeting.encode(&RoutingId::default())), greeting);
    }

    #[test]
    fn padding_holds_the_routing_id_length_plus_one() {
        let greeting = Greeting {
            version: Version::OURS,
            mechanism: MechanismKind::Null.padded_name(),
            as_server: false,
        };

        let octets = greeting.encode(&RoutingId::try_from(&[b'a'; 255][..]).unwrap());

        assert_eq!(octets[..SIGNATURE_LEN], [0xff, 0, 0, 0, 0, 0, 0, 1, 0, 0x7f]);
    }
}
