//! What a peer is told and what is told of it, when it has come and when it is gone.

use std::sync::Arc;

use zmq4_proto::RoutingId;

use super::core::{Bearer, State};
use crate::pattern::{Met, NameTaken};
use crate::peer::Peer;
use crate::pipe::{Part, PipeId};
use crate::session::segment;

impl State {
    /// A peer has completed its handshake. Returns who is to leave, because the peer took its name.
    pub(super) fn greet(
        &mut self,
        pipe: PipeId,
        peer: &Arc<Peer>,
    ) -> Result<Option<Bearer>, NameTaken> {
        let Met { replaced } = self.pattern.meet(&mut self.pipes, pipe, &peer.routing_id)?;
        if let Some(tie) = self.ties.get_mut(&pipe) {
            tie.peer = Some(Arc::clone(peer));
        }
        if self.options.pattern.notify.connect {
            self.notify(pipe, peer);
        }
        let welcome = &self.options.pattern.welcome;
        if !welcome.is_empty()
            && self.pattern.publisher().is_some()
            && let Some(end) = self.pipes.get(pipe)
        {
            // Before any subscription of the peer is looked at, so before any message.
            end.outbound.push_segment(segment(&[Part::Copy(welcome)], peer));
        }
        Ok(replaced.and_then(|pipe| self.ties.get(&pipe)).map(|tie| tie.bearer.clone()))
    }

    /// A peer that was greeted is gone.
    pub(super) fn part(&mut self, pipe: PipeId, peer: &Arc<Peer>) {
        if self.options.pattern.notify.disconnect {
            self.notify(pipe, peer);
        }
    }

    /// Tells the user of a ROUTER that something happened to a peer, by an empty message from it.
    fn notify(&mut self, pipe: PipeId, peer: &Arc<Peer>) {
        if self.pattern.names()
            && let Some(end) = self.pipes.get(pipe)
        {
            end.inbound.push_segment(segment(&[Part::Copy(b"")], peer));
            self.pipes.announce(pipe);
        }
    }

    /// Gives a pipe its name before its peer is there.
    pub(super) fn name(&mut self, pipe: PipeId, name: &RoutingId) -> Result<(), NameTaken> {
        self.pattern.name(&mut self.pipes, pipe, name)
    }
}
