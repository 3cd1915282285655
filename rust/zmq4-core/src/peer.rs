//! Who is on the other side of a connection.

use zmq4_proto::{Metadata, RoutingId, SocketType, Version};

/// What is known of a peer once its handshake is done. Shared by every message it sent.
#[derive(Debug)]
pub struct Peer {
    /// Where it is: `tcp://host:port` as the system saw it, `ipc://path`, `inproc://name`.
    pub address: String,
    /// The name it announced for itself; empty if none.
    pub routing_id: RoutingId,
    /// Its socket type, where it told.
    pub socket_type: Option<SocketType>,
    /// The ZMTP version it speaks; none over inproc.
    pub version: Option<Version>,
    /// The properties of its handshake.
    pub metadata: Metadata,
    /// The user it was authenticated as.
    pub user_id: Option<String>,
}
