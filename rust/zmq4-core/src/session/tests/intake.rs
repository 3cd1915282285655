//! What a publisher makes of what its peers say, against a naive model.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::super::{Intake, segment};
use super::bench::{Desk, Setup};
use crate::options::PatternOptions;
use crate::peer::Peer;
use crate::pipe::{Part, PipeId};
use crate::subscription::{Publisher, Wish};
use crate::testing::a_peer;

type Frames = Vec<Vec<u8>>;

#[derive(Clone, Debug)]
enum Op {
    Meet(u64),
    Say(u64, Frames),
    /// A decision about what a peer asked for: of one that is there, or of one that was.
    Decide(u64, bool, Wish, Vec<u8>),
    Leave(u64),
    Configure([bool; 4]),
    Match(Vec<u8>),
}

fn topic() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(&b"ab"[..]), 0..3)
}

fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![3 => Just(Wish::Subscribe), 2 => Just(Wish::Cancel)]
}

fn frame() -> impl Strategy<Value = Vec<u8>> {
    let subscription = (wish(), topic()).prop_map(|(wish, topic)| asking(wish, &topic));
    prop_oneof![6 => subscription, 1 => topic(), 1 => Just(b"\x02".to_vec())]
}

fn op() -> impl Strategy<Value = Op> {
    let pipe = || 0u64..4;
    let frames = prop_oneof![
        6 => frame().prop_map(|frame| vec![frame]),
        1 => prop::collection::vec(frame(), 1..5),
    ];
    prop_oneof![
        4 => pipe().prop_map(Op::Meet),
        16 => (pipe(), frames).prop_map(|(pipe, frames)| Op::Say(pipe, frames)),
        4 => (pipe(), any::<bool>(), wish(), topic())
            .prop_map(|(pipe, is_late, wish, topic)| Op::Decide(pipe, is_late, wish, topic)),
        2 => pipe().prop_map(Op::Leave),
        1 => any::<[bool; 4]>().prop_map(Op::Configure),
        4 => topic().prop_map(Op::Match),
    ]
}

fn asking(wish: Wish, topic: &[u8]) -> Vec<u8> {
    [&[wish.octet()], topic].concat()
}

/// Pairs of a pipe and a topic, in the order in which they came.
#[derive(Debug, Default)]
struct List(Vec<(u64, Vec<u8>)>);

impl List {
    fn holders(&self, topic: &[u8]) -> usize {
        self.0.iter().filter(|(_, held)| held == topic).count()
    }

    fn has(&self, pipe: u64, topic: &[u8]) -> bool {
        self.0.iter().any(|(holder, held)| *holder == pipe && held == topic)
    }

    /// Says whether that was the first holder of the topic, or the last.
    fn change(&mut self, pipe: u64, wish: Wish, topic: &[u8]) -> bool {
        let (has, holders) = (self.has(pipe, topic), self.holders(topic));
        match wish {
            Wish::Subscribe => {
                if !has {
                    self.0.push((pipe, topic.to_vec()));
                }
                holders == 0
            }
            Wish::Cancel => {
                self.0.retain(|(holder, held)| *holder != pipe || held != topic);
                has && holders == 1
            }
        }
    }

    fn forget(&mut self, pipe: u64) -> Frames {
        let of_pipe = self.0.iter().filter(|(holder, _)| *holder == pipe);
        let topics = of_pipe.map(|(_, topic)| topic.clone()).collect();
        self.0.retain(|(holder, _)| *holder != pipe);
        topics
    }
}

/// A publisher and its model side by side.
struct House {
    tells: bool,
    publisher: Arc<Publisher>,
    desk: Desk,
    options: PatternOptions,
    present: BTreeMap<u64, Arc<Peer>>,
    held: List,
    asked: List,
    /// What the user has to be told.
    expected: Vec<Frames>,
}

impl House {
    fn new(tells: bool) -> Self {
        let setup = Setup::default();
        let desk = setup.desk(&setup.host());
        Self {
            tells,
            publisher: Publisher::new(tells),
            desk,
            options: PatternOptions::default(),
            present: BTreeMap::new(),
            held: List::default(),
            asked: List::default(),
            expected: Vec::new(),
        }
    }

    fn intake(&self, pipe: u64) -> Intake {
        Intake { publisher: Arc::clone(&self.publisher), pipe: PipeId(pipe) }
    }

    fn is_manual(&self) -> bool {
        self.options.manual && self.tells
    }

    fn run(&mut self, op: Op) {
        match op {
            Op::Meet(pipe) => {
                if !self.present.contains_key(&pipe) {
                    let peer = a_peer();
                    self.publisher.meet(PipeId(pipe), &peer);
                    self.present.insert(pipe, peer);
                }
            }
            Op::Say(pipe, frames) => self.say(pipe, &frames),
            Op::Decide(pipe, is_late, wish, topic) => self.decide(pipe, is_late, wish, &topic),
            Op::Leave(pipe) => self.leave(pipe),
            Op::Configure([verbose, verboser, manual, only_first_subscribe]) => {
                self.options = PatternOptions {
                    verbose,
                    verboser,
                    manual,
                    only_first_subscribe,
                    ..PatternOptions::default()
                };
                self.publisher.configure(&self.options);
            }
            Op::Match(topic) => self.look_up(&topic),
        }
        assert_eq!(self.desk.recv_all(), std::mem::take(&mut self.expected));
    }

    fn say(&mut self, pipe: u64, frames: &[Vec<u8>]) {
        let peer = self.present.get(&pipe).map_or_else(a_peer, Arc::clone);
        let parts: Vec<_> = frames.iter().map(|frame| Part::Copy(frame)).collect();
        let said = segment(&parts, &peer);
        let message = said.front().expect("one message");
        let pushed = self.intake(pipe).message(message, &peer, &self.desk.session.inbound);
        pushed.expect("within all limits");

        let mut others = Frames::new();
        for frame in frames {
            let is_looked_at = !self.options.only_first_subscribe || others.is_empty();
            match Wish::parse(frame).filter(|_| is_looked_at) {
                Some((wish, topic)) => self.ask(pipe, wish, topic),
                None => others.push(frame.clone()),
            }
        }
        if self.tells && !others.is_empty() {
            self.expected.push(others);
        }
    }

    fn ask(&mut self, pipe: u64, wish: Wish, topic: &[u8]) {
        if !self.present.contains_key(&pipe) {
            return;
        }
        let is_manual = self.is_manual();
        let list = if is_manual { &mut self.asked } else { &mut self.held };
        let is_news = list.change(pipe, wish, topic)
            || self.options.verboser
            || (self.options.verbose && wish == Wish::Subscribe);
        if self.tells && (is_news || is_manual) {
            self.expected.push(vec![asking(wish, topic)]);
        }
    }

    fn decide(&mut self, pipe: u64, is_late: bool, wish: Wish, topic: &[u8]) {
        let present = self.present.get(&pipe).filter(|_| !is_late).map(Arc::clone);
        let peer = present.clone().unwrap_or_else(a_peer);
        self.publisher.decide((PipeId(pipe), &peer), wish, topic).expect("within all limits");
        if present.is_some() {
            self.held.change(pipe, wish, topic);
        }
    }

    fn leave(&mut self, pipe: u64) {
        self.intake(pipe).end(&self.desk.session.inbound);
        if self.present.remove(&pipe).is_none() {
            return;
        }
        let (held, asked) = (self.held.forget(pipe), self.asked.forget(pipe));
        let (gone, left) = if self.is_manual() { (asked, &self.asked) } else { (held, &self.held) };
        let tells_all = self.is_manual() || self.options.verboser;
        let told = gone.into_iter().filter(|topic| tells_all || left.holders(topic) == 0);
        if self.tells {
            self.expected.extend(told.map(|topic| vec![asking(Wish::Cancel, &topic)]));
        }
    }

    fn look_up(&mut self, head: &[u8]) {
        let wanting = self.held.0.iter().filter(|(_, topic)| head.starts_with(topic));
        let wanting: BTreeSet<_> = wanting.map(|(pipe, _)| PipeId(*pipe)).collect();
        let holders: BTreeSet<_> = self.held.0.iter().map(|(pipe, _)| *pipe).collect();
        let topics: BTreeSet<_> = self.held.0.iter().map(|(_, topic)| topic).collect();

        let mut collected = Vec::new();
        self.publisher.collect(head, &mut collected);

        assert_eq!(collected.len(), wanting.len(), "each is found once");
        assert_eq!(self.publisher.subscribers(Some(head)), wanting.len());
        assert_eq!(collected.into_iter().collect::<BTreeSet<_>>(), wanting);
        assert_eq!(self.publisher.subscribers(None), holders.len());
        assert_eq!(self.publisher.topics(), topics.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_publisher_does_and_tells_what_a_naive_one_would(
        ops in prop::collection::vec(op(), 1..120),
        tells in any::<bool>(),
    ) {
        let mut house = House::new(tells);
        for op in ops {
            house.run(op);
        }
        for pipe in 0..4 {
            house.run(Op::Leave(pipe));
        }
        house.run(Op::Match(Vec::new()));
        prop_assert_eq!((house.publisher.topics(), house.publisher.subscribers(None)), (0, 0));
    }
}
