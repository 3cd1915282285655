//! What a peer is told and what is told of it, when it has come and when it is gone.

use std::sync::Arc;

use zmq4_proto::RoutingId;

use super::core::{Bearer, State};
use crate::pattern::{Met, NameTaken};
use crate::peer::Peer;
use crate::pipe::{Part, PipeId};
use crate::session::{segment, tell_of};

impl State {
    /// A peer has completed its handshake. Returns who is to leave, because the peer took its name.
    pub(super) fn greet(
        &mut self,
        pipe: PipeId,
        peer: &Arc<Peer>,
    ) -> Result<Option<Bearer>, NameTaken> {
        let Met { replaced } = self.pattern.meet(&mut self.pipes, pipe, &peer.routing_id)?;
        if let Some(end) = self.pipes.get_mut(pipe) {
            end.caller = Some(Arc::clone(peer));
        }
        if let Some(tie) = self.ties.get_mut(&pipe) {
            tie.peer = Some(Arc::clone(peer));
        }
        if self.options.pattern.notify.connect {
            self.notify(pipe, peer);
        }
        self.welcome(pipe, peer);
        Ok(replaced.and_then(|pipe| self.ties.get(&pipe)).map(|tie| tie.bearer.clone()))
    }

    /// On a publisher: what the peer asks for counts from now on. Before any of it is looked at, so before
    /// any message, it is sent the welcome.
    fn welcome(&self, pipe: PipeId, peer: &Arc<Peer>) {
        let Some(publisher) = self.pattern.publisher() else { return };
        publisher.meet(pipe, peer);
        let welcome = &self.options.pattern.welcome;
        if !welcome.is_empty()
            && let Some(end) = self.pipes.get(pipe)
        {
            end.outbound.push_segment(segment(&[Part::Copy(welcome)], peer));
        }
    }

    /// The user closes the endpoint of a pipe. What its peer subscribed to is cancelled, and the user of
    /// an XPUB is told so: if anything is left to read, the pipe stays until it was read. Says whether
    /// it does.
    pub(super) fn dismiss(&mut self, pipe: PipeId) -> bool {
        let Some(publisher) = self.pattern.publisher() else { return false };
        let parting = publisher.forget(pipe);
        if !publisher.tells() {
            return false;
        }
        let Some(end) = self.pipes.get_mut(pipe) else { return false };
        if let Some(parting) = parting {
            // Whoever waits is woken with everybody else, once the endpoint is closed.
            tell_of(&parting, &end.inbound);
        }
        if end.unread().messages == 0 {
            return false;
        }
        if !std::mem::replace(&mut end.is_hung_up, true) {
            self.pattern.hang_up(pipe);
        }
        self.pattern.readable(pipe);
        true
    }

    /// A peer that was greeted is gone. Says whether what is queued was for it alone.
    pub(super) fn part(&mut self, pipe: PipeId, peer: &Arc<Peer>) -> bool {
        let end = self.pipes.get_mut(pipe);
        let was_for_caller = end.is_some_and(|end| {
            end.caller = None;
            end.is_for_caller
        });
        // Where another has taken over its name, the peer of that name is not gone.
        if self.options.pattern.notify.disconnect && self.is_reached_by_name(pipe) {
            self.notify(pipe, peer);
        }
        was_for_caller
    }

    fn is_reached_by_name(&self, pipe: PipeId) -> bool {
        let name = self.pipes.get(pipe).and_then(|end| end.origin.routing_id.as_ref());
        name.is_some_and(|name| self.pattern.route(name) == Some(pipe))
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
