//! What a socket is made of, and the bookkeeping of its pipes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use zmq4_proto::SocketType;

use super::bond::{Bond, BondEnd};
use super::losses::{Drops, Ledger};
use super::{OpenEndpoint, Socket};
use crate::context::Context;
use crate::error::{OpenError, OptionError};
use crate::monitor::Hub;
use crate::options::{Limits, OnFull, PipeOptions, SocketOptions};
use crate::pattern::{self, Pattern, Pipes};
use crate::peer::Peer;
use crate::pipe::{Marks, Overflow, PipeEnd, PipeId, Queue};
use crate::security::HandshakeCounts;
use crate::session::{EndpointStatus, Gatekeeper, Session, SessionSpec};
use crate::sync::{Mutex, MutexGuard, Rank};
use crate::wait::{Changes, Inbox};

/// A socket, shared by its users and its sessions.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) socket_type: SocketType,
    pub(super) context: Context,
    pub(super) inbox: Arc<Inbox>,
    pub(super) events: Arc<Hub>,
    pub(super) state: Mutex<State>,
    /// Unread messages of departed peers are too many: sessions do not read.
    pub(super) is_clogged: AtomicBool,
    /// How long callers have waited to send, in nanoseconds.
    pub(super) blocked: AtomicU64,
    /// How its handshakes went.
    pub(super) handshakes: Arc<HandshakeCounts>,
}

/// Why a socket takes no more calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    Closed,
    Terminated,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) options: SocketOptions,
    pub(super) pattern: Box<dyn Pattern>,
    pub(super) pipes: Pipes,
    pub(super) ties: HashMap<PipeId, Tie>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) next_endpoint: u64,
    pub(super) gone: Option<Gone>,
    pub(super) stats: Counters,
    pub(super) ledger: Ledger,
    changes: Changes,
}

/// What a pipe belongs to.
#[derive(Debug)]
pub(super) struct Tie {
    pub(super) endpoint: u64,
    pub(super) bearer: Bearer,
    /// Who was there last.
    pub(super) peer: Option<Arc<Peer>>,
}

/// What carries the messages of a pipe.
#[derive(Clone, Debug)]
pub(super) enum Bearer {
    Session(Arc<Session>),
    Inproc(Arc<Bond>, BondEnd),
}

impl Bearer {
    /// Ends it: what is queued is sent within `linger`, what came in is dropped. Called without locks.
    pub(super) fn close(&self, linger: Option<Duration>) {
        match self {
            Self::Session(session) => session.close(linger),
            Self::Inproc(bond, end) => bond.sever(*end),
        }
    }

    /// As [`Self::close`], but what came in may still be received.
    pub(super) fn leave(&self, linger: Option<Duration>) {
        match self {
            Self::Session(session) => session.leave(linger),
            Self::Inproc(bond, end) => bond.evict(*end),
        }
    }

    /// Ends the connection, but not what it brought: that may still be received.
    pub(super) fn evict(&self) {
        match self {
            Self::Session(session) => session.evict(),
            Self::Inproc(bond, end) => bond.evict(*end),
        }
    }

    pub(super) fn session(&self) -> Option<&Arc<Session>> {
        match self {
            Self::Session(session) => Some(session),
            Self::Inproc(..) => None,
        }
    }
}

/// An endpoint of the socket.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) id: u64,
    pub(super) handle: OpenEndpoint,
    pub(super) kind: EndpointKind,
}

#[derive(Debug)]
pub(super) enum EndpointKind {
    Listener(Arc<Gatekeeper>),
    /// A connecting session; with IMMEDIATE it owns no pipe itself.
    Connector(Arc<Session>),
    InprocBound(String),
    /// The name, and the bond unless the socket had its only peer already.
    InprocConnected(String, Option<Arc<Bond>>),
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) sent: u64,
    pub(super) received: u64,
    /// Those that no pipe counts.
    pub(super) drops: Drops,
}

impl Core {
    pub(super) fn new(
        context: &Context,
        socket_type: SocketType,
        options: SocketOptions,
    ) -> Result<Arc<Self>, OpenError> {
        let core = Self::unlisted(context, socket_type, options);
        context.register(&core)?;
        Ok(core)
    }

    /// A socket that its context does not know of.
    pub(super) fn unlisted(
        context: &Context,
        socket_type: SocketType,
        options: SocketOptions,
    ) -> Arc<Self> {
        let mut pattern = pattern::of(socket_type);
        pattern.configure(&options.pattern);
        let mut pipes = Pipes::default();
        pipes.set_overflow(outbound_overflow(&options.pipe));
        let state = State {
            options,
            pattern,
            pipes,
            ties: HashMap::new(),
            endpoints: Vec::new(),
            next_endpoint: 0,
            gone: None,
            stats: Counters::default(),
            ledger: Ledger::default(),
            changes: Changes::default(),
        };
        Arc::new(Self {
            socket_type,
            context: context.clone(),
            inbox: Arc::new(Inbox::new(sends_to_one_of_many(socket_type))),
            events: Hub::new(),
            state: Mutex::new(Rank::State, state),
            is_clogged: AtomicBool::new(false),
            blocked: AtomicU64::new(0),
            handshakes: Arc::default(),
        })
    }

    /// The state, with everything that pipes announced taken in.
    #[inline]
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock();
        if self.inbox.has_changes() {
            state.collect(&self.inbox);
        }
        state
    }

    /// An endpoint, if it is open.
    pub(super) fn status_of(&self, endpoint: u64) -> Option<Arc<EndpointStatus>> {
        self.state.lock().status_of(endpoint).cloned()
    }

    /// Whether sessions must not read, because departed peers left too much unread.
    pub(super) fn is_clogged(&self) -> bool {
        self.is_clogged.load(Ordering::Relaxed)
    }

    /// A peer departed: sessions stop reading if departed peers left too much unread.
    pub(super) fn clog(&self, state: &State) {
        self.is_clogged.store(state.is_clogged(), Ordering::Relaxed);
    }

    /// Unread messages of departed peers may have become fewer: if sessions may read again, returns the
    /// queues whose writers are to be woken for it.
    #[inline]
    pub(super) fn unclog(&self, state: &State) -> Vec<Arc<Queue>> {
        if !self.is_clogged() || state.is_clogged() {
            return Vec::new();
        }
        self.is_clogged.store(false, Ordering::Relaxed);
        state.pipes.iter().map(|end| Arc::clone(&end.inbound)).collect()
    }
}

impl State {
    pub(super) fn status_of(&self, endpoint: u64) -> Option<&Arc<EndpointStatus>> {
        let entry = self.endpoints.iter().find(|entry| entry.id == endpoint)?;
        Some(&entry.handle.status)
    }

    #[cold]
    fn is_clogged(&self) -> bool {
        let limit = self.options.pipe.recv_hwm.saturating_mul(Limits::DEPARTED_FACTOR);
        let departed = self.pipes.iter().filter(|end| end.is_hung_up);
        limit > 0 && departed.map(|end| end.unread().messages).sum::<usize>() > limit
    }

    /// Takes in what pipes announced.
    pub(super) fn collect(&mut self, inbox: &Inbox) {
        inbox.collect(&mut self.changes);
        let mut changes = std::mem::take(&mut self.changes);
        for pipe in changes.readable.drain(..) {
            if self.pipes.get(pipe).is_some() {
                self.pattern.readable(pipe);
            }
        }
        for pipe in changes.writable.drain(..) {
            self.writable(pipe);
        }
        self.changes = changes;
        self.sweep();
    }

    fn writable(&mut self, pipe: PipeId) {
        let Some(end) = self.pipes.get_mut(pipe) else { return };
        // On a type that does not send, nobody need ever read the outbound queue.
        let is_departed = if self.pattern.sends() {
            end.outbound.is_reader_gone()
        } else {
            end.inbound.is_writer_gone()
        };
        if !is_departed {
            self.pattern.writable(pipe);
            return;
        }
        if !std::mem::replace(&mut end.is_hung_up, true) {
            self.pattern.hang_up(pipe);
        }
        if !self.pattern.receives() || end.is_spent() {
            self.pipes.retire(pipe);
        }
    }

    /// Removes pipes that have ended and are empty.
    #[inline]
    pub(super) fn sweep(&mut self) {
        while let Some(pipe) = self.pipes.next_retired() {
            self.remove(pipe);
        }
    }

    /// Removes a pipe and forgets whose it was.
    pub(super) fn remove(&mut self, pipe: PipeId) -> Option<PipeEnd> {
        let end = self.pipes.remove(pipe)?;
        if !end.is_hung_up {
            self.pattern.hang_up(pipe);
        }
        self.pattern.detach(pipe);
        self.inherit(&end);
        self.ties.remove(&pipe);
        Some(end)
    }

    /// How the queues of a new pipe are made.
    pub(super) fn spec(&self) -> SessionSpec {
        let pipe = &self.options.pipe;
        SessionSpec {
            outbound: outbound_marks(pipe),
            inbound: inbound_marks(pipe),
            outbound_overflow: outbound_overflow(pipe),
            inbound_overflow: if pipe.conflate { Overflow::Conflate } else { Overflow::Refuse },
        }
    }
}

/// Whether who can send depends on the peer, so that all who wait to send are to be woken.
fn sends_to_one_of_many(socket_type: SocketType) -> bool {
    socket_type == SocketType::Router
}

fn outbound_marks(pipe: &PipeOptions) -> Marks {
    Marks::new(pipe.send_hwm, pipe.send_hwm_bytes)
}

fn inbound_marks(pipe: &PipeOptions) -> Marks {
    Marks::new(pipe.recv_hwm, pipe.recv_hwm_bytes)
}

fn outbound_overflow(pipe: &PipeOptions) -> Overflow {
    match (pipe.conflate, pipe.on_full) {
        (true, _) => Overflow::Conflate,
        (false, OnFull::DropOldest) => Overflow::DropOldest,
        (false, OnFull::Block | OnFull::DropNewest | OnFull::Error) => Overflow::Refuse,
    }
}

impl Socket {
    /// A copy of the options in force for the next endpoint.
    pub fn options(&self) -> SocketOptions {
        self.core.state.lock().options.clone()
    }

    /// Changes options. Marks apply to existing pipes at once; everything else to later endpoints.
    pub fn configure(&self, change: impl FnOnce(&mut SocketOptions)) {
        self.change_options(self.core.state.lock(), change);
    }

    /// Changes options that cannot be changed once there is an endpoint.
    ///
    /// # Errors
    ///
    /// [`OptionError::Fixed`] if there is one.
    pub fn configure_first(
        &self,
        change: impl FnOnce(&mut SocketOptions),
    ) -> Result<(), OptionError> {
        let state = self.core.state.lock();
        if !state.endpoints.is_empty() {
            return Err(OptionError::Fixed);
        }
        self.change_options(state, change);
        Ok(())
    }

    fn change_options(
        &self,
        mut guard: MutexGuard<'_, State>,
        change: impl FnOnce(&mut SocketOptions),
    ) {
        let state = &mut *guard;
        change(&mut state.options);
        state.pattern.configure(&state.options.pattern);
        let spec = state.spec();
        state.pipes.set_overflow(spec.outbound_overflow);
        let mut stalled = Vec::new();
        for tie in state.ties.values() {
            match &tie.bearer {
                Bearer::Session(session) => stalled.extend(session.set_marks(&spec)),
                Bearer::Inproc(bond, end) => stalled.extend(bond.set_share(*end, spec)),
            }
        }
        for end in state.pipes.iter_mut() {
            end.local.follow(&end.inbound);
        }
        stalled.extend(self.core.unclog(state));
        drop(guard);
        for queue in stalled {
            queue.wake_writer();
        }
    }
}
