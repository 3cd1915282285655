//! Exchanges recorded from libzmq: what we send is what it sends, and what it sends is understood.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod hex;
mod traffic;

use zmq4_proto::{
    Command, Decoder, FrameKind, Handshake, HandshakeConfig, Metadata, RoutingId, SocketType,
    TrafficLimits, Version, put_cancel, put_cancel_message, put_error, put_frame, put_ping,
    put_pong, put_subscribe, put_subscribe_message,
};

use hex::hex;
use traffic::{Inbound, Reader, message};

#[test]
fn opening_of_a_sub_is_staged_octet_for_octet() {
    let mut handshake = Handshake::new(HandshakeConfig::new(SocketType::Sub));

    let first = transmit(&mut handshake);
    let second = exchange(&mut handshake, "ff00000000000000017f");
    let third = exchange(
        &mut handshake,
        "03 01 4e554c4c 00000000000000000000000000000000 00
         00000000000000000000000000000000000000000000000000000000000000",
    );

    assert_eq!(first, hex("ff00000000000000017f"));
    assert_eq!(second, hex("03"));
    assert_eq!(third, hex(REST_OF_GREETING_AND_READY_OF_SUB));
    assert!(!handshake.is_established());
}

#[test]
fn recorded_ready_of_a_pub_establishes_a_sub() {
    let mut handshake = Handshake::new(HandshakeConfig::new(SocketType::Sub));
    transmit(&mut handshake);
    exchange(&mut handshake, FULL_GREETING);

    exchange(&mut handshake, "0419055245414459 0b 536f636b65742d54797065 00000003 505542");

    let (established, _) = handshake.into_established().unwrap();
    assert_eq!(established.version, Version { major: 3, minor: 1 });
    assert_eq!(established.socket_type, Some(SocketType::Pub));
    assert!(established.routing_id.is_empty());
    assert_eq!(established.metadata.len(), 1);
}

#[test]
fn whole_greeting_is_the_recorded_one() {
    let mut handshake = Handshake::new(HandshakeConfig::new(SocketType::Push));

    let sent = [transmit(&mut handshake), exchange(&mut handshake, FULL_GREETING)].concat();

    assert_eq!(sent[..64], hex(FULL_GREETING));
}

#[test]
fn signature_counts_the_routing_id() {
    let mut config = HandshakeConfig::new(SocketType::Dealer);
    config.routing_id = RoutingId::try_from(&b"client-1"[..]).unwrap();

    assert_eq!(transmit(&mut Handshake::new(config)), hex("ff00000000000000097f"));
}

#[test]
fn ready_of_every_type_is_the_recorded_one() {
    for (socket_type, recorded) in READY_OF_EVERY_TYPE {
        assert_eq!(our_ready(HandshakeConfig::new(socket_type)), hex(recorded), "{socket_type:?}");
    }
}

#[test]
fn ready_of_a_dealer_with_a_routing_id_is_the_recorded_one() {
    let mut config = HandshakeConfig::new(SocketType::Dealer);
    config.routing_id = RoutingId::try_from(&b"client-1"[..]).unwrap();

    assert_eq!(our_ready(config), hex(READY_OF_CLIENT_1));
}

#[test]
fn recorded_routing_id_arrives() {
    let mut handshake = Handshake::new(HandshakeConfig::new(SocketType::Router));
    transmit(&mut handshake);
    exchange(&mut handshake, FULL_GREETING);

    exchange(&mut handshake, READY_OF_CLIENT_1);

    assert_eq!(handshake.into_established().unwrap().0.routing_id.as_bytes(), b"client-1");
}

#[test]
fn recorded_ready_of_every_type_is_taken_exactly_where_the_types_fit() {
    for (theirs, recorded) in READY_OF_EVERY_TYPE {
        for ours in SocketType::ALL {
            let mut handshake = Handshake::new(HandshakeConfig::new(ours));
            handshake.handle_input(&hex(FULL_GREETING)).unwrap();

            let result = handshake.handle_input(&hex(recorded));

            assert_eq!(result.is_ok(), ours.accepts(theirs), "{ours:?} {theirs:?}");
        }
    }
}

#[test]
fn recorded_ready_of_draft_types_is_incompatible() {
    for recorded in READY_OF_DRAFT_TYPES {
        for ours in SocketType::ALL {
            let mut handshake = Handshake::new(HandshakeConfig::new(ours));
            handshake.handle_input(&hex(FULL_GREETING)).unwrap();

            assert!(handshake.handle_input(&hex(recorded)).unwrap_err().is_incompatible());
        }
    }
}

#[test]
fn minimal_3_0_client_that_sends_all_64_octets_at_once_is_served() {
    let mut handshake = Handshake::new(HandshakeConfig::new(SocketType::Router));
    transmit(&mut handshake);
    let mut greeting = hex(FULL_GREETING);
    greeting[11] = 0;
    handshake.handle_input(&greeting).unwrap();
    transmit(&mut handshake);

    exchange(
        &mut handshake,
        "0429 05 5245414459 0b 536f636b65742d54797065 00000006 4445414c4552
         08 4964656e74697479 00000000",
    );

    let (established, _) = handshake.into_established().unwrap();
    assert!(!established.version.speaks_3_1());
    assert_eq!(established.socket_type, Some(SocketType::Dealer));
}

#[test]
fn application_metadata_follows_the_rest_of_ready() {
    let mut config = HandshakeConfig::new(SocketType::Push);
    config.metadata = Metadata::new().with_application("X-key", b"value").unwrap();

    let ready = our_ready(config);

    let recorded = "0429 05 5245414459 0b 536f636b65742d54797065 00000004 50555348
                    05 582d6b6579 00000005 76616c7565";
    assert_eq!(ready, hex(recorded));
}

#[test]
fn recorded_messages_are_written_and_read_alike() {
    for (bodies, recorded) in MESSAGES {
        let (last, others) = bodies.split_last().unwrap();
        let mut written = Vec::new();
        for body in others {
            put_frame(&mut written, FrameKind::More, body);
        }
        put_frame(&mut written, FrameKind::Last, last);

        assert_eq!(written, hex(recorded));
        assert_eq!(read(&written), [message(bodies)]);
    }
}

#[test]
fn bodies_around_the_long_form_are_written_and_read_alike() {
    for (len, header) in [(255, "00ff"), (256, "02 0000000000000100")] {
        let body = vec![0x42; len];
        let mut written = Vec::new();
        put_frame(&mut written, FrameKind::Last, &body);

        assert_eq!(written, [hex(header), body.clone()].concat());
        assert_eq!(read(&written), [message(&[&body])]);
    }
}

#[test]
fn messages_queued_before_the_connection_follow_each_other() {
    assert_eq!(read(&hex("0002 7131 0002 7132")), [message(&[b"q1"]), message(&[b"q2"])]);
}

#[test]
fn recorded_commands_are_written_and_read_alike() {
    for (command, recorded) in COMMANDS {
        let recorded = hex(recorded);

        assert_eq!(written(command), recorded, "{command:?}");
        let inbound = read(&recorded);
        let [Inbound::Command(body)] = inbound.as_slice() else {
            panic!("not one command: {inbound:?}");
        };
        assert_eq!(Command::parse(body), command);
    }
}

#[test]
fn recorded_subscriptions_below_3_1_are_written_and_read_alike() {
    for (subscription, recorded) in SUBSCRIPTION_MESSAGES {
        let recorded = hex(recorded);
        let mut out = Vec::new();
        match subscription {
            Command::Subscribe(topic) => put_subscribe_message(&mut out, topic),
            Command::Cancel(topic) => put_cancel_message(&mut out, topic),
            Command::Ready(_)
            | Command::Error(_)
            | Command::Ping { .. }
            | Command::Pong { .. }
            | Command::Unknown { .. }
            | Command::Malformed => unreachable!(),
        }

        assert_eq!(out, recorded, "{subscription:?}");
        let inbound = read(&recorded);
        let [Inbound::Message(frames)] = inbound.as_slice() else {
            panic!("not one message: {inbound:?}");
        };
        assert_eq!(Command::from_message(&frames[0]), Some(subscription));
    }
}

#[test]
fn recorded_commands_of_draft_types_are_unknown() {
    for (name, recorded) in [
        (&b"JOIN"[..], "040b 04 4a4f494e 4d6f76696573"),
        (b"JOIN", "0407 04 4a4f494e 5456"),
        (b"LEAVE", "0408 05 4c45415645 5456"),
    ] {
        let inbound = read(&hex(recorded));

        assert!(matches!(inbound.as_slice(), [Inbound::Command(body)]
            if Command::parse(body) == Command::Unknown { name }));
    }
}

#[test]
fn dialogue_with_a_2_0_peer_is_the_recorded_one_until_it_is_refused() {
    let mut handshake = Handshake::new(HandshakeConfig::new(SocketType::Sub));

    let first = transmit(&mut handshake);
    let second = exchange(&mut handshake, "ff00000000000000017f");
    let refusal = handshake.handle_input(&hex("01")).unwrap_err();

    assert_eq!([first, second].concat(), hex("ff00000000000000017f 03"));
    assert_eq!(transmit(&mut handshake), []);
    assert!(refusal.is_incompatible());
    assert!(refusal.to_string().contains("2.0"), "{refusal}");
}

fn transmit(handshake: &mut Handshake) -> Vec<u8> {
    let mut out = Vec::new();
    handshake.poll_transmit(&mut out);
    out
}

/// Gives octets to a handshake, which must take them all, and returns its answer.
fn exchange(handshake: &mut Handshake, input: &str) -> Vec<u8> {
    let input = hex(input);
    assert_eq!(handshake.handle_input(&input), Ok(input.len()));
    transmit(handshake)
}

fn our_ready(config: HandshakeConfig) -> Vec<u8> {
    let mut handshake = Handshake::new(config);
    handshake.handle_input(&hex(FULL_GREETING)).unwrap();
    transmit(&mut handshake).split_off(64)
}

fn read(input: &[u8]) -> Vec<Inbound> {
    Reader::new(Decoder::new(TrafficLimits::default())).read(input, usize::MAX)
}

fn written(command: Command<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    match command {
        Command::Subscribe(topic) => put_subscribe(&mut out, topic),
        Command::Cancel(topic) => put_cancel(&mut out, topic),
        Command::Ping { ttl_deciseconds, context } => put_ping(&mut out, ttl_deciseconds, context),
        Command::Pong { context } => put_pong(&mut out, context),
        Command::Error(reason) => put_error(&mut out, str::from_utf8(reason).unwrap()),
        Command::Ready(_) | Command::Unknown { .. } | Command::Malformed => unreachable!(),
    }
    out
}

const FULL_GREETING: &str = "ff00000000000000017f0301
     4e554c4c00000000000000000000000000000000 00
     00000000000000000000000000000000000000000000000000000000000000";

const REST_OF_GREETING_AND_READY_OF_SUB: &str = "01 4e554c4c 00000000000000000000000000000000 00
     00000000000000000000000000000000000000000000000000000000000000
     0419 05 5245414459 0b 536f636b65742d54797065 00000003 535542";

const READY_OF_EVERY_TYPE: [(SocketType, &str); 11] = [
    (SocketType::Pair, "041a0552454144590b536f636b65742d547970650000000450414952"),
    (SocketType::Pub, "04190552454144590b536f636b65742d5479706500000003505542"),
    (SocketType::Sub, "04190552454144590b536f636b65742d5479706500000003535542"),
    (
        SocketType::Req,
        "04260552454144590b536f636b65742d5479706500000003524551084964656e7469747900000000",
    ),
    (SocketType::Rep, "04190552454144590b536f636b65742d5479706500000003524550"),
    (
        SocketType::Dealer,
        "04290552454144590b536f636b65742d54797065000000064445414c4552084964656e7469747900000000",
    ),
    (
        SocketType::Router,
        "04290552454144590b536f636b65742d5479706500000006524f55544552084964656e7469747900000000",
    ),
    (SocketType::Pull, "041a0552454144590b536f636b65742d547970650000000450554c4c"),
    (SocketType::Push, "041a0552454144590b536f636b65742d547970650000000450555348"),
    (SocketType::XPub, "041a0552454144590b536f636b65742d547970650000000458505542"),
    (SocketType::XSub, "041a0552454144590b536f636b65742d547970650000000458535542"),
];

const READY_OF_CLIENT_1: &str = "04310552454144590b536f636b65742d54797065000000064445414c4552\
     084964656e7469747900000008636c69656e742d31";

const READY_OF_DRAFT_TYPES: [&str; 8] = [
    "041c0552454144590b536f636b65742d5479706500000006534552564552",
    "041c0552454144590b536f636b65742d5479706500000006434c49454e54",
    "041b0552454144590b536f636b65742d5479706500000005524144494f",
    "041a0552454144590b536f636b65742d547970650000000444495348",
    "041c0552454144590b536f636b65742d5479706500000006474154484552",
    "041d0552454144590b536f636b65742d547970650000000753434154544552",
    "041a0552454144590b536f636b65742d547970650000000450454552",
    "041d0552454144590b536f636b65742d54797065000000074348414e4e454c",
];

const MESSAGES: [(&[&[u8]], &str); 10] = [
    (&[b"hello"], "0005 68656c6c6f"),
    (&[b""], "0000"),
    (&[b"a", b""], "0101 61 0000"),
    (&[b"", b"Hello"], "0100 0005 48656c6c6f"),
    (&[b"", b"Hello", b"World"], "0100 0105 48656c6c6f 0005 576f726c64"),
    (&[b"\x68\x45\x8b\x6b", b"", b"Hi"], "0104 68458b6b 0100 0002 4869"),
    (&[b"a1", b"a2", b"", b"resp"], "0102 6131 0102 6132 0100 0004 72657370"),
    (&[b"HEY"], "0003 484559"),
    (&[b"\x01top"], "0004 01 746f70"),
    (&[b"\x02user"], "0005 02 75736572"),
];

const SUBSCRIPTION_MESSAGES: [(Command<'static>, &str); 5] = [
    (Command::Subscribe(b"A"), "0002 01 41"),
    (Command::Subscribe(b""), "0001 01"),
    (Command::Subscribe(b"BB"), "0003 01 4242"),
    (Command::Cancel(b"BB"), "0003 00 4242"),
    (Command::Subscribe(b"top"), "0004 01 746f70"),
];

const COMMANDS: [(Command<'static>, &str); 12] = [
    (Command::Subscribe(b"A"), "040b 09 535542534352494245 41"),
    (Command::Subscribe(b""), "040a 09 535542534352494245"),
    (Command::Subscribe(b"BB"), "040c 09 535542534352494245 4242"),
    (Command::Cancel(b"BB"), "0409 06 43414e43454c 4242"),
    (Command::Ping { ttl_deciseconds: 0, context: b"" }, "0407 04 50494e47 0000"),
    (Command::Ping { ttl_deciseconds: 1, context: b"" }, "0407 04 50494e47 0001"),
    (Command::Ping { ttl_deciseconds: 10, context: b"" }, "0407 04 50494e47 000a"),
    (Command::Ping { ttl_deciseconds: 0xffff, context: b"" }, "0407 04 50494e47 ffff"),
    (Command::Pong { context: b"" }, "0405 04 504f4e47"),
    (Command::Pong { context: b"ABCD" }, "0409 04 504f4e47 41424344"),
    (Command::Error(b"400"), "040a 05 4552524f52 03 343030"),
    (Command::Error(b""), "0407 05 4552524f52 00"),
];
