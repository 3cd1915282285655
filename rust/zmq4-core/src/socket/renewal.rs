//! Giving up on a request: its pipe is dropped, and with it every late reply; where we connect, a new one
//! takes its place at once.

use std::sync::Arc;
use std::time::Duration;

use super::Socket;
use super::core::{Bearer, Core, EndpointKind, State};
use super::names::Joint;
use crate::pipe::PipeId;
use crate::session::Session;

/// What takes the place of a pipe.
enum Successor {
    Session(u64, Arc<Session>),
    Inproc(String, Joint),
}

impl Socket {
    /// Gives up the request in progress. A REQ may ask again, and can never take a late reply for the
    /// answer to its next request; a REP goes on to the next one.
    pub fn abandon(&self) {
        let (bearer, successor) = {
            let mut state = self.core.lock();
            let Some(pipe) = state.pattern.abandon() else { return };
            self.core.succeed(&mut state, pipe)
        };
        if let Some(bearer) = bearer {
            bearer.close(Some(Duration::ZERO));
        }
        match successor {
            Some(Successor::Session(endpoint, session)) => self.core.redial(endpoint, session),
            Some(Successor::Inproc(name, joint)) => self.core.seek(&name, joint),
            None => {}
        }
    }
}

impl Core {
    /// Removes a pipe and makes the next one of its endpoint, if that connects by itself.
    fn succeed(
        self: &Arc<Self>,
        state: &mut State,
        pipe: PipeId,
    ) -> (Option<Bearer>, Option<Successor>) {
        let Some(tie) = state.ties.get(&pipe) else { return (None, None) };
        let (bearer, id) = (tie.bearer.clone(), tie.endpoint);
        drop(state.remove(pipe));
        let Some(at) = state.endpoints.iter().position(|entry| entry.id == id) else {
            return (Some(bearer), None);
        };
        let Some(entry) = state.endpoints.get(at) else { return (Some(bearer), None) };
        let status = Arc::clone(&entry.handle.status);
        let (kind, successor) = match &entry.kind {
            EndpointKind::Connector(session) if session.pipe == pipe => {
                session.step_down();
                let next = state.pipes.reserve();
                let session = self.session(state, next);
                state.attach(id, &session);
                let kind = EndpointKind::Connector(Arc::clone(&session));
                (kind, Successor::Session(id, session))
            }
            EndpointKind::InprocConnected(name, Some(_)) => {
                let name = name.clone();
                let address = status.address().to_string();
                let joint = self.joint(state, id, address, status);
                let kind =
                    EndpointKind::InprocConnected(name.clone(), Some(Arc::clone(&joint.bond)));
                (kind, Successor::Inproc(name, joint))
            }
            // Whoever was accepted comes back by itself; so does a connection that owns its pipe.
            EndpointKind::Connector(_)
            | EndpointKind::Listener(_)
            | EndpointKind::InprocBound(_)
            | EndpointKind::InprocConnected(_, None) => return (Some(bearer), None),
        };
        if let Some(entry) = state.endpoints.get_mut(at) {
            entry.kind = kind;
        }
        (Some(bearer), Some(successor))
    }
}
