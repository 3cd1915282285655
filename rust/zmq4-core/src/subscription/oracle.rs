//! Trie, interest and index against naive models, under random operations.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::index::{Bounds, Cancelled, Index, Subscribed};
use super::trie::Trie;
use super::{Interest, Refused, Unsubscribed};
use crate::options::Limits;
use crate::pipe::PipeId;

/// Topics that often share a beginning, some of them longer than a node has room for, and some of many
/// children.
fn topic() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => prop::sample::select(&b"ab"[..]).prop_map(|octet| vec![octet]),
        2 => prop::sample::select(&[20usize, 21, 22, 23, 50][..]).prop_map(|len| vec![b'L'; len]),
        1 => any::<u8>().prop_map(|octet| vec![octet]),
        1 => (0u8..20).prop_map(|octet| vec![octet]),
    ];
    prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

#[derive(Clone, Debug)]
enum Op {
    Add(u64, Vec<u8>),
    /// Removes one of those that were added before.
    Remove(u64, prop::sample::Index),
    RemoveUnknown(u64, Vec<u8>),
    Match(Vec<u8>),
    Forget(u64, bool),
}

fn op() -> impl Strategy<Value = Op> {
    let pipe = || 0u64..5;
    prop_oneof![
        10 => (pipe(), topic()).prop_map(|(pipe, topic)| Op::Add(pipe, topic)),
        8 => (pipe(), any::<prop::sample::Index>()).prop_map(|(pipe, at)| Op::Remove(pipe, at)),
        1 => (pipe(), topic()).prop_map(|(pipe, topic)| Op::RemoveUnknown(pipe, topic)),
        6 => topic().prop_map(Op::Match),
        1 => (pipe(), any::<bool>()).prop_map(|(pipe, is_told)| Op::Forget(pipe, is_told)),
    ]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec(op(), 1..150)
}

/// Those of some topics that are prefixes of a message, the shortest first.
fn prefixes<'topics>(
    topics: impl Iterator<Item = &'topics Vec<u8>>,
    message: &[u8],
) -> Vec<Vec<u8>> {
    let mut found: Vec<_> = topics.filter(|topic| message.starts_with(topic)).cloned().collect();
    found.sort();
    found
}

fn check_trie(ops: Vec<Op>) {
    let mut trie: Trie<Vec<u8>> = Trie::default();
    let mut model = BTreeMap::new();
    for op in ops {
        match op {
            Op::Add(_, topic) => {
                let entry = trie.entry(&topic, || topic.clone());
                assert_eq!((&*entry.value, entry.is_new), (&topic, !model.contains_key(&topic)));
                let id = entry.id;
                assert_eq!(*model.entry(topic).or_insert(id), id);
            }
            Op::Remove(_, at) => {
                let Some(topic) = (!model.is_empty()).then(|| at.index(model.len())) else {
                    continue;
                };
                let topic = model.keys().nth(topic).expect("within").clone();
                let id = model.remove(&topic).expect("there");
                assert_eq!(trie.remove(id), Some(topic.clone()));
                assert_eq!((trie.remove(id), trie.find(&topic)), (None, None));
            }
            Op::RemoveUnknown(_, topic) | Op::Match(topic) => {
                let mut seen = Vec::new();
                trie.visit(&topic, |value| {
                    seen.push(value.clone());
                    ControlFlow::Continue(())
                });
                assert_eq!(seen, prefixes(model.keys(), &topic));
                assert_eq!(trie.find(&topic), model.get(&topic).copied());
            }
            Op::Forget(..) => {}
        }
        trie.extent();
        assert_eq!(trie.len(), model.len());
        assert!(model.iter().all(|(topic, id)| trie.prefix(*id) == *topic), "ids stay good");
    }

    let all: Vec<_> = trie.iter().map(|(topic, value)| (topic, value.clone())).collect();
    assert_eq!(all, model.keys().map(|topic| (topic.clone(), topic.clone())).collect::<Vec<_>>());
    for id in model.into_values() {
        trie.remove(id);
    }
    let (nodes, slots, held) = trie.extent();
    assert_eq!((nodes, slots), (1, 1), "only the root is left");
    assert!(held <= 16, "memory was given back");
}

fn check_interest(ops: Vec<Op>) {
    let mut interest = Interest::default();
    let mut model: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    for op in ops {
        match op {
            Op::Add(_, topic) => {
                assert_eq!(interest.subscribe(&topic), !model.contains_key(&topic));
                *model.entry(topic).or_default() += 1;
            }
            Op::Remove(_, at) => {
                let Some(topic) = (!model.is_empty()).then(|| at.index(model.len())) else {
                    continue;
                };
                let (topic, count) = model.iter_mut().nth(topic).expect("within");
                let topic = topic.clone();
                *count -= 1;
                let expected = if *count == 0 {
                    model.remove(&topic);
                    Unsubscribed::LastGone
                } else {
                    Unsubscribed::StillHeld
                };
                assert_eq!(interest.unsubscribe(&topic), expected);
            }
            Op::RemoveUnknown(_, topic) => {
                if !model.contains_key(&topic) {
                    assert_eq!(interest.unsubscribe(&topic), Unsubscribed::Unknown);
                }
            }
            Op::Match(topic) => {
                let is_wanted = !prefixes(model.keys(), &topic).is_empty();
                assert_eq!(interest.matches(&topic), is_wanted);
            }
            Op::Forget(..) => {}
        }
        assert_eq!(interest.len(), model.len());
    }
    assert!(interest.topics().eq(model.into_keys()));
}

/// Index and model side by side.
struct Bench {
    index: Index,
    /// The topics of each pipe in the order of subscription.
    model: HashMap<u64, Vec<Vec<u8>>>,
    bounds: Bounds,
}

impl Bench {
    fn is_held(&self, topic: &Vec<u8>) -> bool {
        self.model.values().any(|topics| topics.contains(topic))
    }

    fn octets(&self) -> usize {
        let topics = self.model.values().flatten();
        topics.map(|topic| topic.len() + Limits::SUBSCRIPTION_OVERHEAD).sum()
    }

    fn subscribe(&mut self, pipe: u64, topic: Vec<u8>) {
        let is_first_of_topic = !self.is_held(&topic);
        let octets = self.octets() + topic.len() + Limits::SUBSCRIPTION_OVERHEAD;
        let bounds = self.bounds;
        let subscribed = self.index.subscribe(PipeId(pipe), &topic);

        let topics = self.model.entry(pipe).or_default();
        let expected = if topics.contains(&topic) {
            Ok(Subscribed { is_new_for_pipe: false, is_first_of_topic: false })
        } else if topics.len() >= bounds.max_per_pipe {
            Err(Refused::TooMany)
        } else if octets > bounds.max_octets {
            Err(Refused::TooLarge)
        } else {
            topics.push(topic);
            Ok(Subscribed { is_new_for_pipe: true, is_first_of_topic })
        };
        assert_eq!(subscribed, expected);
    }

    fn cancel(&mut self, pipe: u64, topic: &Vec<u8>) {
        let topics = self.model.entry(pipe).or_default();
        let was_held = topics.contains(topic);
        topics.retain(|other| other != topic);
        let is_last_of_topic = was_held && !self.is_held(topic);
        let cancelled = self.index.cancel(PipeId(pipe), topic);
        assert_eq!(cancelled, Cancelled { was_held, is_last_of_topic });
    }

    fn forget(&mut self, pipe: u64, is_told: bool) {
        let topics = self.model.remove(&pipe).unwrap_or_default();
        if is_told {
            let expected: Vec<_> =
                topics.into_iter().map(|topic| (topic.clone(), !self.is_held(&topic))).collect();
            assert_eq!(self.index.forget(PipeId(pipe)), expected);
        } else {
            self.index.discard(PipeId(pipe));
        }
    }

    fn collect(&mut self, message: &[u8]) {
        let wants = |topics: &Vec<Vec<u8>>| !prefixes(topics.iter(), message).is_empty();
        let pipes = self.model.iter().filter(|(_, topics)| wants(topics));
        let expected: BTreeSet<_> = pipes.map(|(pipe, _)| PipeId(*pipe)).collect();
        let [mut collected, mut again] = [vec![PipeId(77)], Vec::new()];

        self.index.collect(message, &mut collected);
        self.index.collect(message, &mut again);

        assert_eq!(collected.remove(0), PipeId(77), "what was there stays");
        assert_eq!(collected, again, "the order is stable");
        assert_eq!(collected.len(), expected.len(), "each is found once");
        assert_eq!(self.index.subscribers_of(Some(message)), expected.len());
        assert_eq!(collected.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    fn run(&mut self, op: Op) {
        match op {
            Op::Add(pipe, topic) => self.subscribe(pipe, topic),
            Op::Remove(pipe, at) => {
                let topics = self.model.entry(pipe).or_default();
                if !topics.is_empty() {
                    let topic = at.get(topics).clone();
                    self.cancel(pipe, &topic);
                }
            }
            Op::RemoveUnknown(pipe, topic) => self.cancel(pipe, &topic),
            Op::Match(topic) => self.collect(&topic),
            Op::Forget(pipe, is_told) => self.forget(pipe, is_told),
        }
        let topics: BTreeSet<_> = self.model.values().flatten().collect();
        let pipes = self.model.values().filter(|topics| !topics.is_empty()).count();
        assert_eq!(self.index.topics(), topics.len());
        assert_eq!(self.index.subscribers_of(None), pipes);
        assert_eq!(self.index.octets(), self.octets());
    }
}

fn bounds() -> impl Strategy<Value = Bounds> {
    let few = (0usize..12, 0usize..2000)
        .prop_map(|(max_per_pipe, max_octets)| Bounds { max_per_pipe, max_octets });
    prop_oneof![3 => Just(Bounds::default()), 1 => few]
}

fn check_index(bounds: Bounds, ops: Vec<Op>) {
    let mut bench = Bench { index: Index::new(bounds), model: HashMap::new(), bounds };
    for op in ops {
        bench.run(op);
    }
    let mut pipes: Vec<_> = bench.model.keys().copied().collect();
    pipes.sort_unstable();
    for pipe in pipes {
        bench.run(Op::Forget(pipe, true));
    }
    assert_eq!(bench.index.extent().1, 1, "only the root is left");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_trie_behaves_like_a_map_of_prefixes(ops in ops()) {
        check_trie(ops);
    }

    #[test]
    fn interest_behaves_like_a_count_for_each_topic(ops in ops()) {
        check_interest(ops);
    }

    #[test]
    fn an_index_behaves_like_a_list_of_topics_for_each_pipe(bounds in bounds(), ops in ops()) {
        check_index(bounds, ops);
    }
}
