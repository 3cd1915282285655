//! Giving up on a request: its pipe is dropped, and with it every late reply. Another takes its place: at
//! once where we connect and over inproc, elsewhere when the peer has connected again.

use std::sync::Arc;
use std::time::Duration;

use super::Socket;
use super::core::{Bearer, Core, EndpointKind, State};
use crate::pattern::Abandoned;
use crate::pipe::PipeId;
use crate::session::Session;
use crate::wait::WaitSide;

/// The session that takes the place of another, and their endpoint.
type Successor = (u64, Arc<Session>);

impl Socket {
    /// Gives up the request in progress. A REQ may ask again, and can never take a late reply for the
    /// answer to its next request; a REP goes on to the next one. Returns whether there was one.
    pub fn abandon(&self) -> bool {
        let core = &*self.core;
        let (abandoned, (bearer, successor), aftermath) = {
            let mut state = core.lock();
            let abandoned = state.pattern.abandon();
            let renewed = match abandoned {
                Abandoned::Sent(Some(pipe)) if state.gone.is_none() => {
                    self.core.succeed(&mut state, pipe)
                }
                Abandoned::Sent(_) | Abandoned::Received | Abandoned::Nothing => (None, None),
            };
            core.relevel(&mut state);
            (abandoned, renewed, state.pipes.take_aftermath())
        };
        if let Some(aftermath) = aftermath {
            aftermath.run(&core.inbox);
        }
        // Whose turn it is has changed: who waits for theirs looks.
        for side in [WaitSide::Receive, WaitSide::Send] {
            if core.inbox.has_waiters(side) {
                core.inbox.pass_on(side);
            }
        }
        if let Some(bearer) = &bearer {
            bearer.close(Some(Duration::ZERO));
        }
        if let Some((endpoint, session)) = successor {
            self.core.redial(endpoint, session);
        }
        if let Some(Bearer::Inproc(bond, _)) = &bearer
            && let Some(connecter) = bond.connecter()
        {
            connecter.change_bonds(bond);
        }
        abandoned != Abandoned::Nothing
    }
}

impl Core {
    /// Removes a pipe and makes the next one of its endpoint, if that is a session which connects.
    fn succeed(
        self: &Arc<Self>,
        state: &mut State,
        pipe: PipeId,
    ) -> (Option<Bearer>, Option<Successor>) {
        let Some(tie) = state.ties.get(&pipe) else { return (None, None) };
        let (bearer, id) = (tie.bearer.clone(), tie.endpoint);
        drop(state.remove(pipe));
        let entry = state.endpoints.iter().find(|entry| entry.id == id);
        let Some(EndpointKind::Connector(session)) = entry.map(|entry| &entry.kind) else {
            return (Some(bearer), None);
        };
        if session.pipe != pipe {
            // With IMMEDIATE the endpoint connects again by itself.
            return (Some(bearer), None);
        }
        session.step_down();
        let next = state.pipes.reserve();
        let session = self.session(state, next);
        state.attach(id, &session);
        if let Some(entry) = state.endpoints.iter_mut().find(|entry| entry.id == id) {
            entry.kind = EndpointKind::Connector(Arc::clone(&session));
        }
        (Some(bearer), Some((id, session)))
    }
}
