//! What one side brings to a handshake.

use crate::{
    Metadata, MetadataLimits, MinVersion, RoutingId, Security, SocketType,
    metadata::{IDENTITY, SOCKET_TYPE},
};

/// What this side of one connection is and says. It holds secrets of that connection, so it cannot
/// be cloned.
#[derive(Debug)]
pub struct HandshakeConfig {
    /// Our socket's type.
    pub socket_type: SocketType,
    /// Our routing id; empty for none.
    pub routing_id: RoutingId,
    /// The application's own properties, see [`Metadata::with_application`].
    pub metadata: Metadata,
    /// Our mechanism and what we bring to it.
    pub security: Security,
    /// The least version that the peer must speak.
    ///
    /// [`MinVersion::V2_0`] counts only under NULL without authentication.
    pub min_version: MinVersion,
    /// How much we take from the peer.
    pub limits: HandshakeLimits,
}

/// How much is taken from a peer before it is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeLimits {
    /// Longest body of a command, in octets.
    pub command_len: usize,
    /// Limits of the peer's metadata.
    pub metadata: MetadataLimits,
}

impl Default for HandshakeLimits {
    /// 16 KiB a command, and the default [`MetadataLimits`].
    fn default() -> Self {
        Self { command_len: 16 * 1024, metadata: MetadataLimits::default() }
    }
}

impl HandshakeConfig {
    /// A socket of this type with nothing further to say: no routing id, no properties, NULL. It
    /// talks to peers from 3.0 on.
    pub fn new(socket_type: SocketType) -> Self {
        Self {
            socket_type,
            routing_id: RoutingId::default(),
            metadata: Metadata::new(),
            security: Security::default(),
            min_version: MinVersion::default(),
            limits: HandshakeLimits::default(),
        }
    }

    /// The metadata of our READY: socket type, routing id where the type announces one, the rest.
    pub(super) fn ready_metadata(&self) -> Metadata {
        let mut ready = Metadata::new().with(SOCKET_TYPE, self.socket_type.name().as_bytes());
        if self.socket_type.announces_routing_id() {
            ready.push(IDENTITY, &self.routing_id);
        }
        for (name, value) in self.metadata.iter() {
            ready.push(name, value);
        }
        ready
    }
}
