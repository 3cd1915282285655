//! What a subscriber has yet to tell its publisher: exempt from water marks, in order, and never lost.

use std::collections::{HashMap, VecDeque};

use zmq4_proto::{FrameKind, Version, put_cancel, put_header, put_subscribe};

use crate::subscription::{Before, Wish};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Mutex, Rank};

/// Changes for one connection. Without a connection nothing is kept: the next one is told everything
/// anew.
#[derive(Debug)]
pub(crate) struct Upstream {
    state: Mutex<State>,
    /// Whether there are changes: a look without a lock. Whoever told of one finds it set.
    is_owed: AtomicBool,
}

/// A change of what is subscribed to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) wish: Wish,
    pub(crate) topic: &'a [u8],
    pub(crate) before: Before,
}

#[derive(Debug, Default)]
struct State {
    is_open: bool,
    changes: VecDeque<Pending>,
    octets: usize,
    /// Beyond so many octets, changes that cancel each other out are dropped.
    bound: usize,
}

#[derive(Debug)]
struct Pending {
    wish: Wish,
    topic: Box<[u8]>,
    before: Before,
}

/// Changes are looked through for the first time when they hold so many octets.
const BOUND: usize = 256 * 1024;
/// About as much is encoded at a time.
const STEP: usize = 64 * 1024;

impl Upstream {
    pub(super) fn new() -> Self {
        let state = Mutex::new(Rank::Leaf, State::default());
        Self { state, is_owed: AtomicBool::new(false) }
    }

    /// A connection is there: it is told of all topics first.
    pub(crate) fn open(&self, topics: impl Iterator<Item = Vec<u8>>) {
        let mut state = self.state.lock();
        *state = State { is_open: true, bound: BOUND, ..State::default() };
        for topic in topics {
            let (wish, topic) = (Wish::Subscribe, topic.into());
            state.push(Pending { wish, topic, before: Before::NotHeld });
        }
        self.is_owed.store(!state.changes.is_empty(), Ordering::Relaxed);
    }

    /// The connection is gone.
    pub(crate) fn close(&self) {
        let mut state = self.state.lock();
        *state = State::default();
        self.is_owed.store(false, Ordering::Relaxed);
    }

    /// Tells of one change. Says whether the session is to be woken for it.
    pub(crate) fn tell(&self, change: Change<'_>) -> bool {
        let mut state = self.state.lock();
        if !state.is_open {
            return false;
        }
        let Change { wish, topic, before } = change;
        state.push(Pending { wish, topic: topic.into(), before });
        if state.octets > state.bound {
            state.compact();
            state.bound = BOUND.max(2 * state.octets);
        }
        self.is_owed.store(true, Ordering::Relaxed);
        true
    }

    /// Whether the publisher has yet to be told of something: a message must not overtake it.
    pub(super) fn is_owed(&self) -> bool {
        self.is_owed.load(Ordering::Relaxed)
    }

    /// Encodes what comes next into `lane`, as the peer's version has it; says whether there was any.
    pub(super) fn encode(&self, version: Option<Version>, lane: &mut Vec<u8>) -> bool {
        let speaks_commands = version.is_some_and(Version::speaks_3_1);
        let mut state = self.state.lock();
        let start = lane.len();
        while lane.len() - start < STEP
            && let Some(Pending { wish, topic, .. }) = state.pop()
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
        self.is_owed.store(!state.changes.is_empty(), Ordering::Relaxed);
        lane.len() > start
    }
}

/// What a change costs beside its topic.
const OVERHEAD: usize = 32;

impl State {
    fn push(&mut self, change: Pending) {
        self.octets += change.topic.len() + OVERHEAD;
        self.changes.push_back(change);
    }

    fn pop(&mut self) -> Option<Pending> {
        let change = self.changes.pop_front()?;
        self.octets -= change.topic.len() + OVERHEAD;
        Some(change)
    }

    /// Keeps of each topic only where it ends: its last change, and none at all if that leads back to what
    /// the publisher knows.
    fn compact(&mut self) {
        let mut ends: HashMap<Box<[u8]>, (Before, usize)> = HashMap::new();
        for (at, change) in self.changes.iter().enumerate() {
            let end = ends.entry(change.topic.clone());
            end.and_modify(|(_, last)| *last = at).or_insert((change.before, at));
        }
        let changes = std::mem::take(&mut self.changes);
        self.octets = 0;
        for (at, change) in changes.into_iter().enumerate() {
            let Some(&(before, last)) = ends.get(&change.topic) else { continue };
            let is_known = matches!(
                (before, change.wish),
                (Before::Held, Wish::Subscribe) | (Before::NotHeld, Wish::Cancel)
            );
            if at == last && !is_known {
                self.push(Pending { before, ..change });
            }
        }
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::subscription::{Interest, Manner};

    fn encoded(upstream: &Upstream) -> Vec<u8> {
        let mut lane = Vec::new();
        while upstream.encode(None, &mut lane) {}
        lane
    }

    fn subscribe(topic: &[u8]) -> Change<'_> {
        Change { wish: Wish::Subscribe, topic, before: Before::NotHeld }
    }

    fn cancel(topic: &[u8]) -> Change<'_> {
        Change { wish: Wish::Cancel, topic, before: Before::Held }
    }

    #[test]
    fn changes_are_told_in_order_behind_what_held_when_the_connection_came() {
        let upstream = Upstream::new();

        assert!(!upstream.tell(subscribe(b"before")), "nobody listens");
        upstream.open([b"a".to_vec()].into_iter());
        assert!(upstream.tell(subscribe(b"b")));
        assert!(upstream.tell(cancel(b"a")));

        assert_eq!(encoded(&upstream), b"\0\x02\x01a\0\x02\x01b\0\x02\0a");
    }

    #[test]
    fn a_stalled_link_is_owed_no_more_than_what_holds() {
        let upstream = Upstream::new();
        upstream.open(std::iter::empty());

        for n in 0_u32..100_000 {
            upstream.tell(subscribe(&n.to_be_bytes()));
            upstream.tell(cancel(&n.to_be_bytes()));
        }
        upstream.tell(subscribe(b"last"));

        assert!(upstream.state.lock().octets < 2 * BOUND);
        assert!(encoded(&upstream).ends_with(b"\0\x05\x01last"));
    }

    #[test]
    fn something_is_owed_until_all_of_it_is_encoded() {
        let upstream = Upstream::new();
        upstream.open(std::iter::empty());
        assert!(!upstream.is_owed());

        upstream.tell(subscribe(&vec![b'a'; STEP]));
        upstream.tell(subscribe(b"b"));
        assert!(upstream.is_owed());
        upstream.encode(None, &mut Vec::new());
        assert!(upstream.is_owed());
        upstream.encode(None, &mut Vec::new());

        assert!(!upstream.is_owed());
    }

    /// A subscriber, and what its publisher made of what it was told.
    struct Line {
        interest: Interest,
        upstream: Upstream,
        manner: Manner,
        /// How often the user holds each topic.
        held: BTreeMap<Vec<u8>, usize>,
        /// What a publisher holds that keeps a set.
        set: BTreeSet<Vec<u8>>,
        /// What one holds that counts. Source: RFC 37/ZMTP, "The SUBSCRIBE Command".
        counts: BTreeMap<Vec<u8>, i64>,
    }

    #[derive(Clone, Debug)]
    enum Op {
        Change(bool, Vec<u8>),
        Encode,
        Compact,
        Reconnect,
    }

    fn op() -> impl Strategy<Value = Op> {
        let topic = || prop::collection::vec(prop::sample::select(&b"ab"[..]), 0..3);
        prop_oneof![
            12 => (any::<bool>(), topic()).prop_map(|(wish, topic)| Op::Change(wish, topic)),
            2 => Just(Op::Encode),
            3 => Just(Op::Compact),
            1 => Just(Op::Reconnect),
        ]
    }

    impl Line {
        fn new(manner: Manner) -> Self {
            let upstream = Upstream::new();
            upstream.open(std::iter::empty());
            let interest = Interest::default();
            let held = BTreeMap::new();
            let (set, counts) = (BTreeSet::new(), BTreeMap::new());
            Self { interest, upstream, manner, held, set, counts }
        }

        fn run(&mut self, op: Op) {
            match op {
                Op::Change(subscribes, topic) => self.change(subscribes, topic),
                Op::Encode => self.encode(),
                Op::Compact => self.upstream.state.lock().compact(),
                Op::Reconnect => {
                    self.upstream.close();
                    (self.set, self.counts) = Default::default();
                    self.upstream.open(self.interest.topics());
                }
            }
        }

        fn change(&mut self, subscribes: bool, topic: Vec<u8>) {
            let wish = if subscribes { Wish::Subscribe } else { Wish::Cancel };
            if let Some(before) = self.interest.change(wish, &topic, self.manner) {
                self.upstream.tell(Change { wish, topic: &topic, before });
            }
            let count = self.held.entry(topic).or_default();
            *count = if subscribes { *count + 1 } else { count.saturating_sub(1) };
        }

        fn encode(&mut self) {
            let mut lane = encoded(&self.upstream).into_iter();
            while let (Some(_flags), Some(len)) = (lane.next(), lane.next()) {
                let body: Vec<_> = lane.by_ref().take(len.into()).collect();
                let (wish, topic) = Wish::parse(&body).expect("a subscription");
                match wish {
                    Wish::Subscribe => self.set.insert(topic.to_vec()),
                    Wish::Cancel => self.set.remove(topic),
                };
                let step = if wish == Wish::Subscribe { 1 } else { -1 };
                *self.counts.entry(topic.to_vec()).or_default() += step;
            }
        }

        fn holds(&self) -> BTreeSet<Vec<u8>> {
            self.held.iter().filter(|(_, count)| **count > 0).map(|(t, _)| t.clone()).collect()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

        #[test]
        fn publishers_believe_in_the_end_what_holds(
            ops in prop::collection::vec(op(), 1..60),
            manner in prop::sample::select(&[Manner::Terse, Manner::Repeating][..]),
        ) {
            let mut line = Line::new(manner);
            for op in ops {
                line.run(op);
            }
            line.encode();

            let holds = line.holds();
            prop_assert_eq!(&line.set, &holds);
            if manner == Manner::Terse {
                let counts = line.counts.iter().filter(|(_, count)| **count != 0);
                let counts: Vec<_> = counts.map(|(topic, count)| (topic, *count)).collect();
                prop_assert_eq!(counts, holds.iter().map(|topic| (topic, 1)).collect::<Vec<_>>());
            }
        }

        #[test]
        fn what_is_looked_through_means_the_same_to_a_set(
            ops in prop::collection::vec(op(), 1..60),
        ) {
            let [mut thorough, mut plain] = [(), ()].map(|()| Line::new(Manner::Exhaustive));
            for op in ops {
                if !matches!(op, Op::Compact) {
                    plain.run(op.clone());
                }
                thorough.run(op);
            }
            thorough.encode();
            plain.encode();

            prop_assert_eq!(thorough.set, plain.set);
        }
    }
}
