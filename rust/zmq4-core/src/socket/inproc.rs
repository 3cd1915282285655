//! inproc: two pipes joined crosswise, in either order of bind and connect.

use std::sync::Arc;
use std::time::Duration;

use zmq4_proto::RoutingId;

use super::OpenEndpoint;
use super::bond::{Bond, BondEnd, Ear};
use super::core::{self, Bearer, Core, EndpointKind};
use super::names::Joint;
use crate::error::OpenError;
use crate::monitor::{Cause, Failure};
use crate::pattern::NameTaken;
use crate::peer::Peer;
use crate::pipe::{PipeEnd, PipeId};
use crate::session::{EndpointPhase, EndpointStatus, Intake, Reason};

impl Joint {
    fn refuse(&self, why: &Failure) {
        self.bond.refuse();
        let address = &self.peer.address;
        tracing::warn!(target: "zmq4", peer = address, reason = %why, "inproc connection refused");
        self.status.handshake_failed(address, why, None);
        self.status.stop();
    }
}

impl Core {
    pub(super) fn bind_inproc(self: &Arc<Self>, name: &str) -> Result<OpenEndpoint, OpenError> {
        let address = format!("inproc://{name}");
        let status = EndpointStatus::new(address, EndpointPhase::Listening, &self.events);
        let handle = {
            let mut state = self.lock();
            state.check_open()?;
            let kind = EndpointKind::InprocBound(name.to_owned());
            state.enter(self, Arc::clone(&status), |_, _| kind)
        };
        let waiting = self.context.with_names(|names| names.bind(name, self, handle.id));
        let waiting = match waiting {
            Ok(waiting) => waiting,
            Err(error) => {
                self.lock().endpoints.retain(|entry| entry.id != handle.id);
                return Err(error);
            }
        };
        status.listening();
        for joint in waiting {
            self.join(handle.id, &joint);
        }
        Ok(handle)
    }

    pub(super) fn connect_inproc(
        self: &Arc<Self>,
        name: &str,
        routing_id: Option<&RoutingId>,
    ) -> Result<OpenEndpoint, OpenError> {
        let address = format!("inproc://{name}");
        let phase = EndpointPhase::Connecting;
        let status = EndpointStatus::new(address.clone(), phase, &self.events);
        let mut joint = None;
        let handle = {
            let mut state = self.lock();
            state.check_open()?;
            if routing_id.is_some_and(|name| state.pattern.route(name).is_some()) {
                return Err(OpenError::NameTaken);
            }
            let is_surplus = !state.pattern.admits();
            state.enter(self, Arc::clone(&status), |state, id| {
                if !is_surplus {
                    let mut made = self.joint(state, id, address, Arc::clone(&status));
                    made.name = routing_id.cloned();
                    if !made.is_immediate {
                        let named = state.name_peer_of(&made);
                        debug_assert!(named.is_ok(), "looked up a moment ago");
                    }
                    joint = Some(made);
                }
                let bond = joint.as_ref().map(|joint| Arc::clone(&joint.bond));
                EndpointKind::InprocConnected(name.to_owned(), bond)
            })
        };
        let Some(joint) = joint else {
            status.attempt();
            status.connect_failed(&Reason::Surplus.failure(), None);
            status.stop();
            return Ok(handle);
        };
        self.seek(name, joint);
        Ok(handle)
    }

    /// Joins a connecting half to whoever has bound the name, now or later.
    pub(super) fn seek(&self, name: &str, joint: Joint) {
        joint.status.attempt();
        self.inbox.writable(joint.pipe);
        let found = self.context.with_names(|names| names.find(name, joint));
        if let Some((core, endpoint, joint)) = found {
            core.join(endpoint, &joint);
        }
    }

    /// Makes the connecting half and begins to use it.
    pub(super) fn joint(
        self: &Arc<Self>,
        state: &mut core::State,
        endpoint: u64,
        address: String,
        status: Arc<EndpointStatus>,
    ) -> Joint {
        let pipe = state.pipes.reserve();
        let bond = Bond::new(self, pipe, state.spec());
        let is_immediate = state.options.session.immediate;
        if !is_immediate {
            state.attach_bond(endpoint, pipe, &bond, BondEnd::Connecter);
        }
        Joint {
            connecter: Arc::downgrade(self),
            endpoint,
            pipe,
            is_immediate,
            name: None,
            socket_type: self.socket_type,
            peer: Arc::new(self.as_peer(state, address)),
            status,
            bond,
        }
    }

    /// This socket, as its inproc peers see it.
    fn as_peer(&self, state: &core::State, address: String) -> Peer {
        let announces = self.socket_type.announces_routing_id();
        let routing_id = announces.then(|| state.options.session.routing_id.clone());
        Peer {
            address,
            routing_id: routing_id.unwrap_or_default(),
            socket_type: Some(self.socket_type),
            version: None,
            metadata: state.options.session.metadata.clone(),
            user_id: None,
        }
    }

    /// Joins a waiting half to this socket, which has bound the name.
    fn join(self: &Arc<Self>, endpoint: u64, joint: &Joint) {
        let Some(status) = self.status_of(endpoint) else {
            return joint.refuse(&no_further_peer());
        };
        let address = &joint.peer.address;
        status.accepted(address);
        if let Err(why) = self.try_join(endpoint, &status, joint) {
            status.handshake_failed(address, &why, None);
            joint.refuse(&why);
        }
    }

    fn try_join(
        self: &Arc<Self>,
        endpoint: u64,
        status: &Arc<EndpointStatus>,
        joint: &Joint,
    ) -> Result<(), Failure> {
        if !self.socket_type.accepts(joint.socket_type) {
            let (ours, theirs) = (self.socket_type.name(), joint.socket_type.name());
            let text = format!("{theirs} cannot talk to {ours}");
            return Err(Failure::new(Cause::Incompatible, text));
        }
        let (pipe, us, spec) = {
            let mut state = self.lock();
            if !state.admits(endpoint) {
                return Err(no_further_peer());
            }
            let pipe = state.pipes.reserve();
            state.attach_bond(endpoint, pipe, &joint.bond, BondEnd::Binder);
            let us = Arc::new(self.as_peer(&state, status.address().to_string()));
            (pipe, us, state.spec())
        };
        joint.bond.join(&self.inbox, pipe, spec);
        if self.meet(pipe, &joint.peer, &joint.bond, BondEnd::Connecter).is_err() {
            drop(self.lock().remove(pipe));
            return Err(Reason::NameTaken.failure());
        }
        let other = joint.connecter.upgrade();
        if let Some(connecter) = other.as_ref().filter(|_| joint.is_immediate)
            && connecter.begin(joint).is_err()
        {
            let text = "the bound socket was to have the routing id of another peer";
            return Err(Failure::new(Cause::NameTaken, text));
        }
        if let Some(connecter) = &other
            && connecter.meet(joint.pipe, &us, &joint.bond, BondEnd::Binder).is_err()
        {
            drop(connecter.lock().remove(joint.pipe));
            let text = "the bound socket has the routing id of another peer";
            return Err(Failure::new(Cause::NameTaken, text));
        }
        self.tell_all(pipe);
        if let Some(connecter) = &other {
            connecter.tell_all(joint.pipe);
            connecter.inbox.readable(joint.pipe);
        }
        let connecter = (Arc::clone(&joint.status), us);
        joint.bond.present(connecter, (Arc::clone(status), Arc::clone(&joint.peer)));
        // What was sent before is there to be read on either side, and a sender may wait for this very pipe.
        self.inbox.readable(pipe);
        self.inbox.writable(pipe);
        Ok(())
    }

    /// With IMMEDIATE: somebody has bound the name, so there is a pipe.
    fn begin(&self, joint: &Joint) -> Result<(), NameTaken> {
        {
            let mut state = self.lock();
            let is_open = state.endpoints.iter().any(|entry| entry.id == joint.endpoint);
            if state.gone.is_some() || !is_open {
                return Ok(());
            }
            state.attach_bond(joint.endpoint, joint.pipe, &joint.bond, BondEnd::Connecter);
            if let Err(taken) = state.name_peer_of(joint) {
                drop(state.remove(joint.pipe));
                return Err(taken);
            }
        }
        // A sender may wait for this very pipe.
        self.inbox.writable(joint.pipe);
        Ok(())
    }

    /// The other half, which is `speaker` of the bond, is there: messages from it have a sender, its
    /// marks count, and what it says is heard.
    fn meet(
        self: &Arc<Self>,
        pipe: PipeId,
        peer: &Arc<Peer>,
        bond: &Bond,
        speaker: BondEnd,
    ) -> Result<(), NameTaken> {
        let (replaced, aftermath) = {
            let mut state = self.lock();
            if let Some(end) = state.pipes.get_mut(pipe) {
                end.peer = Some(Arc::clone(peer));
                end.local.follow(&end.inbound);
            }
            let replaced = state.greet(pipe, peer)?;
            let publisher = state.pattern.publisher().cloned();
            let ear = Ear {
                intake: publisher.map(|publisher| Intake { publisher, pipe }),
                hears_of_parting: state.pattern.names() && state.options.pattern.notify.disconnect,
                peer: Arc::clone(peer),
            };
            bond.listen(speaker, ear);
            (replaced, state.pipes.take_aftermath())
        };
        self.settle(aftermath);
        if let Some(bearer) = replaced {
            bearer.evict();
        }
        Ok(())
    }

    /// Another bond takes the place of one that either socket has dropped. Elsewhere a connection that is
    /// lost is made again.
    pub(super) fn change_bonds(self: &Arc<Self>, dropped: &Arc<Bond>) {
        let Some((name, joint)) = self.another_joint(dropped) else { return };
        drop(self.context.with_names(|names| names.forget(&name, dropped)));
        self.seek(&name, joint);
    }

    /// Puts a joint of a new bond where the dropped one was, if the endpoint is still open.
    fn another_joint(self: &Arc<Self>, dropped: &Arc<Bond>) -> Option<(String, Joint)> {
        let mut guard = self.lock();
        let state = &mut *guard;
        state.check_open().ok()?;
        let names = state.endpoints.iter().map(|entry| entry.kind.name_of(dropped));
        let (at, name) = names.enumerate().find_map(|(at, name)| Some((at, name?.to_owned())))?;
        let handle = state.endpoints.get(at)?.handle.clone();
        let joint = self.joint(state, handle.id, handle.address(), handle.status);
        let bond = Some(Arc::clone(&joint.bond));
        state.endpoints.get_mut(at)?.kind = EndpointKind::InprocConnected(name.clone(), bond);
        Some((name, joint))
    }

    /// A connecting endpoint closes. If nobody has bound the name, what was sent waits on for somebody
    /// who does, unless it may not linger.
    pub(super) fn leave(&self, name: &str, bond: &Arc<Bond>, linger: Option<Duration>) {
        if bond.is_empty() || linger == Some(Duration::ZERO) {
            drop(self.context.with_names(|names| names.forget(name, bond)));
        }
    }
}

impl EndpointKind {
    /// The name that a bond was made to, if it is this endpoint's.
    fn name_of(&self, bond: &Arc<Bond>) -> Option<&str> {
        match self {
            Self::InprocConnected(name, Some(own)) if Arc::ptr_eq(own, bond) => Some(name),
            Self::InprocConnected(..)
            | Self::InprocBound(_)
            | Self::Listener(_)
            | Self::Connector(_) => None,
        }
    }
}

fn no_further_peer() -> Failure {
    Failure::new(Cause::Surplus, "the bound socket takes no further peer")
}

impl core::State {
    fn name_peer_of(&mut self, joint: &Joint) -> Result<(), NameTaken> {
        joint.name.as_ref().map_or(Ok(()), |name| self.name(joint.pipe, name))
    }

    fn attach_bond(&mut self, endpoint: u64, pipe: PipeId, bond: &Arc<Bond>, end: BondEnd) {
        let (outbound, inbound) = bond.queues(end);
        if self.pattern.publisher().is_some() && !self.pattern.receives() {
            // Subscribers may speak: it is not the end of them.
            inbound.discard();
        } else if !self.pattern.receives() {
            inbound.close_reader();
        }
        let pipe_end = PipeEnd::new(pipe, Arc::clone(outbound), Arc::clone(inbound), None);
        self.enter_pipe(endpoint, pipe_end, Bearer::Inproc(Arc::clone(bond), end));
    }
}
