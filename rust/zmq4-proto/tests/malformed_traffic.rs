//! What a peer may get wrong once it is ready, and what becomes of it: one test a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod traffic;

use zmq4_proto::{
    Command, Decoder, Fault, LimitExceeded, Malformed, TrafficLimits, Walk, WalkStop,
};

use traffic::{Inbound, Reader, message};

#[test]
fn reserved_bits_are_ignored_and_cleared() {
    let mut input = *b"\xf9\x01a\xf8\x01b";

    let walk = decoder().walk(&mut input, usize::MAX);

    assert_eq!(walk.messages, 1);
    assert_eq!(input, *b"\x01\x01a\x00\x01b");
}

#[test]
fn reserved_bits_of_a_large_frame_are_cleared_too() {
    let mut input = *b"\xfb\0\0\0\0\0\x01\0\0";

    let walk = decoder().walk(&mut input, usize::MAX);

    assert!(matches!(walk.stop, WalkStop::Large { .. }));
    assert_eq!(input[0], 0x03);
}

#[test]
fn long_form_of_a_short_body_stays_walkable() {
    let mut input = *b"\xfa\0\0\0\0\0\0\0\x01a";
    let first = decoder().walk(&mut input, usize::MAX);
    assert_eq!((first.messages, input[0]), (1, 0x02));

    let second = decoder().walk(&mut input, usize::MAX);

    assert_eq!(second, first);
    assert_eq!(read(&input), [message(&[b"a"])]);
}

#[test]
fn command_between_two_frames_leaves_the_message_intact() {
    let inbound = read(b"\x01\x01a\x04\x07\x04PING\0\0\x01\x01b\x04\x04\x03FOO\0\x01c");

    assert_eq!(inbound.len(), 3);
    assert_eq!(commands(&inbound).len(), 2);
    assert_eq!(inbound[2], message(&[b"a", b"b", b"c"]));
}

#[test]
fn commands_that_mean_nothing_are_found_and_read_as_such() {
    let inbound = read(b"\x04\x04\x03FOO\x04\0\x04\x02\x09S\x04\x01\0\0\x01m");

    let name = &b"FOO"[..];
    let expected =
        [Command::Unknown { name }, Command::Malformed, Command::Malformed, Command::Malformed];
    assert_eq!(commands(&inbound), expected);
    assert_eq!(inbound[4], message(&[b"m"]));
}

#[test]
fn command_with_more_reads_as_malformed() {
    let inbound = read(b"\x05\x07\x04PING\0\x0a\0\x01m");

    assert_eq!(commands(&inbound), [Command::Malformed]);
    assert_eq!(inbound[1], message(&[b"m"]));
}

#[test]
fn command_with_more_does_not_continue_a_message() {
    let mut decoder = decoder();

    let walk = decoder.walk(&mut b"\x05\x00".to_owned(), usize::MAX);

    assert_eq!(walk.stop, WalkStop::Command { body: 2..2, end: 2 });
    assert!(!decoder.in_message());
}

#[test]
fn subscription_is_told_from_a_message() {
    let inbound = read(b"\x04\x0b\x09SUBSCRIBEA\0\x02\x01A");

    assert_eq!(commands(&inbound), [Command::Subscribe(b"A")]);
    assert_eq!(inbound[1], message(&[b"\x01A"]));
}

#[test]
fn frame_over_the_size_limit_is_a_fault_and_one_of_exactly_the_limit_is_not() {
    let limits = TrafficLimits { max_message_size: Some(5), ..TrafficLimits::default() };
    let read = |input: &[u8]| Reader::new(Decoder::new(limits)).read(input, usize::MAX);

    let fault = LimitExceeded::Frame { announced: 6, limit: 5 }.into();
    assert_eq!(read(b"\0\x05hello\0\x06"), [message(&[b"hello"]), Inbound::Fault(fault)]);
}

#[test]
fn absurd_lengths_are_malformed() {
    for length in [1 << 63, u64::MAX, u64::MAX - 8] {
        let input = [&b"\0\x01a\x02"[..], &length.to_be_bytes()].concat();

        let fault = Fault::from(Malformed::FrameLength { announced: length });
        assert_eq!(read(&input), [message(&[b"a"]), Inbound::Fault(fault)]);
    }
}

#[test]
fn message_cut_off_in_mid_frame_or_in_mid_multipart_is_not_seen() {
    assert_eq!(read(b"\0\x05hell"), []);
    assert_eq!(read(b"\x01\x05hello"), []);
    assert_eq!(read(b"\x01\x05hello\0"), []);
}

#[test]
fn everything_before_a_fault_is_good() {
    let mut input = *b"\0\x01a\x01\x01b\x02\xff\0\0\0\0\0\0\0";

    let walk = decoder().walk(&mut input, usize::MAX);

    let fault = Malformed::FrameLength { announced: 0xff << 56 }.into();
    let stop = WalkStop::Fault(fault);
    assert_eq!(walk, Walk { messages: 1, messages_end: 3, frames_end: 6, stop });
}

#[test]
fn walk_stops_at_its_budget_and_goes_on_from_there() {
    let mut decoder = decoder();
    let mut input = *b"\0\x01a\0\x01b\x01\x01c\0\x01d";

    let first = decoder.walk(&mut input, 2);
    let second = decoder.walk(&mut input[6..], 2);

    assert_eq!(first, Walk { messages: 2, messages_end: 6, frames_end: 6, stop: WalkStop::Budget });
    let stop = WalkStop::NeedMore { frame_len: 0 };
    assert_eq!(second, Walk { messages: 1, messages_end: 6, frames_end: 6, stop });
}

#[test]
fn walk_without_a_budget_does_nothing() {
    let stop = WalkStop::Budget;

    let walk = decoder().walk(&mut b"\0\0".to_owned(), 0);

    assert_eq!(walk, Walk { messages: 0, messages_end: 0, frames_end: 0, stop });
}

#[test]
fn unfinished_message_lies_between_the_two_ends() {
    let mut decoder = decoder();

    let walk = decoder.walk(&mut b"\0\x01a\x01\x01b\x01\x01c\0\x05de".to_owned(), usize::MAX);

    let stop = WalkStop::NeedMore { frame_len: 7 };
    assert_eq!(walk, Walk { messages: 1, messages_end: 3, frames_end: 9, stop });
    assert!(decoder.in_message());
}

#[test]
fn reset_forgets_the_unfinished_message() {
    let mut decoder = decoder();
    decoder.walk(&mut b"\x01\x01b".to_owned(), usize::MAX);

    decoder.reset();

    assert!(!decoder.in_message());
}

fn decoder() -> Decoder {
    Decoder::new(TrafficLimits::default())
}

fn read(input: &[u8]) -> Vec<Inbound> {
    Reader::new(decoder()).read(input, usize::MAX)
}

fn commands(inbound: &[Inbound]) -> Vec<Command<'_>> {
    let bodies = inbound.iter().filter_map(|inbound| match inbound {
        Inbound::Command(body) => Some(body),
        Inbound::Message(_) | Inbound::Fault(_) => None,
    });
    bodies.map(|body| Command::parse(body)).collect()
}
