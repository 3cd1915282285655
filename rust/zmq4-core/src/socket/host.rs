//! A socket as its sessions see it.

use std::sync::Arc;

use zmq4_proto::RoutingId;

use super::core::{Bearer, Core, State, Tie};
use crate::monitor::Loss;
use crate::peer::Peer;
use crate::pipe::{Part, PipeEnd, PipeId, Pushed};
use crate::session::{Host, Intake, Reason, Session};

/// The socket, for the sessions of one endpoint.
#[derive(Debug)]
pub(super) struct EndpointHost {
    pub(super) core: Arc<Core>,
    pub(super) endpoint: u64,
    /// The routing id of whoever is on the other side, if the user chose it.
    pub(super) name: Option<RoutingId>,
}

impl Host for EndpointHost {
    fn admits(&self) -> bool {
        self.core.lock().admits(self.endpoint)
    }

    fn open(&self) -> Option<Arc<Session>> {
        let session = {
            let mut state = self.core.lock();
            if !state.admits(self.endpoint) || self.is_named_already(&state) {
                return None;
            }
            let pipe = state.pipes.reserve();
            let session = self.core.session(&state, pipe);
            state.attach(self.endpoint, &session);
            if let Some(name) = &self.name {
                let named = state.name(pipe, name);
                debug_assert!(named.is_ok(), "looked up a moment ago");
            }
            session
        };
        // A sender may wait for this very pipe.
        self.core.inbox.writable(session.pipe);
        Some(session)
    }

    fn greet(&self, session: &Session, peer: &Arc<Peer>) -> Result<(), Reason> {
        let (replaced, aftermath) = {
            let mut state = self.core.lock();
            let replaced = state.greet(session.pipe, peer).map_err(|_| Reason::NameTaken)?;
            if let Some(interest) = state.pattern.interest() {
                session.upstream.open(interest.topics());
            }
            (replaced, state.pipes.take_aftermath())
        };
        self.core.settle(aftermath);
        if let Some(bearer) = replaced {
            bearer.evict();
        }
        Ok(())
    }

    fn part(&self, session: &Session, peer: &Arc<Peer>) {
        session.upstream.close();
        if let Some(intake) = self.intake(session.pipe)
            && intake.end(&session.inbound) == Pushed::WakeReader
        {
            session.inbound.wake_reader();
        }
        let (unowed, aftermath) = {
            let mut state = self.core.lock();
            // Whose it was is forgotten as soon as its end is known.
            let damage = state.damage_of(session.pipe, Loss::Gone, 0);
            let was_for_caller = state.part(session.pipe, peer);
            (was_for_caller.then_some(damage), state.pipes.take_aftermath())
        };
        self.core.settle(aftermath);
        if let Some(damage) = unowed {
            self.core.write_off(damage, session.forget());
        }
    }

    fn intake(&self, pipe: PipeId) -> Option<Intake> {
        let publisher = self.core.state.lock().pattern.publisher().cloned()?;
        Some(Intake { publisher, pipe })
    }

    fn detach(&self, pipe: PipeId) {
        let (session, damage) = {
            let state = self.core.lock();
            let session = state.ties.get(&pipe).and_then(|tie| tie.bearer.session().cloned());
            // Whose it was is forgotten as soon as its end is known.
            (session, state.damage_of(pipe, Loss::Gone, 0))
        };
        let Some(session) = session else { return };
        session.inbound.close_writer();
        self.core.write_off(damage, session.outbound.close_reader());
    }

    fn is_clogged(&self) -> bool {
        self.core.is_clogged()
    }
}

impl EndpointHost {
    /// Whether another peer has the routing id that was chosen for this one.
    fn is_named_already(&self, state: &State) -> bool {
        self.name.as_ref().is_some_and(|name| state.pattern.route(name).is_some())
    }
}

impl Core {
    /// Makes the shared part of a session for a reserved pipe.
    pub(super) fn session(&self, state: &State, pipe: PipeId) -> Arc<Session> {
        let session = Session::new(pipe, &self.inbox, &state.spec());
        if !state.pattern.receives() {
            // What a peer sends to a type that does not receive is not kept.
            session.inbound.close_reader();
        }
        session
    }
}

impl State {
    /// Whether a further pipe may be attached through an endpoint.
    pub(super) fn admits(&self, endpoint: u64) -> bool {
        let is_open = self.endpoints.iter().any(|entry| entry.id == endpoint);
        is_open && self.gone.is_none() && self.pattern.admits()
    }

    /// Begins to use a session's pipe.
    pub(super) fn attach(&mut self, endpoint: u64, session: &Arc<Session>) {
        let express = Arc::clone(session);
        let end = PipeEnd::new(
            session.pipe,
            Arc::clone(&session.outbound),
            Arc::clone(&session.inbound),
            Some(express),
        );
        self.enter_pipe(endpoint, end, Bearer::Session(Arc::clone(session)));
    }

    /// Begins to use a pipe. The first message to a peer may be a probe.
    pub(super) fn enter_pipe(&mut self, endpoint: u64, end: PipeEnd, bearer: Bearer) {
        if self.options.pattern.probe && self.pattern.probes() {
            let pushed = end.outbound.push(&[Part::Copy(b"")], 2);
            debug_assert!(pushed.is_ok(), "a new pipe has room");
        }
        let pipe = end.origin.pipe;
        self.pipes.insert(pipe, end);
        self.ties.insert(pipe, Tie { endpoint, bearer, peer: None });
        self.pattern.attach(pipe);
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use zmq4_proto::SocketType;

    use super::*;
    use crate::{Context, Socket, SocketOptions};

    #[test]
    fn a_peer_whose_chosen_name_is_taken_leaves_no_pipe() {
        let socket = Socket::new(&Context::new(0), SocketType::Router, SocketOptions::default());
        let socket = socket.expect("a socket");
        let endpoint = socket.bind("inproc://a").expect("bound").id();
        let name = Some(RoutingId::try_from(&b"name"[..]).expect("short enough"));
        let host = EndpointHost { core: Arc::clone(&socket.core), endpoint, name };
        let first = host.open().expect("a pipe");

        assert!(host.open().is_none());

        assert_eq!(socket.core.lock().ties.keys().collect::<Vec<_>>(), [&first.pipe]);
    }
}
