//! [`Downgrade`]: the end of a handshake with a ZMTP 2.0 peer.
//!
//! Behind the short greeting comes one frame, the peer's identity, and behind that traffic: there
//! is no mechanism, no READY and no ERROR. Source: RFC 15/ZMTP, "Formal Grammar", rule `identity`.

use super::{established::Established, frame::HandshakeFrame};
use crate::{
    FrameKind, RoutingId, SocketType,
    error::{Excerpt, Fault, Incompatible, Malformed},
    frame::put_frame,
};

/// Waits for the identity of a peer whose greeting was short.
#[derive(Clone, Debug)]
pub(super) struct Downgrade {
    /// The peer's type, if we know it; it may talk to ours.
    socket_type: Option<SocketType>,
    identity: HandshakeFrame,
}

impl Downgrade {
    /// Judges the number of the peer's socket type.
    ///
    /// One that we do not know is let in, because the numbers of later types were never agreed on.
    ///
    /// # Errors
    ///
    /// [`Incompatible::SocketType`] if the peer's type may not talk to `ours`.
    pub(super) fn new(ours: SocketType, number: u8) -> Result<Self, Fault> {
        let socket_type = SocketType::from_number(number);
        if let Some(theirs) = socket_type.filter(|&theirs| !ours.accepts(theirs)) {
            let theirs = Excerpt::new(theirs.name().as_bytes());
            return Err(Incompatible::SocketType { ours, theirs }.into());
        }
        Ok(Self { socket_type, identity: HandshakeFrame::default() })
    }

    /// Takes what still belongs to the peer's identity from the front of `input`, and returns how
    /// much.
    ///
    /// # Errors
    ///
    /// [`Malformed::RoutingIdLength`] as soon as more than 255 octets are announced, and
    /// [`Malformed::FrameLength`].
    pub(super) fn take(&mut self, input: &[u8]) -> Result<usize, Fault> {
        self.identity.take(input, RoutingId::MAX_LEN, |announced, _limit| {
            Malformed::RoutingIdLength { len: usize::try_from(announced).unwrap_or(usize::MAX) }
                .into()
        })
    }

    /// What is known about the peer, once its identity is whole.
    ///
    /// # Errors
    ///
    /// [`Malformed::RoutingIdFrame`] for a frame that is one of several, or a command.
    pub(super) fn established(&self) -> Result<Option<Established>, Fault> {
        match self.identity.whole() {
            None => Ok(None),
            Some((FrameKind::Last, body)) => Established::of_2_0(self.socket_type, body).map(Some),
            Some((FrameKind::More | FrameKind::Command, _)) => {
                Err(Malformed::RoutingIdFrame.into())
            }
        }
    }
}

/// Appends our identity.
pub(super) fn put_identity(out: &mut Vec<u8>, routing_id: &RoutingId) {
    put_frame(out, FrameKind::Last, routing_id);
}
