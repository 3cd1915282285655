//! What matching costs, in figures: `cargo test --release -p zmq4-core subscription::figures -- --ignored --nocapture`.

#![allow(clippy::indexing_slicing, reason = "a measurement that fails here fails as it should")]
#![allow(clippy::print_stdout, reason = "figures are printed")]

use std::hint::black_box;
use std::time::Instant;

use super::Interest;
use super::index::{Bounds, Index};
use crate::pipe::PipeId;

const RUNS: usize = 10;
const ROUNDS: usize = 200_000;

/// A generator of numbers that look random, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        self.0 >> 33
    }

    /// Topics of 10 to 20 octets, digits and small letters.
    fn topics(&mut self, count: usize) -> Vec<Vec<u8>> {
        let octets = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let mut octet = || octets[usize::try_from(self.next()).expect("31 bits") % octets.len()];
        (0..count)
            .map(|at| std::iter::repeat_with(&mut octet).take(10 + at % 11).collect())
            .collect()
    }
}

/// Like market data: few places, many names, a handful of kinds each.
fn tree(count: usize) -> Vec<Vec<u8>> {
    let kinds = ["trade", "quote", "book", "stat"];
    (0..count)
        .map(|at| format!("md.{}.{:05}.{}", at % 7, at / 4, kinds[at % 4]).into_bytes())
        .collect()
}

/// Prints the best of a few runs: the machine may have other things to do.
fn measure(what: &str, index: &mut Index, messages: &[Vec<u8>]) {
    let mut into = Vec::with_capacity(64);
    let mut messages = messages.iter().cycle();
    let mut run = || {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            into.clear();
            index.collect(black_box(messages.next().expect("endless")), &mut into);
        }
        start.elapsed().as_nanos() / u128::try_from(ROUNDS).expect("fits")
    };
    let best = (0..RUNS).map(|_| run()).min().expect("some");
    println!("{best:6} ns  {what} ({} pipes)", into.len());
}

fn shuffled(mut topics: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut numbers = Numbers(5);
    for at in (1..topics.len()).rev() {
        topics.swap(at, usize::try_from(numbers.next()).expect("31 bits") % (at + 1));
    }
    // Copied, so that they lie in memory as they are used: the publisher has just written its message.
    topics.iter().map(Vec::clone).collect()
}

#[test]
#[ignore = "prints figures, proves nothing"]
fn collect() {
    let mut all = Index::default();
    all.subscribe(PipeId(1), b"").expect("within bounds");
    let messages = Numbers(1).topics(1000);
    measure("one subscription to everything", &mut all, &messages);

    measure("nobody", &mut Index::default(), &messages);

    let mut same = Index::default();
    for pipe in 0..64 {
        same.subscribe(PipeId(pipe), b"topic").expect("within bounds");
    }
    measure("64 pipes on one topic", &mut same, &[b"topic and a body".to_vec()]);
    measure("64 pipes on one topic, another topic", &mut same, &messages);
    for pipe in 0..64 {
        same.subscribe(PipeId(pipe), b"topic and").expect("within bounds");
    }
    same.subscribe(PipeId(99), b"elsewhere").expect("within bounds");
    measure("64 pipes on two nested topics", &mut same, &[b"topic and a body".to_vec()]);

    for (kind, topics) in [
        ("random", Numbers(2).topics(1000)),
        ("random", Numbers(2).topics(100_000)),
        ("tree", tree(1000)),
        ("tree", tree(100_000)),
    ] {
        let mut index = Index::default();
        let count = topics.len();
        let start = Instant::now();
        for topic in &topics {
            index.subscribe(PipeId(1), topic).expect("within bounds");
        }
        let each = start.elapsed().as_nanos() / u128::try_from(count).expect("fits");
        println!("{each:6} ns  subscribe, {kind}, {count} topics; nodes {:?}", index.extent());
        // A pipe without a match keeps `collect` from ending early.
        index.subscribe(PipeId(2), b"\0").expect("within bounds");
        let messages = shuffled(topics);
        measure(&format!("{kind}, {count} topics of one pipe, hits"), &mut index, &messages);
        measure("  misses", &mut index, &shuffled(Numbers(9).topics(1000)));
        let start = Instant::now();
        let gone = index.forget(PipeId(1)).len();
        println!("{:6} us  forget {gone}", start.elapsed().as_micros());
        for topic in &messages {
            index.subscribe(PipeId(1), topic).expect("within bounds");
        }
        let start = Instant::now();
        index.discard(PipeId(1));
        println!("{:6} us  discard {gone}", start.elapsed().as_micros());
    }
}

#[test]
#[ignore = "prints figures, proves nothing"]
fn extremes() {
    let timed =
        |what: &str, start: Instant| println!("{:8} us  {what}", start.elapsed().as_micros());
    let nested = vec![b'a'; 100_000];
    let mut interest = Interest::default();
    let start = Instant::now();
    for len in (1..=nested.len()).rev() {
        interest.subscribe(&nested[..len]);
    }
    timed("subscribe to 100,000 nested topics, the longest first", start);
    let start = Instant::now();
    black_box(interest.matches(&nested));
    timed("match", start);

    let bounds = Bounds { max_octets: 64 << 20, ..Bounds::default() };
    let mut index = Index::new(bounds);
    let start = Instant::now();
    let held = (1..=nested.len())
        .take_while(|len| index.subscribe(PipeId(1), &nested[..*len]).is_ok())
        .count();
    timed(&format!("subscribe to {held} nested topics, the shortest first"), start);
    index.subscribe(PipeId(2), b"b").expect("room for a short one");
    let start = Instant::now();
    index.collect(&nested, &mut Vec::new());
    timed("collect", start);
    let start = Instant::now();
    index.forget(PipeId(1));
    timed("forget", start);
    index.discard(PipeId(2));
    for len in 1..=held {
        index.subscribe(PipeId(1), &nested[..len]).expect("as before");
    }
    let start = Instant::now();
    index.discard(PipeId(1));
    timed("discard", start);

    let long = vec![b'a'; 10 << 20];
    let start = Instant::now();
    index.subscribe(PipeId(1), &long).expect("within bounds");
    timed("subscribe to 10 MiB", start);
    let start = Instant::now();
    for _ in 0..1000 {
        index.subscribe(PipeId(2), b"aaa").expect("within bounds");
        index.cancel(PipeId(2), b"aaa");
    }
    timed("split and mend it 1000 times", start);
}
