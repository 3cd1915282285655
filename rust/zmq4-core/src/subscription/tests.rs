//! Topics that are long, deep or many, and the bounds.

use std::ops::ControlFlow;

use super::index::{Bounds, Cancelled, Index, Subscribed};
use super::trie::Trie;
use super::{Interest, Refused, Unsubscribed};
use crate::options::Limits;
use crate::pipe::PipeId;

const ONE: PipeId = PipeId(1);
const OTHER: PipeId = PipeId(2);

const NEW: Subscribed = Subscribed { is_new_for_pipe: true, is_first_of_topic: true };
const KNOWN: Subscribed = Subscribed { is_new_for_pipe: false, is_first_of_topic: false };

fn unbounded() -> Index {
    Index::new(Bounds { max_per_pipe: usize::MAX, max_octets: usize::MAX })
}

fn numbered(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| format!("topic.{number}").into_bytes()).collect()
}

fn collected(index: &mut Index, message: &[u8]) -> Vec<PipeId> {
    let mut pipes = Vec::new();
    index.collect(message, &mut pipes);
    pipes
}

#[test]
fn every_topic_is_shown_from_the_shortest_to_the_longest() {
    let mut trie = Trie::default();
    for topic in [&b"a.b.c"[..], b"", b"a.b", b"a.c", b"a"] {
        trie.entry(topic, || topic);
    }
    let mut shown = Vec::new();

    trie.visit(b"a.b.d", |topic| {
        shown.push(*topic);
        ControlFlow::Continue(())
    });

    assert_eq!(shown, [&b""[..], b"a", b"a.b"]);
}

#[test]
fn a_subscription_to_everything_is_found_at_once() {
    let mut trie = Trie::default();
    for len in 0..1000 {
        trie.entry(&vec![b'a'; len], || len);
    }
    let mut shown = Vec::new();

    trie.visit(&[b'a'; 2000], |len| {
        shown.push(*len);
        ControlFlow::Break(())
    });

    assert_eq!(shown, [0]);
}

#[test]
fn an_id_holds_while_other_topics_come_and_go() {
    let mut trie = Trie::default();
    let id = trie.entry(b"weather.berlin.wind", || 7).id;

    let others = [&b"weather"[..], b"weather.berlin.wind.gusts", b"weather.bonn", b"", b"w"];
    let ids = others.map(|topic| trie.entry(topic, || 0).id);
    assert_eq!((trie.find(b"weather.berlin.wind"), trie.get_mut(id)), (Some(id), Some(&mut 7)));

    for other in ids {
        trie.remove(other);
    }
    assert_eq!(trie.prefix(id), b"weather.berlin.wind");
    assert_eq!(trie.remove(id), Some(7));
    assert_eq!(trie.extent().1, 1);
}

#[test]
fn a_node_has_up_to_256_children() {
    let mut trie = Trie::default();
    let octets = || (0..=u8::MAX).map(|octet| octet.wrapping_mul(77));
    for octet in octets() {
        trie.entry(&[b'x', octet], || octet);
    }
    assert!(trie.iter().map(|(_, octet)| *octet).eq(0..=u8::MAX));

    for octet in octets() {
        trie.extent();
        let id = trie.find(&[b'x', octet]).expect("still there");
        assert_eq!(trie.remove(id), Some(octet));
        assert_eq!(trie.find(&[b'x', octet]), None);
    }
    assert_eq!(trie.extent().1, 1);
}

#[test]
fn a_topic_of_ten_mebioctets_is_one_of_many() {
    let mut topic = vec![b'a'; 10 << 20];
    let mut index = unbounded();
    assert_eq!(index.subscribe(ONE, &topic), Ok(NEW));
    *topic.last_mut().expect("long") = b'b';
    assert_eq!(index.subscribe(OTHER, &topic), Ok(NEW));
    assert_eq!(index.extent().0, 4);

    assert_eq!(collected(&mut index, &topic), [OTHER]);
    topic.push(b'c');
    assert_eq!(collected(&mut index, &topic), [OTHER]);
    topic.pop();
    assert_eq!(index.forget(OTHER), [(topic, true)]);
    assert_eq!(index.extent().0, 2);
}

#[test]
fn a_short_topic_splits_and_mends_a_long_one_without_copying_it() {
    let mut index = unbounded();
    index.subscribe(ONE, &vec![b'a'; 16 << 20]).expect("no bounds");

    // Copying would move 64 gibioctets.
    for _ in 0..2000 {
        assert_eq!(index.subscribe(OTHER, b"aaa"), Ok(NEW));
        assert_eq!(
            index.cancel(OTHER, b"aaa"),
            Cancelled { was_held: true, is_last_of_topic: true }
        );
    }

    assert_eq!(index.extent().0, 2);
}

#[test]
fn topics_nest_deeply() {
    const DEPTH: usize = 20_000;
    let message = vec![b'a'; DEPTH];
    let mut index = unbounded();
    // The longest first, as the walk to each is then one comparison.
    for len in (1..=DEPTH).rev() {
        assert_eq!(index.subscribe(ONE, &message[..len]), Ok(NEW));
    }
    index.subscribe(OTHER, &message).expect("no bounds");
    assert_eq!((index.topics(), index.extent().0), (DEPTH, DEPTH + 1));

    for _ in 0..100 {
        assert_eq!(collected(&mut index, &message), [ONE, OTHER]);
    }
    index.discard(ONE);
    assert_eq!((index.topics(), index.extent().0), (1, 2));
    assert_eq!(index.forget(OTHER), [(message, true)]);
}

#[test]
fn nested_topics_of_a_departed_pipe_are_told_in_order() {
    let topics: Vec<_> = (0..2000).map(|len| vec![b'a'; len]).collect();
    let mut index = unbounded();
    for topic in &topics {
        index.subscribe(ONE, topic).expect("no bounds");
    }

    assert!(index.forget(ONE).into_iter().eq(topics.into_iter().map(|topic| (topic, true))));
}

#[test]
fn a_hundred_thousand_topics_come_and_go() {
    let topics = numbered(Limits::SUBSCRIPTIONS_PER_PEER);
    let mut index = Index::default();
    for topic in &topics {
        assert_eq!(index.subscribe(ONE, topic), Ok(NEW));
    }
    assert_eq!(index.subscribe(ONE, b"one more"), Err(Refused::TooMany));
    assert_eq!(index.topics(), topics.len());
    for topic in &topics {
        assert_eq!(collected(&mut index, topic), [ONE]);
    }

    let (gone, rest): (Vec<_>, Vec<_>) =
        topics.into_iter().partition(|topic| !topic.ends_with(b"7"));
    for topic in gone {
        assert!(index.cancel(ONE, &topic).was_held);
    }
    let rest = rest.into_iter().map(|topic| (topic, true));
    assert!(index.forget(ONE).into_iter().eq(rest), "in the order of subscription");
    let (nodes, slots, held) = index.extent();
    assert_eq!((nodes, slots, index.octets()), (1, 1, 0));
    assert!(held <= 16, "memory was given back");
}

#[test]
fn a_topic_is_first_and_last_for_the_socket_not_for_the_pipe() {
    let mut index = Index::default();

    assert_eq!(index.subscribe(ONE, b"news"), Ok(NEW));
    assert_eq!(index.subscribe(ONE, b"news"), Ok(KNOWN));
    let second = Subscribed { is_new_for_pipe: true, is_first_of_topic: false };
    assert_eq!(index.subscribe(OTHER, b"news"), Ok(second));
    assert_eq!(index.topics(), 1);

    let left = Cancelled { was_held: true, is_last_of_topic: false };
    assert_eq!(index.cancel(ONE, b"news"), left);
    let nothing = Cancelled { was_held: false, is_last_of_topic: false };
    assert_eq!(index.cancel(ONE, b"news"), nothing);
    assert_eq!(index.forget(OTHER), [(b"news".to_vec(), true)]);
    assert_eq!(index.forget(OTHER), []);
}

#[test]
fn subscribers_of_a_topic_hold_any_prefix_of_it() {
    let mut index = Index::default();
    index.subscribe(ONE, b"news.sport").expect("within bounds");
    index.subscribe(ONE, b"news").expect("within bounds");
    index.subscribe(OTHER, b"weather").expect("within bounds");

    assert_eq!(index.subscribers_of(None), 2);
    assert_eq!(index.subscribers_of(Some(b"news.sport.chess")), 1);
    assert_eq!(index.subscribers_of(Some(b"new")), 0);
    index.subscribe(PipeId(3), b"").expect("within bounds");
    assert_eq!(index.subscribers_of(Some(b"new")), 1);
}

#[test]
fn what_is_held_already_is_not_refused() {
    let octets = 2 * (4 + Limits::SUBSCRIPTION_OVERHEAD);
    let mut index = Index::new(Bounds { max_per_pipe: 2, max_octets: octets });
    assert_eq!(index.subscribe(ONE, b"news"), Ok(NEW));

    assert_eq!(index.subscribe(ONE, b"sport"), Err(Refused::TooLarge));
    assert_eq!(index.subscribe(ONE, b"wind"), Ok(NEW));
    assert_eq!(index.subscribe(ONE, b"rain"), Err(Refused::TooMany));
    assert_eq!(index.subscribe(OTHER, b""), Err(Refused::TooLarge));
    assert_eq!(index.subscribe(ONE, b"news"), Ok(KNOWN));
    assert_eq!((index.topics(), index.subscribers_of(None)), (2, 1));
}

#[test]
fn new_bounds_leave_what_there_is() {
    let mut index = Index::default();
    index.subscribe(ONE, b"news").expect("within bounds");

    index.set_bounds(Bounds { max_per_pipe: 0, max_octets: 0 });

    assert_eq!(index.subscribe(OTHER, b"news"), Err(Refused::TooMany));
    assert_eq!(collected(&mut index, b"news"), [ONE]);
    assert!(index.cancel(ONE, b"news").was_held);
}

#[test]
fn many_pipes_on_one_topic_keep_their_order() {
    let mut index = Index::default();
    let pipes: Vec<_> = (0..64).map(|number| PipeId(1000 - number)).collect();
    for pipe in &pipes {
        index.subscribe(*pipe, b"news").expect("within bounds");
    }
    assert_eq!(collected(&mut index, b"news at ten"), pipes);

    index.discard(pipes[30]);
    let rest: Vec<_> = pipes.iter().copied().filter(|pipe| *pipe != pipes[30]).collect();
    assert_eq!(collected(&mut index, b"news at ten"), rest);
}

#[test]
fn interest_counts_each_topic() {
    let mut interest = Interest::default();
    assert!(!interest.matches(b"news"));

    assert!(interest.subscribe(b"news"));
    assert!(!interest.subscribe(b"news"));
    assert!(interest.subscribe(b""));
    assert_eq!((interest.len(), interest.matches(b"rain")), (2, true));

    assert_eq!(interest.unsubscribe(b"news"), Unsubscribed::StillHeld);
    assert_eq!(interest.unsubscribe(b""), Unsubscribed::LastGone);
    assert!(interest.topics().eq([b"news".to_vec()]));
    assert!(!interest.matches(b"rain"));
    assert_eq!(interest.unsubscribe(b"news"), Unsubscribed::LastGone);
    assert_eq!(interest.unsubscribe(b"news"), Unsubscribed::Unknown);
}
