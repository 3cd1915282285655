//! What a subscriber has yet to tell its publisher: exempt from water marks, in order, and never lost.

use std::collections::{HashMap, VecDeque};

use zmq4_proto::{FrameKind, Version, put_cancel, put_header, put_subscribe};

use crate::subscription::Wish;
use crate::sync::{Mutex, Rank};

/// Changes for one connection. Without a connection nothing is kept: the next one is told everything
/// anew.
#[derive(Debug)]
pub(crate) struct Upstream {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    is_open: bool,
    changes: VecDeque<(Wish, Box<[u8]>)>,
    octets: usize,
    /// Beyond so many octets, changes that cancel each other out are dropped.
    bound: usize,
}

/// Changes are looked through for the first time when they hold so many octets.
const BOUND: usize = 256 * 1024;
/// About as much is encoded at a time.
const STEP: usize = 64 * 1024;

impl Upstream {
    pub(super) fn new() -> Self {
        Self { state: Mutex::new(Rank::Leaf, State::default()) }
    }

    /// A connection is there: it is told of all topics first.
    pub(crate) fn open(&self, topics: impl Iterator<Item = Vec<u8>>) {
        let mut state = self.state.lock();
        *state = State { is_open: true, bound: BOUND, ..State::default() };
        for topic in topics {
            state.push(Wish::Subscribe, topic.into());
        }
    }

    /// The connection is gone.
    pub(crate) fn close(&self) {
        *self.state.lock() = State::default();
    }

    /// Tells of one change. Says whether the session is to be woken for it.
    pub(crate) fn tell(&self, wish: Wish, topic: &[u8]) -> bool {
        let mut state = self.state.lock();
        if !state.is_open {
            return false;
        }
        state.push(wish, topic.into());
        if state.octets > state.bound {
            state.compact();
            state.bound = BOUND.max(2 * state.octets);
        }
        true
    }

    /// Encodes what comes next into `lane`, as the peer's version has it; says whether there was any.
    pub(super) fn encode(&self, version: Option<Version>, lane: &mut Vec<u8>) -> bool {
        let speaks_commands = version.is_some_and(Version::speaks_3_1);
        let mut state = self.state.lock();
        let start = lane.len();
        while lane.len() - start < STEP
            && let Some((wish, topic)) = state.pop()
        {
            match wish {
                Wish::Subscribe if speaks_commands => put_subscribe(lane, &topic),
                Wish::Cancel if speaks_commands => put_cancel(lane, &topic),
                Wish::Subscribe | Wish::Cancel => {
                    put_header(lane, FrameKind::Last, topic.len() + 1);
                    lane.push(wish.octet());
                    lane.extend_from_slice(&topic);
                }
            }
        }
        lane.len() > start
    }
}

/// What a change costs beside its topic.
const OVERHEAD: usize = 32;

impl State {
    fn push(&mut self, wish: Wish, topic: Box<[u8]>) {
        self.octets += topic.len() + OVERHEAD;
        self.changes.push_back((wish, topic));
    }

    fn pop(&mut self) -> Option<(Wish, Box<[u8]>)> {
        let (wish, topic) = self.changes.pop_front()?;
        self.octets -= topic.len() + OVERHEAD;
        Some((wish, topic))
    }

    /// Keeps of each topic only where it ends: its last change, and none at all if that takes back what
    /// its first one asked for.
    fn compact(&mut self) {
        let mut ends: HashMap<Box<[u8]>, (Wish, usize)> = HashMap::new();
        for (at, (wish, topic)) in self.changes.iter().enumerate() {
            ends.entry(topic.clone()).and_modify(|(_, last)| *last = at).or_insert((*wish, at));
        }
        let changes = std::mem::take(&mut self.changes);
        self.octets = 0;
        for (at, (wish, topic)) in changes.into_iter().enumerate() {
            let Some(&(first, last)) = ends.get(&topic) else { continue };
            if at == last && (first, wish) != (Wish::Subscribe, Wish::Cancel) {
                self.push(wish, topic);
            }
        }
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;

    fn encoded(upstream: &Upstream) -> Vec<u8> {
        let mut lane = Vec::new();
        while upstream.encode(None, &mut lane) {}
        lane
    }

    #[test]
    fn changes_are_told_in_order_behind_what_held_when_the_connection_came() {
        let upstream = Upstream::new();

        assert!(!upstream.tell(Wish::Subscribe, b"before"), "nobody listens");
        upstream.open([b"a".to_vec()].into_iter());
        assert!(upstream.tell(Wish::Subscribe, b"b"));
        assert!(upstream.tell(Wish::Cancel, b"a"));

        assert_eq!(encoded(&upstream), b"\0\x02\x01a\0\x02\x01b\0\x02\0a");
    }

    #[test]
    fn a_stalled_link_is_owed_no_more_than_what_holds() {
        let upstream = Upstream::new();
        upstream.open(std::iter::empty());

        for n in 0_u32..100_000 {
            upstream.tell(Wish::Subscribe, &n.to_be_bytes());
            upstream.tell(Wish::Cancel, &n.to_be_bytes());
        }
        upstream.tell(Wish::Subscribe, b"last");

        assert!(upstream.state.lock().octets < 2 * BOUND);
        assert!(encoded(&upstream).ends_with(b"\0\x05\x01last"));
    }

    #[test]
    fn a_topic_that_was_told_before_is_cancelled_even_if_much_happened_in_between() {
        let upstream = Upstream::new();
        upstream.open(std::iter::empty());
        upstream.tell(Wish::Cancel, b"old");
        upstream.tell(Wish::Subscribe, b"old");
        upstream.tell(Wish::Cancel, b"old");

        upstream.state.lock().compact();

        assert_eq!(encoded(&upstream), b"\0\x04\0old");
    }
}
