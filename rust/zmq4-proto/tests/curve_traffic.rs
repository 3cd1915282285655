//! Encrypted traffic: runs of frames there and back, and what a peer on the path may try.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod secured;

use proptest::{collection::vec, prelude::*};
use zmq4_proto::{
    Decoder, Fault, Forged, FrameHeader, FrameKind, LimitExceeded, Malformed, OpenStop, Opener,
    Sealer, SecurityCommand, SocketType, TrafficLimits, Verdict, WalkStop, put_frame,
};

use secured::{curve_client, curve_server, meet};

#[test]
fn run_of_plain_frames_comes_out_as_it_went_in() {
    let (mut sealer, mut opener) = halves();
    let plain = some_frames();

    let (mut wire, _) = seal(&mut sealer, &plain);

    assert_eq!(open(&mut opener, &mut wire).unwrap(), plain);
}

#[test]
fn both_directions_have_their_own_nonces() {
    let ([mut to_server, mut to_client], [mut at_server, mut at_client]) = both_ways();

    let (mut there, _) = seal(&mut to_server, b"\0\x02hi");
    let (mut back, _) = seal(&mut to_client, b"\0\x02hi");

    assert_ne!(there, back);
    assert_eq!(open(&mut at_server, &mut there).unwrap(), b"\0\x02hi");
    assert_eq!(open(&mut at_client, &mut back).unwrap(), b"\0\x02hi");
}

#[test]
fn message_does_not_open_in_the_other_direction() {
    let ([_, mut to_client], [mut at_server, _]) = both_ways();
    seal(&mut to_client, b"\0\x05first");

    // The nonce is the one that the server expects.
    let (mut wire, _) = seal(&mut to_client, b"\0\x02hi");

    assert_eq!(open(&mut at_server, &mut wire), Err(BROKEN_BOX));
}

#[test]
fn same_frame_is_never_sealed_alike() {
    let (mut sealer, _) = halves();

    let (first, _) = seal(&mut sealer, b"\0\x02hi");
    let (second, _) = seal(&mut sealer, b"\0\x02hi");

    assert_ne!(first[18..], second[18..]);
}

#[test]
fn every_cut_of_the_wire_opens_to_the_same() {
    let (mut sealer, _) = halves();
    let plain = some_frames();
    let (wire, _) = seal(&mut sealer, &plain);

    for cut in (0..=wire.len()).step_by(7) {
        let (_, mut opener) = halves();
        let (mut unread, mut came) = (Vec::new(), Vec::new());
        for piece in [&wire[..cut], &wire[cut..]] {
            unread.extend_from_slice(piece);
            let run = opener.open_run(&mut unread);
            came.extend_from_slice(&unread[..run.plain_len]);
            unread.drain(..run.consumed);
        }
        assert_eq!(came, plain, "{cut}");
        assert!(unread.is_empty());
    }
}

#[test]
fn missing_octets_are_announced_by_the_frame_that_misses_them() {
    let (mut sealer, mut opener) = halves();
    let mut plain = Vec::new();
    put_frame(&mut plain, FrameKind::Last, &vec![7; 70_000]);
    let (wire, _) = seal(&mut sealer, &plain);

    let stop = |opener: &mut Opener, len: usize| opener.open_run(&mut wire[..len].to_vec()).stop;

    assert_eq!(stop(&mut opener, 8), OpenStop::NeedMore { frame_len: 0 });
    let frame_len = u64::try_from(wire.len()).unwrap();
    assert_eq!(stop(&mut opener, 9), OpenStop::NeedMore { frame_len });
    assert_eq!(stop(&mut opener, wire.len() - 1), OpenStop::NeedMore { frame_len });
    assert_eq!(open(&mut opener, &mut wire.clone()).unwrap(), plain);
}

#[test]
fn large_frame_opens_in_the_buffer_that_it_was_collected_in() {
    let (mut sealer, mut opener) = halves();
    let mut wire = Vec::new();
    sealer.seal_frame(FrameKind::More, &vec![7; 70_000], &mut wire).unwrap();

    let (kind, body) = opener.open_frame(&mut wire[9..]).unwrap();

    assert_eq!((kind, body.len()), (FrameKind::More, 70_000));
    assert!(body.iter().all(|&octet| octet == 7));
    assert!(wire.ends_with(&vec![7; 70_000]));
}

#[test]
fn run_ends_within_256_kib_of_wire_and_goes_on_where_it_ended() {
    let (mut sealer, mut opener) = halves();
    let plain = b"\0\x01x".repeat(50_000);

    let (mut wire, runs) = seal(&mut sealer, &plain);

    assert!(runs.len() > 1);
    assert!(runs.iter().all(|&len| len <= Sealer::RUN_LEN && len + 36 > Sealer::RUN_LEN / 10));
    assert_eq!(open(&mut opener, &mut wire).unwrap(), plain);
}

#[test]
fn run_tells_whether_a_message_is_unfinished() {
    let (mut sealer, _) = halves();
    let ends = |sealer: &mut Sealer, plain: &[u8]| {
        let run = sealer.seal_run(plain, &mut Vec::new()).unwrap();
        (run.consumed, run.ends_message)
    };

    assert_eq!(ends(&mut sealer, b""), (0, true));
    assert_eq!(ends(&mut sealer, b"\x01\x01a"), (3, false));
    assert_eq!(ends(&mut sealer, b"\x01\x01a\0\x01b"), (6, true));
    assert_eq!(ends(&mut sealer, b"\x01\x01a\0\x05b"), (3, false));
    assert_eq!(ends(&mut sealer, b"\x04\x05\x04PONG"), (7, true));
}

#[test]
fn announced_sealed_length_is_the_written_one() {
    let (mut sealer, _) = halves();
    for len in [0, 1, 221, 222, 223, 255, 256, 65_536] {
        let mut wire = Vec::new();
        sealer.seal_frame(FrameKind::Last, &vec![7; len], &mut wire).unwrap();

        assert_eq!(wire.len(), Sealer::sealed_len(len), "{len}");
    }
}

#[test]
fn no_changed_octet_of_a_message_opens() {
    let (mut sealer, _) = halves();
    let (wire, _) = seal(&mut sealer, b"\0\x05hello");
    for at in 2..wire.len() {
        for mask in [0x01, 0x80] {
            let (_, mut opener) = halves();
            let mut changed = wire.clone();
            changed[at] ^= mask;

            let fault = open(&mut opener, &mut changed).unwrap_err();

            assert_eq!(matches!(fault, Fault::Malformed(_)), at < 10, "{at}: {fault}");
            assert_eq!(open(&mut opener, &mut wire.clone()), Err(fault), "it opens nothing more");
        }
    }
}

#[test]
fn good_frame_behind_a_fault_is_not_opened() {
    let (mut sealer, mut opener) = halves();
    let mut wire = Vec::new();
    sealer.seal_frame(FrameKind::Last, b"hi", &mut wire).unwrap();

    let fault = open(&mut opener, &mut [0, 0]).unwrap_err();

    assert_eq!(opener.open_frame(&mut wire[2..]), Err(fault));
}

#[test]
fn outer_flags_mean_nothing() {
    for flags in [0x00, 0x01, 0x04, 0x05, 0xf8] {
        let (mut sealer, mut opener) = halves();
        let (mut wire, _) = seal(&mut sealer, b"\0\x05hello");
        wire[0] = flags;

        assert_eq!(open(&mut opener, &mut wire).unwrap(), b"\0\x05hello", "{flags:#x}");
    }
}

#[test]
fn repeated_message_is_refused() {
    let (mut sealer, mut opener) = halves();
    let (wire, _) = seal(&mut sealer, b"\0\x02hi");
    open(&mut opener, &mut wire.clone()).unwrap();

    let fault = open(&mut opener, &mut wire.clone()).unwrap_err();

    assert_eq!(fault, Forged::Nonce { nonce: 3, last: 3 }.into());
}

#[test]
fn swapped_messages_are_refused() {
    let (mut sealer, mut opener) = halves();
    let (first, _) = seal(&mut sealer, b"\0\x01a");
    let (second, _) = seal(&mut sealer, b"\0\x01b");
    let (third, _) = seal(&mut sealer, b"\0\x01c");
    let mut wire = [first, third, second].concat();

    let run = opener.open_run(&mut wire);

    assert_eq!(run.stop, OpenStop::Fault(Forged::Nonce { nonce: 5, last: 3 }.into()));
    assert_eq!(wire[..run.plain_len], *b"\0\x01a", "what came before the fault is good");
}

#[test]
fn missing_message_is_noticed_at_the_next() {
    let (mut sealer, mut opener) = halves();
    seal(&mut sealer, b"\0\x01a");
    let (mut wire, _) = seal(&mut sealer, b"\0\x01b");

    let fault = open(&mut opener, &mut wire).unwrap_err();

    assert_eq!(fault, Forged::Nonce { nonce: 4, last: 2 }.into());
}

#[test]
fn handshake_s_own_commands_are_no_traffic() {
    let [client, server] = meet(
        [curve_client(SocketType::Dealer), curve_server(SocketType::Router)],
        &Verdict::accept(),
    );
    let (initiate, ready) = (client.sent[64 + 202..].to_vec(), server.sent[64 + 170..].to_vec());
    let ((_, mut at_client), (_, mut at_server)) = (client.halves(), server.halves());

    for (opener, mut wire) in [(&mut at_server, initiate), (&mut at_client, ready)] {
        assert_eq!(open(opener, &mut wire), Err(Malformed::NotSealed.into()));
    }
}

#[test]
fn frames_that_hold_no_message_are_malformed() {
    for len in [0_u8, 1, 8, 32] {
        let (_, mut opener) = halves();
        let wire = [&[0, len][..], &b"\x07MESSAGE".repeat(5)[..len.into()]].concat();

        let fault = open(&mut opener, &mut wire.clone()).unwrap_err();

        let command = SecurityCommand::Message;
        assert_eq!(fault, Malformed::CommandLength { command, len: len.into() }.into());
    }
    let (_, mut opener) = halves();
    let plain = [&b"\0\x40"[..], &[b'x'; 64]].concat();
    assert_eq!(open(&mut opener, &mut plain.clone()), Err(Malformed::NotSealed.into()));
}

#[test]
fn absurd_lengths_are_refused_at_the_header() {
    let (_, mut opener) = halves();
    let mut wire = *b"\x02\xff\xff\xff\xff\xff\xff\xff\xff";
    assert!(matches!(opener.open_run(&mut wire).stop, OpenStop::Fault(Fault::Malformed(_))));

    let (_, mut opener) = halves();
    opener.limit_bodies(Some(1_000));
    let mut wire = *b"\x02\x7f\xff\xff\xff\xff\xff\xff\xff";
    let announced = (u64::MAX >> 1) - 33;
    let fault = LimitExceeded::Frame { announced, limit: 1_000 };
    assert_eq!(opener.open_run(&mut wire).stop, OpenStop::Fault(fault.into()));
}

#[test]
fn limit_is_that_of_the_plain_body() {
    let (mut sealer, mut opener) = halves();
    opener.limit_bodies(Some(1_000));
    let mut wire = Vec::new();

    sealer.seal_frame(FrameKind::Last, &[7; 1_000], &mut wire).unwrap();
    assert!(open(&mut opener, &mut wire).is_ok());
    wire.clear();
    sealer.seal_frame(FrameKind::Last, &[7; 1_001], &mut wire).unwrap();
    let fault = LimitExceeded::Frame { announced: 1_001, limit: 1_000 };
    assert_eq!(open(&mut opener, &mut wire[..9]), Err(fault.into()));
}

#[test]
fn decoder_walks_what_was_opened() {
    let (mut sealer, mut opener) = halves();
    let (mut wire, _) = seal(&mut sealer, b"\x01\x01a\0\x01b\x04\x07\x04PING\0\0");
    let run = opener.open_run(&mut wire);

    let walk = Decoder::new(TrafficLimits::default()).walk(&mut wire[..run.plain_len], 10);

    assert_eq!((walk.messages, walk.messages_end), (1, 6));
    assert_eq!(walk.stop, WalkStop::Command { body: 8..15, end: 15 });
}

proptest! {
    #[test]
    fn run_has_the_octets_of_its_frames_sealed_one_by_one(
        frames in vec((0_u8..3, 0_usize..400), 0..40),
    ) {
        let ((mut together, _), (mut singly, _)) = (halves(), halves());
        let (mut plain, mut expected) = (Vec::new(), Vec::new());
        for (kind, len) in frames {
            let body = vec![kind; len];
            put_frame(&mut plain, kind_of(kind), &body);
            singly.seal_frame(kind_of(kind), &body, &mut expected).unwrap();
        }

        prop_assert_eq!(seal(&mut together, &plain).0, expected);
    }

    #[test]
    fn frames_before_a_broken_one_of_a_run_come_out(
        lens in vec(0_usize..200, 1..30),
        broken: prop::sample::Index,
        bit in 0..8_u32,
    ) {
        let (mut sealer, mut opener) = halves();
        let (mut plain_ends, mut ends) = (vec![0], vec![0]);
        let (mut plain, mut wire) = (Vec::new(), Vec::new());
        for len in lens {
            put_frame(&mut plain, FrameKind::Last, &vec![7; len]);
            sealer.seal_frame(FrameKind::Last, &vec![7; len], &mut wire).unwrap();
            plain_ends.push(plain.len());
            ends.push(wire.len());
        }
        let broken = broken.index(ends.len() - 1);
        wire[ends[broken + 1] - 1] ^= 1 << bit;

        let run = opener.open_run(&mut wire);

        prop_assert_eq!(run.stop, OpenStop::Fault(BROKEN_BOX));
        prop_assert_eq!((run.plain_len, run.consumed), (plain_ends[broken], ends[broken]));
        prop_assert_eq!(&wire[..run.plain_len], &plain[..run.plain_len]);
    }

    #[test]
    fn any_frames_in_any_pieces_come_out_as_they_went_in(
        frames in vec((0_u8..3, 0_usize..700), 0..30),
        cuts in vec(1_usize..900, 1..20),
    ) {
        let (mut sealer, mut opener) = halves();
        let mut plain = Vec::new();
        for (kind, len) in frames {
            put_frame(&mut plain, kind_of(kind), &vec![kind; len]);
        }
        let (wire, _) = seal(&mut sealer, &plain);

        let (mut unread, mut came, mut rest, mut cuts) =
            (Vec::new(), Vec::new(), &wire[..], cuts.iter().cycle());
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
            unread.extend_from_slice(piece);
            let run = opener.open_run(&mut unread);
            prop_assert!(!matches!(run.stop, OpenStop::Fault(_)));
            came.extend_from_slice(&unread[..run.plain_len]);
            unread.drain(..run.consumed);
            rest = behind;
        }
        prop_assert_eq!(came, plain);
    }

    #[test]
    fn any_octets_are_a_fault_or_unfinished_and_never_plain(wire in vec(any::<u8>(), 0..400)) {
        let (_, mut opener) = halves();

        let run = opener.open_run(&mut wire.clone());

        prop_assert_eq!((run.plain_len, run.consumed), (0, 0));
    }
}

fn kind_of(number: u8) -> FrameKind {
    match number {
        0 => FrameKind::Last,
        1 => FrameKind::More,
        _ => FrameKind::Command,
    }
}

/// Frames of every kind and of lengths around each form of header.
fn some_frames() -> Vec<u8> {
    let mut plain = Vec::new();
    for kind in 0..3 {
        for len in [0, 1, 222, 223, 255, 256] {
            put_frame(&mut plain, kind_of(kind), &vec![kind; len]);
        }
    }
    plain
}

/// Seals everything; the lengths of the runs are told too.
fn seal(sealer: &mut Sealer, plain: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let (mut wire, mut runs, mut rest) = (Vec::new(), Vec::new(), plain);
    while !rest.is_empty() {
        let begin = wire.len();
        let run = sealer.seal_run(rest, &mut wire).unwrap();
        assert!(run.consumed > 0, "whole frames");
        runs.push(wire.len() - begin);
        rest = &rest[run.consumed..];
    }
    (wire, runs)
}

/// Opens everything, or tells the fault.
fn open(opener: &mut Opener, wire: &mut [u8]) -> Result<Vec<u8>, Fault> {
    let run = opener.open_run(wire);
    match run.stop {
        OpenStop::Fault(fault) => Err(fault),
        OpenStop::NeedMore { .. } => {
            assert_eq!(run.consumed, wire.len(), "{:?}", FrameHeader::decode(wire));
            Ok(wire[..run.plain_len].to_vec())
        }
    }
}

/// The client's sealer and the server's opener.
fn halves() -> (Sealer, Opener) {
    let ([sealer, _], [opener, _]) = both_ways();
    (sealer, opener)
}

/// To the server and to the client.
fn both_ways() -> ([Sealer; 2], [Opener; 2]) {
    let ends = [curve_client(SocketType::Dealer), curve_server(SocketType::Router)];
    let [client, server] = meet(ends, &Verdict::accept());
    let ((to_server, at_client), (to_client, at_server)) = (client.halves(), server.halves());
    ([*to_server, *to_client], [*at_server, *at_client])
}

const BROKEN_BOX: Fault = Fault::Forged(Forged::Box { command: SecurityCommand::Message });
