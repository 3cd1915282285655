//! [`Established`]: what a finished handshake leaves behind.

use bytes::Bytes;

use crate::{
    Metadata, RoutingId, SocketType, Version,
    error::{Excerpt, Fault, Incompatible, Malformed},
    metadata::{IDENTITY, SOCKET_TYPE},
};

/// What is known about a peer once it is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Established {
    /// The version the peer speaks, as its greeting announced; see [`Version::speaks_3_1`] and
    /// [`Version::has_commands`].
    pub version: Version,
    /// The peer's socket type; `None` if it did not say, or said a number that we do not know. It
    /// may talk to ours.
    pub socket_type: Option<SocketType>,
    /// The peer's routing id; empty if it gave none or one that is not its to choose.
    pub routing_id: RoutingId,
    /// All properties of the peer, those above included, and before them what the verdict about it
    /// added; none of a 2.0 peer.
    pub metadata: Metadata,
    /// Who the peer is, by the verdict about it; `None` if there was none.
    pub user_id: Option<Bytes>,
}

/// What a verdict said about a peer that it let in.
#[derive(Clone, Debug)]
pub(super) struct Authorised {
    pub(super) user_id: Bytes,
    pub(super) metadata: Metadata,
}

impl Established {
    /// Judges the peer's metadata.
    ///
    /// # Errors
    ///
    /// [`Incompatible::SocketType`] if the peer's type is unknown or may not talk to `ours`,
    /// [`Malformed::RoutingIdLength`] for an `Identity` of more than 255 octets.
    pub(super) fn new(
        ours: SocketType,
        version: Version,
        peer: &Metadata,
        authorised: Option<Authorised>,
    ) -> Result<Self, Fault> {
        let socket_type =
            peer.get(SOCKET_TYPE).map(|name| accepted_type(ours, name)).transpose()?;
        let (user_id, mut metadata) = match authorised {
            Some(Authorised { user_id, metadata }) => (Some(user_id), metadata),
            None => (None, Metadata::new()),
        };
        // The first of a name counts: the verdict wins over the peer.
        for (name, value) in peer.iter() {
            metadata.push(name, value);
        }
        let routing_id = chosen_by_peer(metadata.get(IDENTITY).unwrap_or_default())?;
        Ok(Self { version, socket_type, routing_id, metadata, user_id })
    }

    /// What a ZMTP 2.0 peer told.
    ///
    /// # Errors
    ///
    /// [`Malformed::RoutingIdLength`] for an identity of more than 255 octets.
    pub(super) fn of_2_0(socket_type: Option<SocketType>, identity: &[u8]) -> Result<Self, Fault> {
        Ok(Self {
            version: Version::V2_0,
            socket_type,
            routing_id: chosen_by_peer(identity)?,
            metadata: Metadata::new(),
            user_id: None,
        })
    }
}

fn accepted_type(ours: SocketType, name: &[u8]) -> Result<SocketType, Fault> {
    SocketType::from_name(name)
        .filter(|&theirs| ours.accepts(theirs))
        .ok_or_else(|| Incompatible::SocketType { ours, theirs: Excerpt::new(name) }.into())
}

/// Reads the routing id a peer gave itself.
///
/// One that begins with zero is taken for none: such ids belong to those a ROUTER makes itself, and
/// a peer that chose one could pass for another.
fn chosen_by_peer(octets: &[u8]) -> Result<RoutingId, Fault> {
    let routing_id = RoutingId::try_from(octets)
        .map_err(|too_long| Malformed::RoutingIdLength { len: too_long.len })?;
    Ok(if routing_id.first() == Some(&0) { RoutingId::default() } else { routing_id })
}
