//! What is known of an endpoint: where it is, who is connected, and what went wrong last. Whatever changes
//! is told to those who listen to the socket's events.

use std::sync::Arc;
use std::time::Duration;

use crate::monitor::{Failure, Happening, Hub};
use crate::peer::Peer;
use crate::sync::{Mutex, Rank};
use crate::wait::{Waiter, Watch, Watchers};

/// Where an endpoint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointPhase {
    /// Bound; peers may come.
    Listening,
    /// Trying to connect, or waiting to try again.
    Connecting,
    /// Connected, handshake done.
    Connected,
    /// It will not connect any more, though it is not closed: reconnection is off or stopped.
    Stopped,
    /// Closed by the user.
    Closed,
}

/// An endpoint, looked at once.
#[derive(Clone, Debug)]
pub struct EndpointView {
    /// The address, with the real port or path.
    pub address: String,
    /// Where it stands.
    pub phase: EndpointPhase,
    /// Peers whose handshake is done.
    pub peers: Vec<Arc<Peer>>,
    /// Why the last attempt or connection ended.
    pub failure: Option<String>,
    /// Attempts to connect since the last success.
    pub attempts: u32,
}

/// The shared state of an endpoint.
#[derive(Debug)]
pub(crate) struct EndpointStatus {
    address: Arc<str>,
    view: Mutex<EndpointView>,
    watchers: Arc<Watchers>,
    hub: Arc<Hub>,
}

impl EndpointStatus {
    pub(crate) fn new(address: String, phase: EndpointPhase, hub: &Arc<Hub>) -> Arc<Self> {
        let known = Arc::from(address.as_str());
        let view = EndpointView { address, phase, peers: Vec::new(), failure: None, attempts: 0 };
        Arc::new(Self {
            address: known,
            view: Mutex::new(Rank::Endpoint, view),
            watchers: Watchers::new(),
            hub: Arc::clone(hub),
        })
    }

    pub(crate) fn view(&self) -> EndpointView {
        self.view.lock().clone()
    }

    pub(crate) fn address(&self) -> &Arc<str> {
        &self.address
    }

    /// Rings `waiter` at the next change. The caller looks once more before it sleeps.
    pub(crate) fn watch(&self, waiter: Waiter) -> Watch {
        self.watchers.add(waiter)
    }

    /// Peers may come.
    pub(crate) fn listening(&self) {
        self.tell(|| Happening::Listening);
    }

    /// An attempt to connect begins.
    pub(crate) fn attempt(&self) {
        self.change(
            |view| {
                if view.phase == EndpointPhase::Stopped {
                    view.phase = EndpointPhase::Connecting;
                }
                view.attempts = view.attempts.saturating_add(1);
                view.attempts
            },
            |attempt| Some(Happening::Connecting { attempt }),
        );
    }

    /// An attempt found nobody.
    pub(crate) fn connect_failed(&self, why: &Failure, retry_in: Option<Duration>) {
        self.change(
            |view| {
                view.failure = Some(why.text.clone());
                view.attempts
            },
            |attempt| Some(Happening::ConnectFailed { why: why.clone(), attempt, retry_in }),
        );
    }

    /// Somebody has connected to us.
    pub(crate) fn accepted(&self, address: &str) {
        self.tell(|| Happening::Accepted { address: address.to_owned() });
    }

    /// Nobody can connect to us at the moment, or somebody could not.
    pub(crate) fn accept_failed(&self, why: &Failure) {
        self.change(
            |view| view.failure = Some(why.text.clone()),
            |()| Some(Happening::AcceptFailed { why: why.clone() }),
        );
    }

    /// The handshake with a peer is done.
    pub(crate) fn connected(&self, peer: &Arc<Peer>) {
        self.change(
            |view| {
                if view.phase == EndpointPhase::Connecting {
                    view.phase = EndpointPhase::Connected;
                }
                view.peers.push(Arc::clone(peer));
                view.attempts = 0;
            },
            |()| Some(Happening::Connected { peer: Arc::clone(peer) }),
        );
        tracing::debug!(target: "zmq4", peer = %peer.address, "connected");
    }

    /// A peer did not complete the handshake, or is not welcome.
    pub(crate) fn handshake_failed(
        &self,
        address: &str,
        why: &Failure,
        retry_in: Option<Duration>,
    ) {
        let text = &why.text;
        self.change(
            |view| {
                // Where many connect, it is worth saying who failed.
                let is_bound = view.phase == EndpointPhase::Listening;
                view.failure =
                    Some(if is_bound { format!("{address}: {text}") } else { text.clone() });
            },
            |()| {
                let (address, why) = (address.to_owned(), why.clone());
                Some(Happening::HandshakeFailed { address, why, retry_in })
            },
        );
    }

    /// A peer that was connected is gone. Who says so a second time says nothing.
    pub(crate) fn disconnected(&self, peer: &Arc<Peer>, why: &Failure, retry_in: Option<Duration>) {
        self.change(
            |view| {
                let before = view.peers.len();
                view.peers.retain(|other| !Arc::ptr_eq(other, peer));
                if view.peers.len() == before {
                    return false;
                }
                if view.phase == EndpointPhase::Connected && view.peers.is_empty() {
                    view.phase = EndpointPhase::Connecting;
                }
                view.failure = Some(why.text.clone());
                true
            },
            |was_there| {
                let (peer, why) = (Arc::clone(peer), why.clone());
                was_there.then_some(Happening::Disconnected { peer, why, retry_in })
            },
        );
    }

    /// A connecting endpoint makes no further attempt.
    pub(crate) fn stop(&self) {
        self.change(
            |view| {
                if view.phase == EndpointPhase::Connecting {
                    view.phase = EndpointPhase::Stopped;
                }
            },
            |()| None,
        );
    }

    /// The endpoint is closed.
    pub(crate) fn close(&self) {
        self.change(
            |view| std::mem::replace(&mut view.phase, EndpointPhase::Closed),
            |before| (before != EndpointPhase::Closed).then_some(Happening::EndpointClosed),
        );
    }

    /// Lets everybody who waits look again.
    pub(crate) fn ring(&self) {
        self.watchers.ring();
    }

    fn tell(&self, what: impl FnOnce() -> Happening) {
        self.hub.tell(&self.address, what);
    }

    /// Changes what is known, and says what has happened with it. Both become visible together: who hears
    /// of it finds it so, and who has seen it so before does not hear of it.
    fn change<R>(
        &self,
        change: impl FnOnce(&mut EndpointView) -> R,
        tell: impl FnOnce(R) -> Option<Happening>,
    ) {
        let is_told = {
            let mut view = self.view.lock();
            let changed = change(&mut view);
            let what = if self.hub.is_heard() { tell(changed) } else { None };
            what.map(|what| self.hub.put(&self.address, what)).is_some()
        };
        self.watchers.ring();
        if is_told {
            self.hub.ring();
        }
    }
}
