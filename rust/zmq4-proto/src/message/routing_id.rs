//! [`RoutingId`]: the name by which a ROUTER knows a peer.

use std::{error::Error, fmt, ops::Deref};

use bytes::Bytes;

use super::Frame;

/// A peer's routing id (the `Identity` property): 0 to 255 octets; empty means *none given*.
///
/// Ids that begin with a zero octet are those a ROUTER makes itself. They are values of this type
/// too, but are never accepted from a peer.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoutingId(Bytes);

impl RoutingId {
    /// The longest id, in octets.
    pub const MAX_LEN: usize = 255;

    /// The octets.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<&[u8]> for RoutingId {
    type Error = RoutingIdTooLong;

    fn try_from(octets: &[u8]) -> Result<Self, RoutingIdTooLong> {
        if octets.len() > Self::MAX_LEN {
            return Err(RoutingIdTooLong { len: octets.len() });
        }
        Ok(Self(Bytes::copy_from_slice(octets)))
    }
}

impl Deref for RoutingId {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for RoutingId {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Lets a map with routing ids as keys be asked with plain octets.
impl std::borrow::Borrow<[u8]> for RoutingId {
    #[inline]
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl From<&RoutingId> for Frame {
    #[inline]
    fn from(routing_id: &RoutingId) -> Self {
        Self::from(routing_id.as_bytes())
    }
}

impl fmt::Debug for RoutingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoutingId(\"{}\")", self.0.escape_ascii())
    }
}

/// A routing id of more than 255 octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoutingIdTooLong {
    /// Its length in octets.
    pub len: usize,
}

impl fmt::Display for RoutingIdTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a routing id of {} octets is longer than 255", self.len)
    }
}

impl Error for RoutingIdTooLong {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routing_id_has_at_most_255_octets() {
        assert_eq!(RoutingId::try_from(&[1; 255][..]).unwrap().len(), 255);
        assert_eq!(RoutingId::try_from(&[1; 256][..]), Err(RoutingIdTooLong { len: 256 }));
    }

    #[test]
    fn missing_routing_id_is_empty() {
        assert!(RoutingId::default().is_empty());
    }
}
