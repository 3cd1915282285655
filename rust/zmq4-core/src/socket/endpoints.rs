//! Binding and connecting, unbinding and disconnecting.

use std::sync::Arc;
use std::time::Duration;

use zmq4_proto::{RoutingId, SocketType};

use super::core::{Core, Endpoint as Entry, EndpointKind, Gone, State};
use super::host::EndpointHost;
use super::losses::Damage;
use super::{OpenEndpoint, Socket};
use crate::endpoint::Endpoint;
use crate::error::OpenError;
use crate::monitor::Loss;
use crate::session::{self, Closing, EndpointPhase, EndpointStatus, Gatekeeper, Plan, Session};
use crate::transport;
use crate::zap::Handler;

impl Socket {
    /// Binds an address. What is wrong with it is told at once.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub fn bind(&self, address: &str) -> Result<OpenEndpoint, OpenError> {
        let endpoint = address.parse::<Endpoint>()?;
        endpoint.bindable()?;
        match endpoint {
            Endpoint::Inproc(name) => self.core.bind_inproc(&name),
            endpoint @ (Endpoint::Tcp(_) | Endpoint::Ipc(_)) => self.core.listen(&endpoint),
        }
    }

    /// Connects to an address. Only the address itself is checked; the connection is made, and made
    /// again, in the background. Sockets of some types have one connection to an address: asked for
    /// another, they return the endpoint that they have.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub fn connect(&self, address: &str) -> Result<OpenEndpoint, OpenError> {
        self.connect_as(address, None)
    }

    /// Connects to an address, and has the peer there be known under a routing id of our own choice:
    /// messages can be sent to it at once. Only a ROUTER knows its peers by name.
    ///
    /// # Errors
    ///
    /// See [`OpenError`]; [`OpenError::NameTaken`] if a peer has that routing id.
    pub fn connect_as(
        &self,
        address: &str,
        routing_id: Option<&RoutingId>,
    ) -> Result<OpenEndpoint, OpenError> {
        let endpoint = address.parse::<Endpoint>()?;
        endpoint.connectable()?;
        match endpoint {
            Endpoint::Inproc(name) => self.core.connect_inproc(&name, routing_id),
            endpoint @ (Endpoint::Tcp(_) | Endpoint::Ipc(_)) => {
                self.core.dial(endpoint, routing_id)
            }
        }
    }

    /// The endpoints that are open, oldest first.
    pub fn endpoints(&self) -> Vec<OpenEndpoint> {
        let state = self.core.state.lock();
        state.endpoints.iter().map(|endpoint| endpoint.handle.clone()).collect()
    }
}

impl From<Gone> for OpenError {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Closed => Self::Closed,
            Gone::Terminated => Self::Terminated,
        }
    }
}

/// Whether sockets of a type have one connection to an address of tcp or ipc, as in libzmq: a second one
/// would bring every message of a publisher twice, or give one peer two turns. The other types make as
/// many as they are asked for.
fn connects_once(socket_type: SocketType) -> bool {
    use SocketType::{Dealer, Pair, Pub, Pull, Push, Rep, Req, Router, Sub, XPub, XSub};
    match socket_type {
        Dealer | Pub | Req | Sub => true,
        Pair | Pull | Push | Rep | Router | XPub | XSub => false,
    }
}

impl State {
    /// The endpoint that connects to an address, unless it has stopped for good.
    fn connector_to(&self, address: &str) -> Option<OpenEndpoint> {
        let is_it = |entry: &&Entry| {
            matches!(entry.kind, EndpointKind::Connector(_)) && {
                let view = entry.handle.view();
                view.address == address && view.phase != EndpointPhase::Stopped
            }
        };
        self.endpoints.iter().find(is_it).map(|entry| entry.handle.clone())
    }

    /// Enters an endpoint; the caller has checked that the socket is open.
    pub(super) fn enter(
        &mut self,
        core: &Arc<Core>,
        status: Arc<EndpointStatus>,
        kind: impl FnOnce(&mut Self, u64) -> EndpointKind,
    ) -> OpenEndpoint {
        let id = self.next_endpoint;
        self.next_endpoint += 1;
        let kind = kind(self, id);
        let handle = OpenEndpoint { id, status, socket: Arc::downgrade(core) };
        self.endpoints.push(Entry { id, handle: handle.clone(), kind });
        handle
    }

    pub(super) fn check_open(&self) -> Result<(), OpenError> {
        self.gone.map_or(Ok(()), |gone| Err(gone.into()))
    }
}

impl Core {
    fn listen(self: &Arc<Self>, endpoint: &Endpoint) -> Result<OpenEndpoint, OpenError> {
        let threads = self.context.io_threads()?;
        let options = self.state.lock().options.clone();
        let listener = transport::listen(endpoint, &options.link)?;
        let address = listener.address().to_string();
        let status = EndpointStatus::new(address, EndpointPhase::Listening, &self.events);
        let gatekeeper = Gatekeeper::new(&listener);
        let handle = {
            let mut state = self.lock();
            state.check_open()?;
            // A descriptor is for one bind.
            state.options.link.use_fd = None;
            let keeper = Arc::clone(&gatekeeper);
            state.enter(self, Arc::clone(&status), |_, _| EndpointKind::Listener(keeper))
        };
        status.listening();
        let plan = Arc::new(self.plan(handle.id, status, None));
        let ticket = self.context.ticket(format!("{} {}", self.socket_type, handle.address()));
        let all = Arc::clone(&threads);
        threads.spawn(async move {
            session::accept(listener, gatekeeper, all, plan).await;
            drop(ticket);
        });
        Ok(handle)
    }

    fn dial(
        self: &Arc<Self>,
        endpoint: Endpoint,
        routing_id: Option<&RoutingId>,
    ) -> Result<OpenEndpoint, OpenError> {
        // Started, or found missing, before anything is entered.
        self.context.io_threads()?;
        let (address, phase) = (endpoint.to_string(), EndpointPhase::Connecting);
        let status = EndpointStatus::new(address, phase, &self.events);
        let (handle, session, has_pipe) = {
            let mut state = self.lock();
            state.check_open()?;
            if routing_id.is_some_and(|name| state.pattern.route(name).is_some()) {
                return Err(OpenError::NameTaken);
            }
            if connects_once(self.socket_type)
                && let Some(known) = state.connector_to(&endpoint.to_string())
            {
                return Ok(known);
            }
            let pipe = state.pipes.reserve();
            let session = self.session(&state, pipe);
            let has_pipe = !state.options.session.immediate && state.pattern.admits();
            let handle = state.enter(self, Arc::clone(&status), |state, id| {
                if has_pipe {
                    state.attach(id, &session);
                    if let Some(name) = routing_id {
                        let named = state.name(session.pipe, name);
                        debug_assert!(named.is_ok(), "looked up a moment ago");
                    }
                }
                EndpointKind::Connector(Arc::clone(&session))
            });
            (handle, session, has_pipe)
        };
        let mut plan = self.plan(handle.id, status, routing_id);
        // A PAIR that has its peer already connects when it has lost it.
        plan.session.immediate = !has_pipe;
        self.start(endpoint, session, plan)?;
        Ok(handle)
    }

    /// The session of an endpoint that connects was replaced: the new one begins its life.
    pub(super) fn redial(self: &Arc<Self>, id: u64, session: Arc<Session>) {
        let Some(status) = self.status_of(id) else {
            return session.close(Some(Duration::ZERO));
        };
        let mut plan = self.plan(id, status, None);
        // It has its pipe, as the one before it had.
        plan.session.immediate = false;
        let Ok(endpoint) = plan.status.address().parse() else { return };
        // The threads run: they served the session before this one.
        let _ = self.start(endpoint, session, plan);
    }

    fn start(
        self: &Arc<Self>,
        endpoint: Endpoint,
        session: Arc<Session>,
        plan: Plan,
    ) -> Result<(), OpenError> {
        self.inbox.writable(session.pipe);
        let ticket = format!("{} {}", self.socket_type, plan.status.address());
        let ticket = self.context.ticket(ticket);
        let (core, address) = (Arc::clone(self), Arc::clone(plan.status.address()));
        let plan = Arc::new(plan);
        self.context.io_threads()?.spawn(async move {
            session::connect(endpoint, Arc::clone(&session), plan).await;
            core.forget_pipe(&session, address);
            drop(ticket);
        });
        Ok(())
    }

    fn plan(
        self: &Arc<Self>,
        endpoint: u64,
        status: Arc<EndpointStatus>,
        routing_id: Option<&RoutingId>,
    ) -> Plan {
        let options = self.state.lock().options.clone();
        let name = routing_id.cloned();
        Plan {
            socket_type: self.socket_type,
            link: options.link,
            session: options.session,
            security: options.security,
            handler: Handler::of(&self.context),
            handshakes: Arc::clone(&self.handshakes),
            host: Arc::new(EndpointHost { core: Arc::clone(self), endpoint, name }),
            status,
            context: self.context.clone(),
        }
    }

    /// Ends one endpoint and every connection made through it.
    pub(super) fn close_endpoint(&self, id: u64) {
        let (entry, ends, unread, stalled, linger) = {
            let mut state = self.lock();
            let Some(at) = state.endpoints.iter().position(|entry| entry.id == id) else { return };
            let pipes: Vec<_> =
                state.ties.iter().filter(|(_, tie)| tie.endpoint == id).map(|(&p, _)| p).collect();
            let kind = state.endpoints.get(at).map(|entry| &entry.kind);
            let is_inproc_bind = matches!(kind, Some(EndpointKind::InprocBound(_)));
            let (mut ends, mut unread) = (Vec::new(), Vec::new());
            // Unbinding an inproc name removes the name; the pipes stay, as in the field.
            for pipe in pipes.into_iter().filter(|_| !is_inproc_bind) {
                let bearer = state.ties.get(&pipe).map(|tie| tie.bearer.clone());
                if state.dismiss(pipe) {
                    unread.extend(bearer);
                } else {
                    ends.push((bearer, state.remove(pipe)));
                }
            }
            let entry = state.endpoints.remove(at);
            if let EndpointKind::Connector(session) = &entry.kind {
                // The id of an endpoint that had no pipe of its own is free again.
                state.pipes.release(session.pipe);
                session.disconnect();
            }
            (entry, ends, unread, self.unclog(&state), state.options.session.linger)
        };
        self.shut(&entry, linger);
        // Before what would drop what came in.
        for bearer in unread {
            bearer.leave(linger);
        }
        entry.end(linger);
        for bearer in ends.iter().filter_map(|(bearer, _)| bearer.as_ref()) {
            bearer.close(linger);
        }
        for queue in stalled {
            queue.wake_writer();
        }
        self.ring_all();
    }

    /// Nobody can come by an endpoint any more. Whoever sees it closed finds its address free.
    pub(super) fn shut(&self, entry: &Entry, linger: Option<Duration>) {
        match &entry.kind {
            EndpointKind::Listener(gatekeeper) => gatekeeper.close(),
            EndpointKind::InprocBound(name) => {
                self.context.with_names(|names| names.unbind(name, self));
            }
            EndpointKind::InprocConnected(name, Some(bond)) => self.leave(name, bond, linger),
            EndpointKind::Connector(_) | EndpointKind::InprocConnected(_, None) => {}
        }
        entry.handle.status.close();
    }

    /// A connecting session has ended for good: its pipe goes.
    fn forget_pipe(self: &Arc<Self>, session: &Session, endpoint: Arc<str>) {
        session.inbound.close_writer();
        let count = u64::try_from(session.outbound.close_reader()).unwrap_or(u64::MAX);
        let aftermath = {
            let mut state = self.lock();
            state.lose(Damage { endpoint, ..Damage::new(Loss::Gone, count) });
            state.pipes.take_aftermath()
        };
        self.settle(aftermath);
    }
}

impl Entry {
    /// Stops what runs for an endpoint that was shut.
    pub(super) fn end(&self, linger: Option<Duration>) {
        match &self.kind {
            EndpointKind::Listener(gatekeeper) => gatekeeper.dismiss(),
            EndpointKind::Connector(session) => {
                if !matches!(session.closing(), Closing::Linger(_)) {
                    session.close(linger);
                }
            }
            EndpointKind::InprocBound(_) | EndpointKind::InprocConnected(..) => {}
        }
    }
}
