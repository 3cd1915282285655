//! What is known of an endpoint: where it is, who is connected, and what went wrong last.

use std::sync::Arc;

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
    view: Mutex<EndpointView>,
    watchers: Arc<Watchers>,
}

impl EndpointStatus {
    pub(crate) fn new(address: String, phase: EndpointPhase) -> Arc<Self> {
        let view = EndpointView { address, phase, peers: Vec::new(), failure: None, attempts: 0 };
        Arc::new(Self { view: Mutex::new(Rank::Leaf, view), watchers: Watchers::new() })
    }

    pub(crate) fn view(&self) -> EndpointView {
        self.view.lock().clone()
    }

    pub(crate) fn address(&self) -> String {
        self.view.lock().address.clone()
    }

    /// Rings `waiter` at the next change. The caller looks once more before it sleeps.
    pub(crate) fn watch(&self, waiter: Waiter) -> Watch {
        self.watchers.add(waiter)
    }

    pub(crate) fn attempt(&self) {
        self.change(|view| view.attempts = view.attempts.saturating_add(1));
    }

    pub(crate) fn connected(&self, peer: &Arc<Peer>) {
        tracing::debug!(target: "zmq4", peer = %peer.address, "connected");
        self.change(|view| {
            if view.phase == EndpointPhase::Connecting {
                view.phase = EndpointPhase::Connected;
            }
            view.peers.push(Arc::clone(peer));
            view.attempts = 0;
        });
    }

    pub(crate) fn disconnected(&self, peer: &Arc<Peer>, reason: String) {
        self.change(|view| {
            view.peers.retain(|other| !Arc::ptr_eq(other, peer));
            if view.phase == EndpointPhase::Connected && view.peers.is_empty() {
                view.phase = EndpointPhase::Connecting;
            }
            view.failure = Some(reason);
        });
    }

    pub(crate) fn failed(&self, reason: String) {
        self.change(|view| view.failure = Some(reason));
    }

    pub(crate) fn enter(&self, phase: EndpointPhase) {
        self.change(|view| {
            if view.phase != EndpointPhase::Closed {
                view.phase = phase;
            }
        });
    }

    /// Enters `next` if it is in `phase`.
    pub(crate) fn enter_from(&self, phase: EndpointPhase, next: EndpointPhase) {
        self.change(|view| {
            if view.phase == phase {
                view.phase = next;
            }
        });
    }

    /// Lets everybody who waits look again.
    pub(crate) fn ring(&self) {
        self.watchers.ring();
    }

    fn change(&self, change: impl FnOnce(&mut EndpointView)) {
        change(&mut self.view.lock());
        self.watchers.ring();
    }
}
