//! What the peers of a PUB or XPUB want: shared by the socket, which matches, and its sessions, which
//! apply what peers ask for as it arrives, whether the program calls in or not.

use std::collections::HashMap;
use std::sync::Arc;

use super::index::{Bounds, Index, Refused};
use crate::options::PatternOptions;
use crate::peer::Peer;
use crate::pipe::PipeId;
use crate::sync::{Mutex, Rank};
use crate::wait::{Waiter, Watch, Watchers};

/// What a peer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Subscribe,
    Cancel,
}

impl Wish {
    /// The octet that stands for it in front of a topic. Source: RFC 29/PUBSUB.
    pub(crate) fn octet(self) -> u8 {
        match self {
            Self::Subscribe => 1,
            Self::Cancel => 0,
        }
    }

    /// Reads a frame that may be a subscription.
    pub(crate) fn parse(frame: &[u8]) -> Option<(Self, &[u8])> {
        match frame.split_first()? {
            (1, topic) => Some((Self::Subscribe, topic)),
            (0, topic) => Some((Self::Cancel, topic)),
            _ => None,
        }
    }
}

/// A peer that is gone, and the cancellations that the user is to be told of.
#[derive(Debug)]
pub(crate) struct Parting {
    pub(crate) peer: Arc<Peer>,
    pub(crate) topics: Vec<Vec<u8>>,
}

/// The subscriptions that a publisher's peers hold.
#[derive(Debug)]
pub(crate) struct Publisher {
    state: Mutex<State>,
    watchers: Arc<Watchers>,
    /// Whether the socket's user is told of subscriptions: XPUB.
    tells: bool,
}

#[derive(Debug, Default)]
struct State {
    /// Who is there. What others ask for, and what is decided for them, comes too late.
    peers: HashMap<PipeId, Arc<Peer>>,
    /// What is matched.
    held: Index,
    /// With `manual`, what peers asked for, whatever was made of it.
    asked: Index,
    rules: Rules,
}

/// Which changes the user is told of.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
struct Rules {
    repeated_subscriptions: bool,
    repeated_cancellations: bool,
    is_manual: bool,
    first_frame_only: bool,
}

impl Publisher {
    pub(crate) fn new(tells: bool) -> Arc<Self> {
        let state = Mutex::new(Rank::Leaf, State::default());
        Arc::new(Self { state, watchers: Watchers::new(), tells })
    }

    pub(crate) fn configure(&self, options: &PatternOptions) {
        let mut state = self.state.lock();
        state.rules = Rules {
            repeated_subscriptions: options.verbose || options.verboser,
            repeated_cancellations: options.verboser,
            is_manual: options.manual && self.tells,
            first_frame_only: options.only_first_subscribe,
        };
        let State { held, asked, .. } = &mut *state;
        for index in [held, asked] {
            index.set_bounds(Bounds {
                max_per_pipe: options.max_subscriptions,
                max_octets: options.max_subscription_bytes,
            });
        }
    }

    /// Whether messages that come in are kept for the user.
    pub(crate) fn tells(&self) -> bool {
        self.tells
    }

    /// Whether only the first frame of a message can be a subscription.
    pub(crate) fn looks_at_first_frame_only(&self) -> bool {
        self.state.lock().rules.first_frame_only
    }

    /// A peer is there.
    pub(crate) fn meet(&self, pipe: PipeId, peer: &Arc<Peer>) {
        self.state.lock().peers.insert(pipe, Arc::clone(peer));
    }

    /// Does what a peer asks for; says whether the user is to be told.
    pub(crate) fn ask(&self, pipe: PipeId, wish: Wish, topic: &[u8]) -> Result<bool, Refused> {
        let mut state = self.state.lock();
        let State { peers, held, asked, rules } = &mut *state;
        if !peers.contains_key(&pipe) {
            return Ok(false);
        }
        let index = if rules.is_manual { asked } else { held };
        let is_news = match wish {
            Wish::Subscribe => {
                let first = index.subscribe(pipe, topic)?.is_first_of_topic;
                first || rules.repeated_subscriptions
            }
            Wish::Cancel => {
                let last = index.cancel(pipe, topic).is_last_of_topic;
                last || rules.repeated_cancellations
            }
        };
        let is_told = self.tells && (is_news || rules.is_manual);
        drop(state);
        self.watchers.ring();
        Ok(is_told)
    }

    /// Does what the user of a manual XPUB decided, unless the peer that asked is gone: a pipe may have
    /// another one by now.
    pub(crate) fn decide(
        &self,
        (pipe, peer): (PipeId, &Arc<Peer>),
        wish: Wish,
        topic: &[u8],
    ) -> Result<(), Refused> {
        {
            let mut state = self.state.lock();
            if !state.peers.get(&pipe).is_some_and(|present| Arc::ptr_eq(present, peer)) {
                return Ok(());
            }
            match wish {
                Wish::Subscribe => {
                    state.held.subscribe(pipe, topic)?;
                }
                Wish::Cancel => {
                    state.held.cancel(pipe, topic);
                }
            }
        }
        self.watchers.ring();
        Ok(())
    }

    /// A peer is gone, or the user wants no more of it; once a peer. Returns the topics of which the user
    /// is to be told that they are cancelled. The caller rings, once it has unlocked whatever it holds.
    pub(crate) fn forget(&self, pipe: PipeId) -> Option<Parting> {
        let mut state = self.state.lock();
        let State { peers, held, asked, rules } = &mut *state;
        let peer = peers.remove(&pipe)?;
        if !self.tells {
            held.discard(pipe);
            return Some(Parting { peer, topics: Vec::new() });
        }
        let held = held.forget(pipe);
        let asked = asked.forget(pipe);
        let (gone, tells_all) =
            if rules.is_manual { (asked, true) } else { (held, rules.repeated_cancellations) };
        let told = gone.into_iter().filter(|(_, is_last)| tells_all || *is_last);
        Some(Parting { peer, topics: told.map(|(topic, _)| topic).collect() })
    }

    /// Collects the pipes that want messages that begin like this.
    #[inline]
    pub(crate) fn collect(&self, head: &[u8], into: &mut Vec<PipeId>) {
        self.state.lock().held.collect(head, into);
    }

    /// How many peers want messages of a topic, or anything at all.
    pub(crate) fn subscribers(&self, topic: Option<&[u8]>) -> usize {
        self.state.lock().held.subscribers_of(topic)
    }

    /// How many different topics are subscribed to.
    pub(crate) fn topics(&self) -> usize {
        self.state.lock().held.topics()
    }

    /// Rings `waiter` at the next change. The caller looks once more before it sleeps.
    pub(crate) fn watch(&self, waiter: Waiter) -> Watch {
        self.watchers.add(waiter)
    }

    /// Lets everybody who waits look again.
    pub(crate) fn ring(&self) {
        self.watchers.ring();
    }
}
