//! The receiving half of an encrypted connection, fed directly: what a peer sealed comes out, and nothing that
//! anybody did to it on the way.

use proptest::prelude::*;
use zmq4_proto::{FrameHeader, FrameKind, Opener, Sealer};

use super::super::ingress::Ingress;
use super::ingress::{Feed, contents, encode, item};
use crate::options::SessionOptions;
use crate::testing::{Role, a_peer, frame, halves, message, ping, seal, wraps};

/// A receiving half, and the peer's sealer.
fn sealed_feed(options: &SessionOptions, hwm: usize, leftover: &[u8]) -> (Feed, Box<Sealer>) {
    let (opener, sealer) = opening();
    (feed(options, hwm, opener, leftover), sealer)
}

fn feed(options: &SessionOptions, hwm: usize, opener: Box<Opener>, leftover: &[u8]) -> Feed {
    let ingress = Ingress::new(options, a_peer(), leftover.to_vec()).with_opener(Some(opener));
    Feed::of(ingress, hwm)
}

fn opening() -> (Box<Opener>, Box<Sealer>) {
    let (ours, sealer, _) = wraps(Role::Server);
    (halves(ours).1, sealer)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn rule_3_any_cut_of_a_sealed_stream_gives_the_messages_that_were_sealed(
        items in prop::collection::vec(item(), 1..20),
        cuts in prop::collection::vec(prop_oneof![5 => 1usize..40, 1 => 1usize..100_000], 1..60),
        hwm in 0usize..4,
    ) {
        let plain: Vec<u8> = items.iter().flat_map(encode).collect();
        let (expected, pings) = contents(&items);
        let (mut feed, mut sealer) = sealed_feed(&SessionOptions::default(), hwm, b"");
        let wire = seal(&mut sealer, &plain);

        let mut left = wire.as_slice();
        let mut cuts = cuts.iter().cycle();
        while !left.is_empty() {
            let (now, later) = left.split_at(*cuts.next().expect("a cycle").min(&left.len()));
            feed.feed(now);
            left = later;
        }

        prop_assert!(feed.trouble.is_none(), "{:?}", feed.trouble);
        prop_assert_eq!(&feed.received, &expected);
        prop_assert!(pings.ends_with(&feed.pings) || feed.pings == pings);
        prop_assert_eq!(feed.queue.tally().messages, 0);
    }

    #[test]
    fn no_octets_of_anybody_else_are_delivered(
        octets in prop::collection::vec(any::<u8>(), 0..400),
        good in 0usize..3,
    ) {
        let (mut feed, mut sealer) = sealed_feed(&SessionOptions::default(), 0, b"");

        feed.feed(&seal(&mut sealer, &message(&["good"]).repeat(good)));
        feed.feed(&octets);

        prop_assert_eq!(feed.received.len(), good);
    }

    #[test]
    fn whatever_becomes_of_a_frame_on_the_way_ends_the_connection_there(
        at in 0usize..6,
        hwm in 0usize..4,
        cut in 1usize..500,
        harm in harm(),
    ) {
        let (mut feed, mut sealer) = sealed_feed(&SessionOptions::default(), hwm, b"");
        let mut frames: Vec<_> =
            (0..8).map(|n: u8| seal(&mut sealer, &message(&[[n; 40]]))).collect();

        let good = harm.befall(&mut frames, at);
        for piece in frames.concat().chunks(cut) {
            if feed.trouble.is_none() {
                feed.feed(piece);
            }
        }

        let fault = feed.fault().to_string();
        prop_assert!(!fault.is_empty());
        let received: Vec<_> = feed.received.iter().map(|message| message[0][0]).collect();
        prop_assert_eq!(received, good, "{}", fault);
    }
}

/// What somebody on the way may do.
#[derive(Clone, Copy, Debug)]
enum Harm {
    /// Changes a bit of the sealed body.
    Flip { octet: usize, bit: u8 },
    /// Sends a frame again.
    Replay,
    /// Sends an earlier frame again, much later.
    ReplayFirst,
    /// Sends a frame before the one it follows.
    Swap,
    /// Takes a frame out.
    Drop,
    /// Says something in the plain.
    Speak,
    /// Sends a frame of the other direction.
    Reflect,
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        4 => (0usize..73, 0u8..8).prop_map(|(octet, bit)| Harm::Flip { octet, bit }),
        1 => Just(Harm::Replay),
        1 => Just(Harm::ReplayFirst),
        1 => Just(Harm::Swap),
        1 => Just(Harm::Drop),
        1 => Just(Harm::Speak),
        1 => Just(Harm::Reflect),
    ]
}

impl Harm {
    /// Does it to the frame at `at`, or behind it; says which messages come before.
    fn befall(self, frames: &mut Vec<Vec<u8>>, at: usize) -> Vec<u8> {
        let upto = |end: usize| (0..u8::try_from(end).expect("a few")).collect();
        match self {
            Self::Flip { octet, bit } => {
                let header_len = frames[at].len() - 73;
                frames[at][header_len + octet] ^= 1 << bit;
                upto(at)
            }
            Self::Replay => {
                frames.insert(at + 1, frames[at].clone());
                upto(at + 1)
            }
            Self::ReplayFirst => {
                frames.insert(at + 1, frames[0].clone());
                upto(at + 1)
            }
            Self::Swap => {
                frames.swap(at, at + 1);
                upto(at)
            }
            Self::Drop => {
                frames.remove(at);
                upto(at)
            }
            Self::Speak => {
                frames.insert(at, message(&[[b'x'; 40]]));
                upto(at)
            }
            Self::Reflect => {
                let (ours, _, _) = wraps(Role::Server);
                frames.insert(at, seal(&mut halves(ours).0, &message(&["reflected"])));
                upto(at)
            }
        }
    }
}

#[test]
fn frames_larger_than_any_read_are_opened() {
    for len in [65_503, 65_535, 65_536, 262_144, 3_000_000] {
        let (mut feed, mut sealer) = sealed_feed(&SessionOptions::default(), 0, b"");
        let frames = [vec![b'a'; len], b"tail".to_vec()];
        let plain = [message(&frames), ping(0, b"between"), message(&frames)].concat();

        for piece in seal(&mut sealer, &plain).chunks(200_000) {
            feed.feed(piece);
        }

        assert!(feed.trouble.is_none(), "{:?}", feed.trouble);
        assert!(feed.received == [frames.to_vec(), frames.to_vec()], "{len}");
        assert_eq!(feed.pings, [b"between"]);
    }
}

#[test]
fn what_is_good_before_a_fault_is_delivered_however_little_room_there_is() {
    let (mut feed, mut sealer) = sealed_feed(&SessionOptions::default(), 1, b"");
    let good = seal(&mut sealer, &message(&["x"]).repeat(20));

    feed.feed(&[good, message(&["plain"])].concat());

    assert_eq!(feed.received.len(), 20);
    assert!(feed.fault().to_string().contains("MESSAGE"), "{}", feed.fault());
}

#[test]
fn a_fault_waits_until_what_came_before_it_has_room() {
    let (mut feed, mut sealer) = sealed_feed(&SessionOptions::default(), 2, b"");
    let mut octets = seal(&mut sealer, &message(&["x"]).repeat(5));
    octets.extend(message(&["plain"]));
    let mut found = super::super::found::Found::default();

    feed.ingress.take(&mut octets, 2, &feed.queue, &mut found);

    assert!(found.trouble.is_none(), "three messages are not delivered yet");
    assert!(feed.ingress.has_rest());
    assert_eq!(feed.queue.tally().messages, 2);
}

#[test]
fn limits_are_those_of_the_plain_body() {
    let options = SessionOptions { max_message_size: Some(100_000), ..SessionOptions::default() };
    let (mut feed, mut sealer) = sealed_feed(&options, 0, b"");

    feed.feed(&seal(&mut sealer, &message(&[vec![b'a'; 100_000]])));
    assert!(feed.trouble.is_none(), "{:?}", feed.trouble);
    let beyond = seal(&mut sealer, &message(&[vec![b'a'; 100_001]]));
    feed.feed(&beyond[..9]);

    assert_eq!(feed.received.len(), 1);
    assert!(feed.fault().to_string().contains("100001"), "{}", feed.fault());
}

#[test]
fn a_limit_below_what_commands_may_have_counts_for_messages_alone() {
    let options = SessionOptions { max_message_size: Some(10), ..SessionOptions::default() };
    let (mut feed, mut sealer) = sealed_feed(&options, 0, b"");

    feed.feed(&seal(&mut sealer, &ping(0, b"longer than ten")));
    feed.feed(&seal(&mut sealer, &message(&["0123456789"])));
    feed.feed(&seal(&mut sealer, &message(&["0123456789x"])));

    assert_eq!((feed.pings.len(), feed.received.len()), (1, 1));
    assert!(feed.fault().to_string().contains("11"), "{}", feed.fault());
}

#[test]
fn the_limit_of_a_whole_message_counts_its_plain_octets() {
    let options = SessionOptions { max_message_octets: 200_000, ..SessionOptions::default() };
    let (mut feed, mut sealer) = sealed_feed(&options, 0, b"");
    let body = vec![b'a'; 100_000];

    feed.feed(&seal(&mut sealer, &message(&[&body, &body])));
    feed.feed(&seal(&mut sealer, &message(&[&body, &body, &b"x".to_vec()])));

    assert_eq!(feed.received.len(), 1);
    assert!(feed.fault().to_string().contains("200000"), "{}", feed.fault());
}

#[test]
fn memory_follows_what_arrives_and_not_what_is_announced() {
    let options = SessionOptions { max_message_octets: u64::MAX, ..SessionOptions::default() };
    let (mut feed, _) = sealed_feed(&options, 0, b"");

    feed.feed(&[[2].as_slice(), &(1u64 << 62).to_be_bytes()].concat());
    for _ in 0..40 {
        feed.feed(&vec![0; 100_000]);
    }

    let held = feed.ingress.memory();
    assert!(feed.trouble.is_none(), "{:?}", feed.trouble);
    assert!(held <= 2 * 4_000_000, "{held} octets are held for four million");
}

#[test]
fn endless_frames_of_one_message_are_a_fault() {
    let (mut feed, mut sealer) = sealed_feed(&SessionOptions::default(), 0, b"");

    while feed.trouble.is_none() {
        feed.feed(&seal(&mut sealer, &frame(1, b"x").repeat(5000)));
    }

    assert!(feed.fault().to_string().contains("65536"), "{}", feed.fault());
    assert!(feed.ingress.memory() < 1 << 20);
}

#[test]
fn what_lies_behind_the_handshake_is_opened_and_may_end_within_a_frame() {
    let (opener, mut sealer) = opening();
    let wire = seal(&mut sealer, &message(&["early"]).repeat(3));
    let (now, later) = wire.split_at(wire.len() - 5);
    let mut feed = feed(&SessionOptions::default(), 1, opener, now);

    assert!(feed.ingress.has_rest());
    feed.feed(b"");
    assert_eq!(feed.received.len(), 2);
    feed.feed(later);

    assert_eq!(feed.received.len(), 3);
    assert!(feed.trouble.is_none(), "{:?}", feed.trouble);
}

#[test]
fn plain_octets_behind_the_handshake_are_never_taken_for_messages() {
    let (opener, _) = opening();
    let mut feed = feed(&SessionOptions::default(), 0, opener, &message(&[[b'x'; 40]]));

    feed.feed(b"");

    assert_eq!(feed.received.len(), 0);
    assert!(feed.fault().to_string().contains("MESSAGE"), "{}", feed.fault());
}

#[test]
fn flags_outside_a_sealed_frame_mean_nothing() {
    let (mut feed, mut sealer) = sealed_feed(&SessionOptions::default(), 0, b"");
    let mut wire = seal(&mut sealer, &message(&["a"]));
    wire[0] |= 0xfd;
    let (header, _) = FrameHeader::decode(&wire).expect("a header").expect("whole");
    assert_eq!(header.kind, FrameKind::Command);

    feed.feed(&wire);

    assert_eq!(feed.received, [[b"a"]]);
}
