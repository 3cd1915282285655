//! What a peer may get wrong before it is ready, and what becomes of it: one test a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod dialogue;

use zmq4_proto::{
    Excerpt, Fault, Foreign, HandshakeConfig, Incompatible, LimitExceeded, Malformed, Metadata,
    Misbehaved, RoutingId, SocketType, Version,
};

use dialogue::{Outcome, command, greeting, ready, ready_with, shake};

#[test]
fn peer_that_is_silent_gets_a_signature_and_no_verdict() {
    let outcome = shake(HandshakeConfig::new(SocketType::Pull), []);

    assert_eq!(outcome.sent.len(), 10);
    assert_eq!(outcome.end, None);
}

#[test]
fn octets_without_a_signature_are_refused() {
    assert_eq!(fault_of(b"\x05\x00hello"), Incompatible::Unversioned { first_octet: 5 }.into());
}

#[test]
fn http_request_is_named() {
    let outcome = push_gets(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

    assert_eq!(failure(&outcome), Incompatible::NotZmtp { looks_like: Foreign::Http }.into());
    assert_eq!(outcome.sent.len(), 10, "nothing but our signature goes to a stranger");
}

#[test]
fn long_identity_frame_of_a_1_0_peer_is_refused() {
    let fault = fault_of(b"\xff\0\0\0\0\0\0\0\x05\0myid");

    assert_eq!(fault, Incompatible::Unversioned { first_octet: 0xff }.into());
}

#[test]
fn peer_below_3_0_is_refused_by_its_version() {
    let of = |major| fault_of(&greeting(major, 0)[..12]);
    let version = |major| {
        let [announced, least] = [major, 3].map(|major| Version { major, minor: 0 });
        Incompatible::Version { announced, least }.into()
    };

    assert_eq!(of(0), version(1));
    assert_eq!(of(1), version(2));
}

#[test]
fn major_2_and_majors_above_3_are_taken_for_3_1() {
    for major in [2, 4, 255] {
        let outcome = push_gets(&[greeting(major, 0), ready("PULL")].concat());

        let (established, _) = outcome.end.unwrap().unwrap();
        assert!(established.version.speaks_3_1());
    }
}

#[test]
fn other_mechanism_is_refused_after_our_greeting_went_out_whole() {
    let mut octets = greeting(3, 0);
    octets[12..17].copy_from_slice(b"PLAIN");

    let outcome = push_gets(&octets);

    assert!(failure(&outcome).to_string().contains("\"PLAIN\""), "{outcome:?}");
    assert_eq!(outcome.sent, greeting(3, 1));
}

#[test]
fn mechanism_with_garbage_behind_its_name_is_refused() {
    let mut octets = greeting(3, 0);
    octets[31] = 1;

    assert!(fault_of(&octets).is_incompatible());
}

#[test]
fn incompatible_socket_type_gets_an_error() {
    let outcome = push_gets(&[greeting(3, 1), ready("PUB")].concat());

    let theirs = Excerpt::new(b"PUB");
    let fault = Incompatible::SocketType { ours: SocketType::Push, theirs };
    assert_eq!(failure(&outcome), fault.into());
    assert!(outcome.sent.ends_with(b"\x04\x1a\x05ERROR\x13Invalid socket type"));
}

#[test]
fn socket_type_in_lower_case_is_incompatible() {
    assert!(fault_of(&[greeting(3, 1), ready("pull")].concat()).is_incompatible());
}

#[test]
fn ready_without_any_property_is_accepted() {
    let outcome = push_gets(&[greeting(3, 1), command(b"\x05READY")].concat());

    let (established, _) = outcome.end.unwrap().unwrap();
    assert_eq!(established.socket_type, None);
}

#[test]
fn property_names_are_compared_without_regard_to_case() {
    let metadata = Metadata::new().with(b"socket-type", b"PULL").with(b"IDENTITY", b"me");

    let outcome = push_gets(&[greeting(3, 1), ready_with(&metadata)].concat());

    let (established, _) = outcome.end.unwrap().unwrap();
    assert_eq!(established.socket_type, Some(SocketType::Pull));
    assert_eq!(established.routing_id.as_bytes(), b"me");
}

#[test]
fn ready_is_accepted_as_a_message_with_more_and_in_long_form() {
    let body = &ready("PULL")[2..];
    let short = u8::try_from(body.len()).unwrap();
    let long = [0, 0, 0, 0, 0, 0, 0, short];

    for header in [&[0x00, short][..], &[0x01, short], &[0x05, short], &[0xfc, short]] {
        let outcome = push_gets(&[&greeting(3, 1), header, body].concat());
        assert!(matches!(outcome.end, Some(Ok(_))), "{header:?}");
    }
    for flags in [0x02, 0x03, 0x06, 0x07] {
        let outcome = push_gets(&[&greeting(3, 1), &[flags][..], &long, body].concat());
        assert!(matches!(outcome.end, Some(Ok(_))), "{flags}");
    }
}

#[test]
fn ready_with_a_trailing_octet_is_malformed() {
    let body = [&ready("PULL")[2..], b"x"].concat();

    let outcome = push_gets(&[greeting(3, 1), command(&body)].concat());

    assert_eq!(failure(&outcome), Malformed::PropertyTruncated.into());
    assert!(outcome.sent.ends_with(b"\x05ERROR\x10Invalid metadata"));
}

#[test]
fn ready_with_a_truncated_property_is_malformed() {
    let body = &ready("PULL")[2..];

    for len in 7..body.len() {
        let fault = fault_of(&[greeting(3, 1), command(&body[..len])].concat());
        assert_eq!(fault, Malformed::PropertyTruncated.into(), "{len}");
    }
}

#[test]
fn commands_of_traffic_before_ready_are_refused() {
    for (body, name) in [
        (&b"\x04PING\0\0"[..], &b"PING"[..]),
        (b"\x04PONG", b"PONG"),
        (b"\x09SUBSCRIBE", b"SUBSCRIBE"),
        (b"\x06CANCEL", b"CANCEL"),
        (b"\x05HELLO", b"HELLO"),
    ] {
        let fault = fault_of(&[greeting(3, 1), command(body)].concat());
        let name = Excerpt::new(name);
        assert_eq!(fault, Misbehaved::UnexpectedCommand { name }.into());
    }
}

#[test]
fn empty_frame_before_ready_is_refused() {
    assert_eq!(fault_of(&[greeting(3, 1), command(b"")].concat()), Malformed::Command.into());
}

#[test]
fn message_before_ready_is_refused() {
    let fault = fault_of(&[&greeting(3, 1)[..], b"\x00\x05hello"].concat());

    assert_eq!(fault, Misbehaved::MessageBeforeReady.into());
}

#[test]
fn second_ready_is_left_to_traffic_where_it_is_ignored() {
    let outcome = push_gets(&[greeting(3, 1), ready("PULL"), ready("PULL")].concat());

    let (_, leftover) = outcome.end.unwrap().unwrap();
    assert_eq!(leftover, ready("PULL"));
}

#[test]
fn traffic_behind_ready_is_left_to_the_caller() {
    let outcome = push_gets(&[&greeting(3, 1)[..], &ready("PULL"), b"\0\x02hi\0\x01"].concat());

    let (_, leftover) = outcome.end.unwrap().unwrap();
    assert_eq!(leftover, b"\0\x02hi\0\x01");
}

#[test]
fn error_with_a_status_is_a_denial() {
    for (reason, status) in [("300", 300), ("400", 400), ("500", 500)] {
        let body = [b"\x05ERROR\x03", reason.as_bytes()].concat();

        let outcome = push_gets(&[greeting(3, 1), command(&body)].concat());

        assert!(failure(&outcome).is_denied());
        assert_eq!(failure(&outcome).status(), Some(status));
        assert!(outcome.sent.ends_with(b"PUSH"), "an ERROR is not answered");
    }
}

#[test]
fn error_with_other_words_is_passed_on() {
    let fault = fault_of(&[&greeting(3, 1)[..], &command(b"\x05ERROR\x04oops")].concat());

    assert_eq!(fault, Fault::PeerError { reason: "oops".into() });
    assert!(!fault.is_denied());
    assert!(!fault.is_incompatible());
}

#[test]
fn error_about_the_socket_type_is_an_incompatibility() {
    let body = b"\x05ERROR\x13Invalid socket type";

    assert!(fault_of(&[&greeting(3, 1)[..], &command(body)].concat()).is_incompatible());
}

#[test]
fn error_without_a_reason_length_has_an_empty_or_a_bare_reason() {
    let reason = |body| fault_of(&[&greeting(3, 1)[..], &command(body)].concat());

    assert_eq!(reason(b"\x05ERROR"), Fault::PeerError { reason: "".into() });
    assert_eq!(reason(b"\x05ERROR400"), Fault::PeerError { reason: "400".into() });
}

#[test]
fn command_of_16_kib_is_taken_and_one_octet_more_is_refused_at_its_header() {
    let header = |body_len: u64| [&[0x06][..], &body_len.to_be_bytes()].concat();

    let exact = push_gets(&[greeting(3, 1), header(16_384)].concat());
    let over = fault_of(&[greeting(3, 1), header(16_385)].concat());

    assert_eq!(exact.end, None);
    assert_eq!(over, LimitExceeded::Command { announced: 16_385, limit: 16_384 }.into());
}

#[test]
fn routing_id_of_more_than_255_octets_is_refused() {
    let with_id = |id: &[u8]| {
        let metadata = Metadata::new().with(b"Socket-Type", b"PULL").with(b"Identity", id);
        push_gets(&[greeting(3, 1), ready_with(&metadata)].concat())
    };

    let (established, _) = with_id(&[b'a'; 255]).end.unwrap().unwrap();
    assert_eq!(established.routing_id.len(), 255);
    assert_eq!(failure(&with_id(&[b'a'; 256])), Malformed::RoutingIdLength { len: 256 }.into());
}

#[test]
fn routing_id_that_begins_with_zero_counts_as_none() {
    let metadata = Metadata::new().with(b"Socket-Type", b"PULL").with(b"Identity", b"\0abcd");

    let outcome = push_gets(&[greeting(3, 1), ready_with(&metadata)].concat());

    let (established, _) = outcome.end.unwrap().unwrap();
    assert_eq!(established.routing_id, RoutingId::default());
}

#[test]
fn our_ready_goes_out_without_waiting_for_the_peers() {
    let outcome = push_gets(&greeting(3, 1));

    assert_eq!(outcome.sent, [greeting(3, 1), ready("PUSH")].concat());
    assert_eq!(outcome.end, None);
}

/// What a PUSH makes of a peer that sends `input` at once.
fn push_gets(input: &[u8]) -> Outcome {
    shake(HandshakeConfig::new(SocketType::Push), [input])
}

fn failure(outcome: &Outcome) -> Fault {
    outcome.end.clone().unwrap().unwrap_err()
}

fn fault_of(input: &[u8]) -> Fault {
    failure(&push_gets(input))
}
