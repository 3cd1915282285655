//! Limits hold to the octet, and as soon as a header announces what exceeds them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod dialogue;
mod traffic;

use zmq4_proto::{
    Command, Decoder, Fault, FrameKind, HandshakeConfig, LARGE_BODY, LimitExceeded,
    MAX_COMMAND_BODY, Malformed, Metadata, MetadataLimits, SocketType, TrafficLimits, Walk,
    WalkStop, put_subscribe,
};

use dialogue::{greeting, shake};
use traffic::{Inbound, Reader};

#[test]
fn announced_length_of_a_message_frame_is_judged_at_the_header() {
    for body_len in lengths_around_powers_of_two() {
        let walk = walk_header(decoder(), 0x02, body_len);

        let expected = match body_len {
            ..LARGE => WalkStop::NeedMore { frame_len: 9 + usize::try_from(body_len).unwrap() },
            LARGE..=GIB => WalkStop::Large { header_len: 9, kind: FrameKind::Last, body_len },
            0x8000_0000_0000_0000.. => too_long_to_be_a_length(body_len),
            _ => WalkStop::Fault(LimitExceeded::Message { limit: GIB }.into()),
        };
        assert_eq!(walk.stop, expected, "{body_len}");
        assert_eq!((walk.messages, walk.frames_end), (0, 0));
    }
}

#[test]
fn announced_length_of_a_command_is_judged_at_the_header() {
    for body_len in lengths_around_powers_of_two() {
        let walk = walk_header(decoder(), 0x06, body_len);

        let limit = u64::try_from(MAX_COMMAND_BODY).unwrap();
        let expected = match body_len {
            0x8000_0000_0000_0000.. => too_long_to_be_a_length(body_len),
            _ if body_len <= limit => {
                WalkStop::NeedMore { frame_len: 9 + usize::try_from(body_len).unwrap() }
            }
            announced => WalkStop::Fault(LimitExceeded::Command { announced, limit }.into()),
        };
        assert_eq!(walk.stop, expected, "{body_len}");
    }
}

#[test]
fn announced_length_before_ready_is_judged_at_the_header() {
    for body_len in lengths_around_powers_of_two() {
        let input = [&greeting(3, 1)[..], &[0x06], &body_len.to_be_bytes()].concat();

        let outcome = shake(HandshakeConfig::new(SocketType::Pull), [&input[..]]);

        let limit = 16 * 1024;
        let expected = match body_len {
            0x8000_0000_0000_0000.. => {
                Some(Err(Malformed::FrameLength { announced: body_len }.into()))
            }
            _ if body_len <= limit => None,
            announced => Some(Err(LimitExceeded::Command { announced, limit }.into())),
        };
        assert_eq!(outcome.end, expected, "{body_len}");
    }
}

#[test]
fn every_size_limit_holds_to_the_octet() {
    for limit in lengths_around_powers_of_two().filter(|&limit| limit < GIB) {
        let limits = TrafficLimits { max_message_size: Some(limit), ..TrafficLimits::default() };

        let exact = walk_header(Decoder::new(limits), 0x02, limit).stop;
        let over = walk_header(Decoder::new(limits), 0x02, limit + 1).stop;

        assert!(!matches!(exact, WalkStop::Fault(_)), "{limit}");
        let fault = LimitExceeded::Frame { announced: limit + 1, limit }.into();
        assert_eq!(over, WalkStop::Fault(fault), "{limit}");
    }
}

#[test]
fn size_limit_holds_for_frames_in_short_form() {
    for limit in 0..255 {
        let limits =
            TrafficLimits { max_message_size: Some(limit.into()), ..TrafficLimits::default() };

        let exact = Decoder::new(limits).walk(&mut [0, limit], 1).stop;
        let over = Decoder::new(limits).walk(&mut [0, limit + 1], 1).stop;

        assert!(!matches!(exact, WalkStop::Fault(_)), "{limit}");
        assert!(matches!(over, WalkStop::Fault(_)), "{limit}");
    }
}

#[test]
fn endless_multipart_ends_at_the_most_frames() {
    let mut decoder = decoder();
    let mut frames = b"\x01\0".repeat(65_536);

    let walk = decoder.walk(&mut frames, usize::MAX);
    assert_eq!(walk.frames_end, frames.len());
    let end = decoder.walk(&mut b"\0\0".to_owned(), usize::MAX);

    let fault = LimitExceeded::Frames { limit: 65_536 }.into();
    assert_eq!(end.stop, WalkStop::Fault(fault));
}

#[test]
fn frames_of_the_next_message_count_from_zero() {
    let limits = TrafficLimits { max_frames: 2, ..TrafficLimits::default() };
    let mut input = b"\x01\0\0\0".repeat(100);

    let walk = Decoder::new(limits).walk(&mut input, usize::MAX);

    assert_eq!(walk.messages, 100);
}

#[test]
fn empty_frames_count_as_64_octets_of_their_message() {
    let limits = TrafficLimits { max_message_octets: 640, ..TrafficLimits::default() };

    let walk = Decoder::new(limits).walk(&mut b"\x01\0".repeat(11), usize::MAX);

    assert_eq!(walk.frames_end, 20);
    assert_eq!(walk.stop, WalkStop::Fault(LimitExceeded::Message { limit: 640 }.into()));
}

#[test]
fn large_frames_count_once_and_before_their_body_arrives() {
    let limits = TrafficLimits { max_message_octets: 150_000, ..TrafficLimits::default() };
    let mut decoder = Decoder::new(limits);

    let stops = [0x03, 0x03, 0x03].map(|flags| walk_on(&mut decoder, flags, 70_000).stop);

    let large = WalkStop::Large { header_len: 9, kind: FrameKind::More, body_len: 70_000 };
    let fault = WalkStop::Fault(LimitExceeded::Message { limit: 150_000 }.into());
    assert_eq!(stops, [large.clone(), large, fault]);
}

#[test]
fn large_last_frame_ends_its_message() {
    let mut decoder = decoder();
    walk_on(&mut decoder, 0x03, 70_000);
    assert!(decoder.in_message());

    let walk = walk_on(&mut decoder, 0xfa, 70_000);

    let stop = WalkStop::Large { header_len: 9, kind: FrameKind::Last, body_len: 70_000 };
    assert_eq!(walk, Walk { messages: 0, messages_end: 0, frames_end: 0, stop });
    assert!(!decoder.in_message());
}

#[test]
fn limits_so_low_that_no_message_passes_are_kept() {
    let no_frames = TrafficLimits { max_frames: 0, ..TrafficLimits::default() };
    let no_octets = TrafficLimits { max_message_octets: 63, ..TrafficLimits::default() };

    for limits in [no_frames, no_octets] {
        let walk = Decoder::new(limits).walk(&mut b"\0\0".to_owned(), 1);
        assert!(matches!(walk.stop, WalkStop::Fault(_)), "{limits:?}");
    }
}

#[test]
fn publisher_may_take_longer_commands() {
    let decoder = decoder().with_max_command(1 << 20);

    assert_eq!(
        walk_header(decoder, 0x06, 1 << 20).stop,
        WalkStop::NeedMore { frame_len: 9 + (1 << 20) }
    );
}

#[test]
fn publisher_takes_topics_of_1_mib_and_not_an_octet_more() {
    let topic = vec![b't'; (1 << 20) + 1];
    let read = |topic| {
        let mut octets = Vec::new();
        put_subscribe(&mut octets, topic);
        Reader::new(decoder().with_max_topic(1 << 20)).read(&octets, usize::MAX)
    };

    let [exact, over] = [read(&topic[1..]), read(&topic)];

    assert!(matches!(exact.as_slice(), [Inbound::Command(body)]
        if Command::parse(body) == Command::Subscribe(&topic[1..])));
    let fault = LimitExceeded::Command { announced: (1 << 20) + 11, limit: (1 << 20) + 10 };
    assert_eq!(over, [Inbound::Fault(fault.into())]);
}

#[test]
fn short_topics_do_not_lower_the_limit_of_commands() {
    let decoder = decoder().with_max_topic(10);

    let stop = walk_header(decoder, 0x06, u64::try_from(MAX_COMMAND_BODY).unwrap()).stop;

    assert_eq!(stop, WalkStop::NeedMore { frame_len: 9 + MAX_COMMAND_BODY });
}

#[test]
fn metadata_has_at_most_64_properties() {
    let properties = |count: u8| -> Vec<u8> {
        (0..count).flat_map(|n| [2, b'X', n, 0, 0, 0, 0]).collect::<Vec<u8>>()
    };

    assert_eq!(parse(&properties(64)).unwrap().len(), 64);
    assert_eq!(parse(&properties(65)), Err(LimitExceeded::Properties { limit: 64 }.into()));
}

#[test]
fn duplicate_properties_count_against_the_limit() {
    let fault = LimitExceeded::Properties { limit: 64 }.into();

    assert_eq!(parse(&b"\x01X\0\0\0\0".repeat(65)), Err(fault));
}

#[test]
fn metadata_value_has_at_most_8_kib() {
    let property = |len: u32| [&b"\x01X"[..], &len.to_be_bytes(), &vec![0; 8193]].concat();

    assert_eq!(parse(&property(8192)[..6 + 8192]).unwrap().get(b"x").unwrap().len(), 8192);
    for announced in [8193, 1 << 31, u32::MAX] {
        let fault = LimitExceeded::PropertyValue { announced, limit: 8192 };
        assert_eq!(parse(&property(announced)), Err(fault.into()));
    }
}

#[test]
fn metadata_has_at_most_16_kib() {
    let fault = LimitExceeded::Metadata { limit: 16_384 }.into();

    assert_eq!(parse(&vec![0; 16_385]), Err(fault));
}

/// 2^k - 1, 2^k and 2^k + 1 for k from 7 to 64, as far as 64 bits go.
fn lengths_around_powers_of_two() -> impl Iterator<Item = u64> {
    (7..=64)
        .flat_map(|k| [(1_u128 << k) - 1, 1 << k, (1 << k) + 1])
        .filter_map(|length| u64::try_from(length).ok())
}

fn decoder() -> Decoder {
    Decoder::new(TrafficLimits::default())
}

fn walk_header(mut decoder: Decoder, flags: u8, body_len: u64) -> Walk {
    walk_on(&mut decoder, flags, body_len)
}

fn walk_on(decoder: &mut Decoder, flags: u8, body_len: u64) -> Walk {
    decoder.walk(&mut [&[flags][..], &body_len.to_be_bytes()].concat(), usize::MAX)
}

fn too_long_to_be_a_length(announced: u64) -> WalkStop {
    WalkStop::Fault(Malformed::FrameLength { announced }.into())
}

fn parse(input: &[u8]) -> Result<Metadata, Fault> {
    Metadata::parse(input, &MetadataLimits::default())
}

const LARGE: u64 = 65_536;
const GIB: u64 = 1 << 30;
const _: () = assert!(LARGE_BODY == 65_536);
