//! Any cut of a stream decodes the same.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod dialogue;
mod traffic;

use proptest::{collection::vec, prelude::*};
use zmq4_proto::{
    Decoder, FrameKind, HandshakeConfig, SocketType, TrafficLimits, put_error, put_frame, put_ping,
    put_subscribe,
};

use dialogue::{command, greeting, ready, shake};
use traffic::{Inbound, Reader};

#[test]
fn every_single_cut_of_a_handshake_ends_the_same() {
    for stream in handshakes() {
        let whole = shake(config(), [&stream[..]]);

        for cut in 0..=stream.len() {
            let (front, back) = stream.split_at(cut);
            assert_eq!(shake(config(), [front, back]), whole, "{cut} {stream:?}");
        }
    }
}

#[test]
fn handshake_in_single_octets_ends_the_same() {
    for stream in handshakes() {
        assert_eq!(shake(config(), stream.chunks(1)), shake(config(), [&stream[..]]), "{stream:?}");
    }
}

#[test]
fn every_single_cut_of_traffic_gives_the_same() {
    let stream = traffic();
    let whole = read([&stream[..]], usize::MAX);

    for cut in 0..=stream.len() {
        let (front, back) = stream.split_at(cut);
        assert_eq!(read([front, back], usize::MAX), whole, "{cut}");
    }
}

#[test]
fn traffic_in_single_octets_gives_the_same() {
    let stream = traffic();

    assert_eq!(read(stream.chunks(1), usize::MAX), read([&stream[..]], usize::MAX));
}

#[test]
fn large_frames_within_a_multipart_give_the_same_however_they_are_cut() {
    let mut stream = Vec::new();
    for (kind, len) in [(FrameKind::More, 65_535), (FrameKind::More, 65_536), (FrameKind::Last, 3)]
    {
        put_frame(&mut stream, kind, &vec![7; len]);
    }
    put_frame(&mut stream, FrameKind::Last, &vec![8; 100_000]);
    let whole = read([&stream[..]], usize::MAX);
    assert_eq!(whole.len(), 2);

    for piece_len in [9, 1_000, 65_536, 65_544, 131_080] {
        assert_eq!(read(stream.chunks(piece_len), 1), whole, "{piece_len}");
    }
}

proptest! {
    #[test]
    fn any_cuts_of_any_octets_behind_a_greeting_end_the_same(
        tail in vec(any::<u8>(), 0..200),
        commands in 0..handshakes().len(),
        cuts in vec(1_usize..40, 1..20),
    ) {
        let stream = [handshakes()[commands].clone(), tail].concat();

        prop_assert_eq!(shake(config(), pieces(&stream, &cuts)), shake(config(), [&stream[..]]));
    }

    #[test]
    fn any_cuts_and_any_budget_of_any_octets_give_the_same(
        stream in vec(any::<u8>(), 0..300),
        cuts in vec(1_usize..40, 1..20),
        budget in 1_usize..4,
    ) {
        prop_assert_eq!(read(pieces(&stream, &cuts), budget), read([&stream[..]], usize::MAX));
    }

    #[test]
    fn any_cuts_and_any_budget_of_frames_give_the_same(
        frames in vec((0_u8..6, 0_usize..300), 0..40),
        cuts in vec(1_usize..600, 1..20),
        budget in 1_usize..4,
    ) {
        let mut stream = Vec::new();
        for (kind, len) in frames {
            put_any(&mut stream, kind, len);
        }

        prop_assert_eq!(read(pieces(&stream, &cuts), budget), read([&stream[..]], usize::MAX));
    }
}

fn config() -> HandshakeConfig {
    HandshakeConfig::new(SocketType::Dealer)
}

/// Streams of good and bad peers, each to its end and some octets behind.
fn handshakes() -> Vec<Vec<u8>> {
    let mut plain = greeting(3, 1);
    plain[12..17].copy_from_slice(b"PLAIN");
    let mut error = greeting(3, 0);
    put_error(&mut error, "400");
    vec![
        [&greeting(3, 1)[..], &ready("ROUTER"), b"\0\x02hi"].concat(),
        [&greeting(3, 0)[..], &ready("REP"), &ready("REP")].concat(),
        [&greeting(3, 1)[..], &ready("PULL"), b"\0\x02hi"].concat(),
        [&greeting(3, 1)[..], &command(b"\x04PING\0\0"), &ready("REP")].concat(),
        [&greeting(3, 1)[..], &command(b"\x05READY\x01")].concat(),
        [&greeting(3, 1)[..], b"\0\x02hi"].concat(),
        [&greeting(3, 1)[..], b"\x06\xff\0\0\0\0\0\0\0xyz"].concat(),
        [&plain[..], &command(b"\x05HELLO")].concat(),
        [&error[..], b"\0\x02hi"].concat(),
        greeting(1, 0),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        b"\xff\0\0\0\0\0\0\0\x05\0myid\0\0".to_vec(),
        b"GETTING\0\0\0\0\0\0\0".to_vec(),
    ]
}

/// Messages and commands of every kind, a PING between two frames, then a fault.
fn traffic() -> Vec<u8> {
    let mut stream = Vec::new();
    for kind in [0, 1, 2, 3, 0, 4, 5, 1] {
        put_any(&mut stream, kind, 5);
        put_any(&mut stream, kind, 300);
    }
    stream.extend_from_slice(b"\xf8\x02hi\x03\xff\0\0\0\0\0\0\0\0\x02hi");
    stream
}

fn put_any(stream: &mut Vec<u8>, kind: u8, len: usize) {
    match kind {
        0 => put_frame(stream, FrameKind::More, &vec![b'm'; len]),
        1 => put_frame(stream, FrameKind::Last, &vec![b'l'; len]),
        2 => put_ping(stream, 10, b"ctx"),
        3 => put_subscribe(stream, &vec![b's'; len]),
        4 => stream.extend_from_slice(b"\xf2\0\0\0\0\0\0\0\x01x"),
        _ => put_frame(stream, FrameKind::Command, &vec![b'?'; len]),
    }
}

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, budget: usize) -> Vec<Inbound> {
    let mut reader = Reader::new(Decoder::new(TrafficLimits::default()));
    pieces.into_iter().flat_map(|piece| reader.read(piece, budget)).collect()
}

/// Cuts `stream` into pieces of these lengths, over and over.
fn pieces<'a>(stream: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let (mut rest, mut lengths, mut pieces) = (stream, lengths.iter().cycle(), Vec::new());
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(rest.len().min(*lengths.next().unwrap()));
        pieces.push(piece);
        rest = behind;
    }
    pieces
}
