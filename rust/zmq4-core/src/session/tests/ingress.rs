//! The receiving half, fed directly: however the stream is cut, the same messages come out.

use std::collections::VecDeque;
use std::sync::Arc;

use proptest::prelude::*;
use zmq4_proto::Fault;

use super::super::found::{Found, Request, Trouble};
use super::super::ingress::Ingress;
use crate::options::SessionOptions;
use crate::pipe::Spares;
use crate::pipe::{Marks, Overflow, Party, Queue, Refill, Side};
use crate::testing::{a_peer, frame, message, ping};

#[derive(Debug)]
struct Nobody;

impl Party for Nobody {
    fn wake(&self, _side: Side) {}
}

pub(super) type Messages = Vec<Vec<Vec<u8>>>;

/// A receiving half, and what came of what it was fed.
pub(super) struct Feed {
    pub(super) ingress: Ingress,
    pub(super) queue: Arc<Queue>,
    pub(super) received: Messages,
    pub(super) pings: Vec<Vec<u8>>,
    pub(super) trouble: Option<Trouble>,
}

impl Feed {
    fn new(options: &SessionOptions, hwm: usize) -> Self {
        Self::of(Ingress::new(options, a_peer(), Vec::new()), hwm)
    }

    pub(super) fn of(ingress: Ingress, hwm: usize) -> Self {
        let queue =
            Queue::new(Marks::new(hwm, 0), Overflow::Refuse, Arc::new(Nobody), Arc::new(Nobody));
        Self { ingress, queue, received: Vec::new(), pings: Vec::new(), trouble: None }
    }

    fn note(&mut self, found: Found) {
        for request in found.requests {
            if let Request::Ping { context, .. } = request {
                self.pings.push(context);
            }
        }
        self.trouble = found.trouble;
    }

    /// Feeds octets as a session does: what does not fit is resumed after a receiver made room.
    pub(super) fn feed(&mut self, octets: &[u8]) {
        let mut found = Found::default();
        let mut octets = octets.to_vec();
        self.ingress.take(&mut octets, self.queue.room(), &self.queue, &mut found);
        self.note(found);
        while self.trouble.is_none() && self.ingress.has_rest() {
            self.drain();
            let mut found = Found::default();
            self.ingress.resume(self.queue.room(), &self.queue, &mut found);
            self.note(found);
        }
        self.drain();
    }

    pub(super) fn drain(&mut self) {
        let mut segments = VecDeque::new();
        if self.queue.take(&mut segments, &mut Spares::default()) != Refill::Some {
            return;
        }
        for mut segment in segments {
            while let Some(message) = segment.front() {
                let frames = message.frames().map(|frame| frame.as_bytes().to_vec()).collect();
                self.received.push(frames);
                self.queue.acknowledge(1, segment.drop_front());
            }
        }
    }

    pub(super) fn fault(&self) -> &Fault {
        match &self.trouble {
            Some(Trouble::Fault(fault)) => fault,
            other => panic!("a fault is expected, not {other:?}"),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Item {
    Message(Vec<Vec<u8>>),
    Ping(Vec<u8>),
    /// A message with a PING behind each of its frames but the last.
    Interrupted(Vec<Vec<u8>>),
    Unknown,
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        12 => prop::collection::vec(any::<u8>(), 0..12),
        2 => (250usize..260).prop_map(|len| vec![b's'; len]),
        1 => (65_535usize..65_540).prop_map(|len| vec![b'L'; len]),
    ]
}

pub(super) fn item() -> impl Strategy<Value = Item> {
    let frames = || prop::collection::vec(body(), 1..4);
    prop_oneof![
        6 => frames().prop_map(Item::Message),
        1 => prop::collection::vec(any::<u8>(), 0..16).prop_map(Item::Ping),
        2 => frames().prop_map(Item::Interrupted),
        1 => Just(Item::Unknown),
    ]
}

pub(super) fn encode(item: &Item) -> Vec<u8> {
    match item {
        Item::Message(frames) => message(frames),
        Item::Ping(context) => ping(7, context),
        Item::Unknown => frame(4, b"\x05OTHERdata"),
        Item::Interrupted(frames) => {
            let last = frames.len() - 1;
            let with_ping = |(n, body): (usize, &Vec<u8>)| {
                let ping = if n < last { ping(0, b"mid") } else { Vec::new() };
                [frame(u8::from(n < last), body), ping].concat()
            };
            frames.iter().enumerate().flat_map(with_ping).collect()
        }
    }
}

/// The messages and the PINGs among these.
pub(super) fn contents(items: &[Item]) -> (Messages, Vec<Vec<u8>>) {
    let (mut messages, mut pings) = (Messages::new(), Vec::new());
    for item in items {
        match item {
            Item::Message(frames) => messages.push(frames.clone()),
            Item::Ping(context) => pings.push(context.clone()),
            Item::Interrupted(frames) => {
                pings.extend(vec![b"mid".to_vec(); frames.len() - 1]);
                messages.push(frames.clone());
            }
            Item::Unknown => {}
        }
    }
    (messages, pings)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn rule_16_any_cut_of_the_stream_gives_the_same_messages(
        items in prop::collection::vec(item(), 1..20),
        cuts in prop::collection::vec(prop_oneof![5 => 1usize..40, 1 => 1usize..100_000], 1..60),
        hwm in 0usize..4,
    ) {
        let wire: Vec<u8> = items.iter().flat_map(encode).collect();
        let (expected, pings) = contents(&items);
        let mut feed = Feed::new(&SessionOptions::default(), hwm);

        let mut left = wire.as_slice();
        let mut cuts = cuts.iter().cycle();
        while !left.is_empty() {
            let (now, later) = left.split_at(*cuts.next().expect("a cycle").min(&left.len()));
            feed.feed(now);
            left = later;
        }

        prop_assert!(feed.trouble.is_none(), "{:?}", feed.trouble);
        prop_assert_eq!(&feed.received, &expected);
        // A flood within one read keeps the last PINGs only.
        prop_assert!(pings.ends_with(&feed.pings) || feed.pings == pings);
        prop_assert_eq!(feed.queue.tally().messages, 0);
    }

    #[test]
    fn no_octets_of_a_peer_panic_or_break_the_counts(
        cuts in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..60), 1..20),
        hwm in 0usize..4,
    ) {
        let mut feed = Feed::new(&SessionOptions::default(), hwm);

        for cut in cuts {
            if feed.trouble.is_none() {
                feed.feed(&cut);
            }
        }

        prop_assert_eq!(feed.queue.tally().messages, 0);
        prop_assert!(feed.received.iter().all(|message| !message.is_empty()));
    }
}

#[test]
fn an_oversize_frame_is_a_fault_and_everything_before_it_is_good() {
    let options = SessionOptions { max_message_size: Some(10), ..SessionOptions::default() };
    let mut feed = Feed::new(&options, 0);

    feed.feed(&[message(&["0123456789"]), message(&["0123456789x"])].concat());

    assert_eq!(feed.received.len(), 1);
    assert!(feed.fault().to_string().contains("11"), "{}", feed.fault());
}

#[test]
fn rule_16_memory_follows_what_arrives_and_not_what_is_announced() {
    let options = SessionOptions { max_message_octets: u64::MAX, ..SessionOptions::default() };
    let mut feed = Feed::new(&options, 0);
    let announced = [[2].as_slice(), &(1u64 << 62).to_be_bytes()].concat();

    feed.feed(&announced);
    for _ in 0..40 {
        feed.feed(&vec![0; 100_000]);
    }

    let held = feed.ingress.memory();
    assert!(feed.trouble.is_none(), "{:?}", feed.trouble);
    assert!(held <= 2 * 4_000_000, "{held} octets are held for four million");
}

#[test]
fn the_default_limits_refuse_a_frame_of_two_to_the_62() {
    let mut feed = Feed::new(&SessionOptions::default(), 0);

    feed.feed(&[[2].as_slice(), &(1u64 << 62).to_be_bytes()].concat());

    assert!(feed.fault().to_string().contains(&(1u64 << 30).to_string()), "{}", feed.fault());
}

#[test]
fn endless_frames_of_one_message_are_a_fault() {
    let mut feed = Feed::new(&SessionOptions::default(), 0);

    for _ in 0..200 {
        if feed.trouble.is_none() {
            feed.feed(&frame(1, b"x").repeat(1000));
        }
    }

    assert!(feed.fault().to_string().contains("65536"), "{}", feed.fault());
    assert!(feed.ingress.memory() < 1 << 20);
}

#[test]
fn rule_22_reserved_flag_bits_are_not_passed_on() {
    let mut feed = Feed::new(&SessionOptions::default(), 0);
    let mut wire = [frame(1, b"a"), frame(0, b"b"), frame(0, &[b'c'; 300])].concat();
    for at in [0, 3, 6] {
        wire[at] |= 0xf8;
    }
    let mut found = Found::default();

    feed.ingress.feed(&mut wire, 10, &feed.queue, &mut found);

    let mut segments = VecDeque::new();
    feed.queue.take(&mut segments, &mut Spares::default());
    let first = segments[0].front().expect("a message");
    assert_eq!(first.wire(), Some(b"\x01\x01a\0\x01b".as_slice()));
    segments[0].drop_front();
    let second = segments[0].front().expect("another");
    assert_eq!(second.wire().map(|wire| wire[0]), Some(2));
}
