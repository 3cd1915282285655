//! The bench on which sessions are tested: a host without a socket, and a desk to send and receive at.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;
use zmq4_proto::{Frame, Heartbeat, SocketType, Version, Wrap};

use super::super::connecting::Dial;
use super::super::{
    EndpointPhase, EndpointStatus, Host, Opened, Plan, Reason, Session, SessionSpec, traffic,
};
use crate::context::Context;
use crate::monitor::{EventStream, Hub};
use crate::options::{LinkOptions, SessionOptions};
use crate::peer::Peer;
use crate::pipe::{Given, Marks, Overflow, Part, PipeEnd, PipeId, Refill};
use crate::security::SecurityOptions;
use crate::sync::{Mutex, Rank};
use crate::testing::{Role, ScriptedPeer, SealedPeer, a_peer};
use crate::transport::Link;
use crate::wait::Inbox;
use crate::zap::Handler;

/// A socket as sessions see it, without a pattern.
#[derive(Debug)]
pub(in crate::session) struct StubHost {
    inbox: Arc<Inbox>,
    spec: SessionSpec,
    pub(super) opened: Mutex<Vec<Arc<Session>>>,
    pub(super) is_full: AtomicBool,
    pub(super) is_clogged: AtomicBool,
    /// Messages that were lost when their pipe was detached, once one was.
    pub(super) dropped: Mutex<Option<usize>>,
}

impl Host for StubHost {
    fn admits(&self) -> bool {
        !self.is_full.load(Ordering::Relaxed)
    }

    fn open(&self) -> Option<Arc<Session>> {
        if !self.admits() {
            return None;
        }
        let session = Session::new(PipeId(1), &self.inbox, &self.spec);
        self.opened.lock().push(Arc::clone(&session));
        Some(session)
    }

    fn detach(&self, _pipe: PipeId) {
        let session = self.opened.lock().pop().expect("opened before");
        session.inbound.close_writer();
        *self.dropped.lock() = Some(session.outbound.close_reader());
    }

    fn is_clogged(&self) -> bool {
        self.is_clogged.load(Ordering::Relaxed)
    }
}

/// What tests vary.
#[derive(Clone, Debug)]
pub(in crate::session) struct Setup {
    pub(super) send_hwm: usize,
    pub(super) recv_hwm: usize,
    pub(super) overflow: Overflow,
    pub(super) options: SessionOptions,
    pub(super) security: SecurityOptions,
    /// Octets that the link buffers each way.
    pub(super) capacity: usize,
    pub(super) version: Version,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            send_hwm: 1000,
            recv_hwm: 1000,
            overflow: Overflow::Refuse,
            options: SessionOptions::default(),
            security: SecurityOptions::default(),
            capacity: 1 << 20,
            version: Version::OURS,
        }
    }
}

impl Setup {
    pub(super) fn with_heartbeat(seconds: u64, timeout: u64) -> Self {
        let [interval, timeout] = [seconds, timeout].map(Duration::from_secs);
        let mut setup = Self::default();
        setup.options.heartbeat = Some(Heartbeat { interval, timeout, ttl: Duration::ZERO });
        setup
    }

    fn spec(&self) -> SessionSpec {
        SessionSpec {
            outbound: Marks::new(self.send_hwm, 0),
            inbound: Marks::new(self.recv_hwm, 0),
            outbound_overflow: self.overflow,
            inbound_overflow: Overflow::Refuse,
        }
    }

    pub(in crate::session) fn host(&self) -> Arc<StubHost> {
        Arc::new(StubHost {
            inbox: Arc::new(Inbox::new(false)),
            spec: self.spec(),
            opened: Mutex::new(Rank::Leaf, Vec::new()),
            is_full: AtomicBool::new(false),
            is_clogged: AtomicBool::new(false),
            dropped: Mutex::new(Rank::Leaf, None),
        })
    }

    pub(super) fn plan(&self, host: &Arc<StubHost>) -> Plan {
        self.plan_heard(host).0
    }

    /// A plan, and what is told of it.
    pub(in crate::session) fn plan_heard(&self, host: &Arc<StubHost>) -> (Plan, EventStream) {
        let hub = Hub::new();
        let events = hub.listen(100).expect("open");
        let address = "mem://test".to_owned();
        let plan = Plan {
            socket_type: SocketType::Dealer,
            link: LinkOptions::default(),
            session: self.options.clone(),
            security: self.security.clone(),
            handler: Handler::of(&Context::new(0)),
            handshakes: Arc::default(),
            host: Arc::<StubHost>::clone(host),
            status: EndpointStatus::new(address, EndpointPhase::Connecting, &hub),
            context: Context::new(0),
        };
        (plan, events)
    }

    pub(super) fn desk(&self, host: &StubHost) -> Desk {
        Desk::new(Session::new(PipeId(1), &host.inbox, &self.spec()))
    }

    /// A session in traffic with a scripted peer.
    pub(super) fn traffic(&self) -> Running {
        let host = self.host();
        let desk = self.desk(&host);
        self.traffic_at(desk, host)
    }

    /// A connection whose handshake is done.
    pub(super) fn opened(&self) -> (ScriptedPeer, Opened) {
        let (peer, link) = ScriptedPeer::new(self.capacity);
        let mut identity = Arc::into_inner(a_peer()).expect("just made");
        identity.version = Some(self.version);
        (peer, Opened { link, peer: Arc::new(identity), leftover: Vec::new(), wrap: Wrap::Plain })
    }

    /// An encrypted connection whose handshake is done, on which we have `role`.
    pub(super) fn sealed(&self, role: Role) -> (SealedPeer, Opened) {
        let (peer, link, wrap) = SealedPeer::new(self.capacity, role);
        (peer, Opened { link, wrap, ..self.opened().1 })
    }

    /// A session in encrypted traffic.
    pub(super) fn sealed_traffic(&self, role: Role) -> Running<SealedPeer> {
        let host = self.host();
        let desk = self.desk(&host);
        let (peer, opened) = self.sealed(role);
        self.run(peer, opened, desk, host)
    }

    fn traffic_at(&self, desk: Desk, host: Arc<StubHost>) -> Running {
        let (peer, opened) = self.opened();
        self.run(peer, opened, desk, host)
    }

    fn run<P>(&self, peer: P, opened: Opened, desk: Desk, host: Arc<StubHost>) -> Running<P> {
        let plan = self.plan(&host);
        let session = Arc::clone(&desk.session);
        let task = tokio::spawn(async move { traffic::run(&session, opened, &plan).await });
        Running { peer, desk, host, task }
    }
}

/// A session at work.
pub(super) struct Running<P = ScriptedPeer> {
    pub(super) peer: P,
    pub(super) desk: Desk,
    pub(super) host: Arc<StubHost>,
    pub(super) task: JoinHandle<Reason>,
}

impl<P> Running<P> {
    /// Why the session ended.
    pub(super) async fn reason(self) -> String {
        reason(self.task).await
    }
}

pub(super) async fn reason(task: JoinHandle<Reason>) -> String {
    let ended = tokio::time::timeout(Duration::from_secs(3600), task).await;
    ended.expect("the session ends").expect("it does not panic").to_string()
}

/// A socket's end of a session's pipe.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) session: Arc<Session>,
    pub(super) end: PipeEnd,
}

impl Desk {
    pub(super) fn new(session: Arc<Session>) -> Self {
        let (outbound, inbound) = (Arc::clone(&session.outbound), Arc::clone(&session.inbound));
        let end =
            PipeEnd::new(session.pipe, outbound, inbound, Some(Arc::<Session>::clone(&session)));
        Self { session, end }
    }

    /// Sends a message; false if it does not fit.
    pub(super) fn send<B: AsRef<[u8]>>(&self, frames: &[B]) -> bool {
        let parts: Vec<_> = frames.iter().map(|body| part(body.as_ref())).collect();
        match self.end.push(&parts, parts.iter().map(Part::wire_len).sum()) {
            Ok(Given::Wake) => self.end.outbound.wake_reader(),
            Ok(Given::Done) => {}
            Err(_) => return false,
        }
        true
    }

    /// Sends past nobody: what is sent goes through the queue.
    pub(super) fn without_credit(mut self) -> Self {
        self.end.express = None;
        self
    }

    /// The next message, and who sent it.
    pub(super) fn recv_from(&mut self) -> Option<(Vec<Vec<u8>>, Arc<Peer>)> {
        if self.end.fill() != Refill::Some {
            if self.end.local.take_owed_wake() {
                self.end.inbound.wake_writer();
            }
            return None;
        }
        let message = self.end.front().expect("just filled");
        let frames = message.frames().map(|frame| frame.as_bytes().to_vec()).collect();
        let peer = Arc::clone(message.peer().expect("named by its segment"));
        let extent = message.extent();
        if self.end.local.pop(extent, &self.end.inbound) {
            self.end.inbound.wake_writer();
        }
        Some((frames, peer))
    }

    pub(super) fn recv(&mut self) -> Option<Vec<Vec<u8>>> {
        self.recv_from().map(|(frames, _)| frames)
    }

    /// Everything that is there.
    pub(super) fn recv_all(&mut self) -> Vec<Vec<Vec<u8>>> {
        std::iter::from_fn(|| self.recv()).collect()
    }
}

/// A part as a sender would give it.
fn part(body: &[u8]) -> Part<'_> {
    if body.len() >= Part::SHARED_FROM {
        return Part::Share(Frame::from(body));
    }
    Part::Copy(body)
}

/// Lets every task run until none can go on. The paused clock moves only then.
pub(super) async fn quiesce() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// Links given one by one; after the last, every attempt is refused.
#[derive(Debug)]
pub(super) struct Links {
    links: Mutex<VecDeque<Link>>,
    /// When attempts were made.
    pub(super) attempts: Mutex<Vec<tokio::time::Instant>>,
}

impl Links {
    pub(super) fn new(links: impl IntoIterator<Item = Link>) -> Arc<Self> {
        let links = Mutex::new(Rank::Leaf, links.into_iter().collect());
        Arc::new(Self { links, attempts: Mutex::new(Rank::Leaf, Vec::new()) })
    }

    /// Milliseconds between attempts.
    pub(super) fn pauses(&self) -> Vec<u128> {
        let attempts = self.attempts.lock();
        attempts.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect()
    }
}

impl Dial for Arc<Links> {
    async fn dial(&self, _options: &LinkOptions) -> io::Result<Link> {
        self.attempts.lock().push(tokio::time::Instant::now());
        let link = self.links.lock().pop_front();
        link.ok_or_else(|| io::ErrorKind::ConnectionRefused.into())
    }
}
