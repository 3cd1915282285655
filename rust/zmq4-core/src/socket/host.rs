//! A socket as its sessions see it.

use std::sync::Arc;

use super::core::{Bearer, Core, Tie};
use crate::pipe::{PipeEnd, PipeId};
use crate::session::{Host, Session};

/// The socket, for the sessions of one endpoint.
#[derive(Debug)]
pub(super) struct EndpointHost {
    pub(super) core: Arc<Core>,
    pub(super) endpoint: u64,
}

impl Host for EndpointHost {
    fn admits(&self) -> bool {
        self.core.lock().admits(self.endpoint)
    }

    fn open(&self) -> Option<Arc<Session>> {
        let session = {
            let mut state = self.core.lock();
            if !state.admits(self.endpoint) {
                return None;
            }
            let pipe = state.pipes.reserve();
            let session = self.core.session(&state, pipe);
            state.attach(self.endpoint, &session);
            session
        };
        // A sender may wait for this very pipe.
        self.core.inbox.writable(session.pipe);
        Some(session)
    }

    fn detach(&self, pipe: PipeId) {
        let session = {
            let state = self.core.lock();
            state.ties.get(&pipe).and_then(|tie| tie.bearer.session().cloned())
        };
        let Some(session) = session else { return };
        session.inbound.close_writer();
        let dropped = session.outbound.close_reader();
        let mut state = self.core.lock();
        state.stats.dropped += u64::try_from(dropped).unwrap_or(u64::MAX);
        self.core.clog(&state);
    }

    fn is_clogged(&self) -> bool {
        self.core.is_clogged()
    }
}

impl Core {
    /// Makes the shared part of a session for a reserved pipe.
    pub(super) fn session(&self, state: &super::core::State, pipe: PipeId) -> Arc<Session> {
        let session = Session::new(pipe, &self.inbox, &state.spec());
        if !state.pattern.receives() {
            // What a peer sends to a type that does not receive is not kept.
            session.inbound.close_reader();
        }
        session
    }
}

impl super::core::State {
    /// Whether a further pipe may be attached through an endpoint.
    fn admits(&self, endpoint: u64) -> bool {
        let is_open = self.endpoints.iter().any(|entry| entry.id == endpoint);
        is_open && self.gone.is_none() && self.pattern.admits()
    }

    /// Begins to use a session's pipe.
    pub(super) fn attach(&mut self, endpoint: u64, session: &Arc<Session>) {
        let express = Arc::clone(session);
        let end = PipeEnd::new(
            Arc::clone(&session.outbound),
            Arc::clone(&session.inbound),
            Some(express),
        );
        self.pipes.insert(session.pipe, end);
        self.ties
            .insert(session.pipe, Tie { endpoint, bearer: Bearer::Session(Arc::clone(session)) });
        self.pattern.attach(session.pipe);
    }
}
