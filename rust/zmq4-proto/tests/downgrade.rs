//! Peers that speak ZMTP 2.0, where they are accepted: recorded, cut anywhere, and malformed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod dialogue;
mod hex;

use zmq4_proto::{
    Established, Excerpt, Fault, Handshake, HandshakeConfig, Incompatible, Malformed, MinVersion,
    RoutingId, SocketType, Version, put_subscribe_message,
};

use dialogue::{Outcome, greeting, ready, shake};
use hex::hex;

#[test]
fn dialogue_of_a_sub_is_the_recorded_one() {
    let mut handshake = Handshake::new(accepting(SocketType::Sub));

    let sent = ["", "ff00000000000000017f", "01", "01", "0000"].map(|received| {
        handshake.handle_input(&hex(received)).unwrap();
        transmitted(&mut handshake)
    });
    let mut subscriptions = Vec::new();
    for topic in [&b""[..], b"A"] {
        put_subscribe_message(&mut subscriptions, topic);
    }

    assert_eq!(sent, ["ff00000000000000017f", "03", "02", "0000", ""].map(hex));
    assert!(handshake.is_established());
    assert_eq!(subscriptions, hex("000101 00020141"));
}

#[test]
fn our_routing_id_is_told_in_the_padding_and_in_the_identity() {
    let mut config = accepting(SocketType::Dealer);
    config.routing_id = RoutingId::try_from(&b"myid"[..]).unwrap();

    let outcome = shake(config, [&peer(SocketType::Router, b"")[..]]);

    assert_eq!(outcome.sent, hex("ff00000000000000057f 03 05 00046d796964"));
}

#[test]
fn peer_that_waits_for_our_octets_each_time_is_not_left_waiting() {
    let mut handshake = Handshake::new(accepting(SocketType::Push));
    let stages = ["ff00000000000000017f", "01", "07", "00026d65"];

    for stage in stages {
        assert_ne!(transmitted(&mut handshake), [], "nothing to wait for before {stage}");
        handshake.handle_input(&hex(stage)).unwrap();
    }

    let (established, _) = handshake.into_established().unwrap();
    assert_eq!(established, known(Some(SocketType::Pull), b"me"));
}

#[test]
fn peer_that_sends_all_at_once_is_established_with_its_traffic_left_over() {
    let input = [peer(SocketType::Pull, b"me"), hex("0005 68656c6c6f")].concat();

    let outcome = push_gets(&input);

    let expected = (known(Some(SocketType::Pull), b"me"), hex("0005 68656c6c6f"));
    assert_eq!(outcome.end, Some(Ok(expected)));
    assert_eq!(outcome.sent, hex("ff00000000000000017f 03 08 0000"));
}

#[test]
fn version_is_2_0_and_knows_no_commands() {
    let (established, _) = push_gets(&peer(SocketType::Pull, b"")).end.unwrap().unwrap();

    assert_eq!(established.version.to_string(), "2.0");
    assert!(!established.version.speaks_3_1());
    assert!(!established.version.has_commands());
}

#[test]
fn number_of_the_socket_type_is_taken_exactly_where_the_types_fit() {
    for ours in SocketType::ALL {
        for theirs in SocketType::ALL {
            let outcome = shake(accepting(ours), [&peer(theirs, b"")[..]]);

            if ours.accepts(theirs) {
                let (established, _) = outcome.end.unwrap().unwrap();
                assert_eq!(established.socket_type, Some(theirs));
            } else {
                let theirs = Excerpt::new(theirs.name().as_bytes());
                let fault = Incompatible::SocketType { ours, theirs };
                assert_eq!(failure(&outcome), fault.into());
                assert_eq!(outcome.sent.len(), 12, "neither our identity nor an ERROR");
            }
        }
    }
}

#[test]
fn unknown_numbers_of_socket_types_are_let_in() {
    for number in [11, 12, 255] {
        let input = [&SIGNATURE[..], &[1, number, 0, 0]].concat();

        let (established, _) = push_gets(&input).end.unwrap().unwrap();

        assert_eq!(established.socket_type, None);
    }
}

#[test]
fn our_xpub_and_xsub_are_pub_and_sub_on_this_wire() {
    let number = |ours, theirs| shake(accepting(ours), [&peer(theirs, b"")[..]]).sent[11];

    assert_eq!(number(SocketType::XPub, SocketType::Sub), 1);
    assert_eq!(number(SocketType::XSub, SocketType::Pub), 2);
}

#[test]
fn identity_has_at_most_255_octets() {
    let exact = push_gets(&peer(SocketType::Pull, &[b'a'; 255]));
    let over = push_gets(&[short_greeting(SocketType::Pull), hex("02 0000000000000100")].concat());

    assert_eq!(exact.end.unwrap().unwrap().0.routing_id.as_bytes(), [b'a'; 255]);
    assert_eq!(failure(&over), Malformed::RoutingIdLength { len: 256 }.into());
}

#[test]
fn identity_in_long_form_and_with_reserved_bits_is_taken() {
    for identity in ["02 0000000000000002 6d65", "f8 02 6d65", "fa 0000000000000002 6d65"] {
        let outcome = push_gets(&[short_greeting(SocketType::Pull), hex(identity)].concat());

        let (established, _) = outcome.end.unwrap().unwrap();
        assert_eq!(established.routing_id.as_bytes(), b"me");
    }
}

#[test]
fn identity_that_begins_with_zero_counts_as_none() {
    let (established, _) = push_gets(&peer(SocketType::Pull, b"\0abc")).end.unwrap().unwrap();

    assert_eq!(established.routing_id, RoutingId::default());
}

#[test]
fn frame_of_a_multipart_or_a_command_is_no_identity() {
    for frame in ["01 02 6d65", "03 0000000000000002 6d65", "05 00", "04 06 055245414459"] {
        let outcome = push_gets(&[short_greeting(SocketType::Pull), hex(frame)].concat());

        assert_eq!(failure(&outcome), Malformed::RoutingIdFrame.into(), "{frame}");
        assert_eq!(outcome.sent, hex("ff00000000000000017f 03 08 0000"), "no ERROR: {frame}");
    }
}

#[test]
fn identity_of_an_absurd_length_is_malformed() {
    let input = [short_greeting(SocketType::Pull), hex("02 ffffffffffffffff")].concat();

    let fault = Malformed::FrameLength { announced: u64::MAX };
    assert_eq!(failure(&push_gets(&input)), fault.into());
}

#[test]
fn version_1_0_is_refused_although_2_0_is_accepted() {
    let fault = failure(&push_gets(&[&SIGNATURE[..], &[0, 7, 1, 0]].concat()));

    assert_eq!(fault.to_string(), "the peer speaks ZMTP 1.0, but 2.0 is the least supported");
    for unversioned in ["0100", "ff 0000000000000005 00 6d796964"] {
        assert!(failure(&push_gets(&hex(unversioned))).to_string().contains("ZMTP 1.0"));
    }
}

#[test]
fn version_2_0_is_refused_unless_asked_for() {
    for (min_version, least) in [(MinVersion::V3_0, "3.0"), (MinVersion::V3_1, "3.1")] {
        let config = HandshakeConfig { min_version, ..accepting(SocketType::Push) };

        let outcome = shake(config, [&peer(SocketType::Pull, b"")[..]]);

        let reason = format!("the peer speaks ZMTP 2.0, but {least} is the least supported");
        assert_eq!(failure(&outcome).to_string(), reason);
        assert!(failure(&outcome).is_incompatible());
        assert_eq!(HandshakeConfig::new(SocketType::Push).min_version, MinVersion::V3_0);
    }
}

#[test]
fn version_3_0_is_refused_where_3_1_is_the_least() {
    let config = HandshakeConfig { min_version: MinVersion::V3_1, ..accepting(SocketType::Push) };
    let input = [greeting(3, 0), ready("PULL")].concat();

    let outcome = shake(config, [&input[..]]);

    let least = Version::OURS;
    let announced = Version { major: 3, minor: 0 };
    assert_eq!(failure(&outcome), Incompatible::Version { announced, least }.into());
    assert_eq!(outcome.sent, greeting(3, 1));
}

#[test]
fn peers_of_3_x_are_served_as_ever() {
    for (major, minor) in [(2, 0), (3, 0), (3, 1), (4, 0)] {
        let input = [greeting(major, minor), ready("PULL")].concat();

        let outcome = push_gets(&input);

        assert_eq!(outcome, shake(HandshakeConfig::new(SocketType::Push), [&input[..]]));
        assert!(matches!(outcome.end, Some(Ok(_))));
    }
}

#[test]
fn every_cut_of_the_stream_ends_the_same() {
    for stream in streams() {
        let whole = push_gets(&stream);

        for cut in 0..=stream.len() {
            let (front, back) = stream.split_at(cut);
            assert_eq!(shake(accepting(SocketType::Push), [front, back]), whole, "{cut}");
        }
        assert_eq!(shake(accepting(SocketType::Push), stream.chunks(1)), whole);
    }
}

#[test]
fn stream_that_ends_early_never_establishes() {
    let stream = peer(SocketType::Pull, b"me");

    for len in 0..stream.len() {
        assert_eq!(push_gets(&stream[..len]).end, None, "{len}");
    }
}

/// Streams of good and bad 2.0 peers, each to its end and some octets behind.
fn streams() -> Vec<Vec<u8>> {
    let behind = |tail: &str| [short_greeting(SocketType::Pull), hex(tail)].concat();
    vec![
        behind("0000 0002 6869"),
        behind("0002 6d65 0101 61 0000"),
        behind("02 0000000000000002 6d65 0000"),
        behind("02 0000000000000100 6161"),
        behind("02 8000000000000000 6161"),
        behind("0102 6d65 0000"),
        behind("0406 055245414459 0000"),
        [short_greeting(SocketType::Pub), hex("0000")].concat(),
        [&SIGNATURE[..], &[1, 200, 0, 0, 0, 0]].concat(),
        [&SIGNATURE[..], &[0, 7, 1, 0]].concat(),
        [greeting(3, 0), ready("PULL"), hex("0000")].concat(),
    ]
}

/// The octets of a 2.0 peer of this type up to its identity.
fn short_greeting(socket_type: SocketType) -> Vec<u8> {
    [&SIGNATURE[..], &[1, socket_type.number()]].concat()
}

/// The octets of a whole 2.0 handshake.
fn peer(socket_type: SocketType, identity: &[u8]) -> Vec<u8> {
    let len = u8::try_from(identity.len()).unwrap();
    [&short_greeting(socket_type)[..], &[0, len], identity].concat()
}

/// What is known about such a peer.
fn known(socket_type: Option<SocketType>, identity: &[u8]) -> Established {
    Established {
        version: Version { major: 2, minor: 0 },
        socket_type,
        routing_id: RoutingId::try_from(identity).unwrap(),
        metadata: zmq4_proto::Metadata::new(),
        user_id: None,
    }
}

fn accepting(socket_type: SocketType) -> HandshakeConfig {
    HandshakeConfig { min_version: MinVersion::V2_0, ..HandshakeConfig::new(socket_type) }
}

/// What a PUSH that accepts 2.0 makes of a peer that sends `input` at once.
fn push_gets(input: &[u8]) -> Outcome {
    shake(accepting(SocketType::Push), [input])
}

fn failure(outcome: &Outcome) -> Fault {
    outcome.end.clone().unwrap().unwrap_err()
}

fn transmitted(handshake: &mut Handshake) -> Vec<u8> {
    let mut out = Vec::new();
    handshake.poll_transmit(&mut out);
    out
}

const SIGNATURE: [u8; 10] = [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f];
