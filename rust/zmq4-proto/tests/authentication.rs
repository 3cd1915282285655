//! What every mechanism has in common: verdicts, roles, versions, metadata.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod secured;

use bytes::Bytes;
use zmq4_proto::{
    Denied, Handshake, HandshakeConfig, Incompatible, Metadata, MinVersion, RoutingId, Security,
    SocketType, Verdict,
};

use secured::{
    DENIALS, End, Outcome, curve_client, curve_server, error_reason, frames, meet, plain_client,
    plain_server, run, with,
};

#[test]
fn all_pairs_of_types_agree_with_the_table_under_every_mechanism() {
    for [client, server] in [PLAIN, CURVE, GUARDED_NULL] {
        for ours in SocketType::ALL {
            for theirs in SocketType::ALL {
                let outcomes = meet([client(ours), server(theirs)], &Verdict::accept());

                if ours.accepts(theirs) {
                    assert_eq!(outcomes[0].peer().socket_type, Some(theirs));
                    assert_eq!(outcomes[1].peer().socket_type, Some(ours));
                } else {
                    assert!(outcomes.iter().all(|outcome| outcome.fault().is_incompatible()));
                    assert!(outcomes.iter().all(|outcome| !outcome.is_ready()));
                }
            }
        }
    }
}

#[test]
fn roles_have_nothing_to_do_with_socket_types() {
    for [client, server] in [PLAIN, CURVE] {
        for types in [[SocketType::Pub, SocketType::Sub], [SocketType::Sub, SocketType::Pub]] {
            let outcomes = meet([client(types[0]), server(types[1])], &Verdict::accept());

            assert!(outcomes.iter().all(Outcome::is_ready));
        }
    }
}

#[test]
fn denied_peer_is_never_ready_and_gets_only_what_it_is_owed() {
    for [client, server] in [PLAIN, CURVE, GUARDED_NULL] {
        for denied in DENIALS {
            let ends = [client(SocketType::Dealer), server(SocketType::Router)];

            let [client, server] = meet(ends, &Verdict::Deny(denied));

            assert_eq!(*server.fault(), denied.into());
            let reason = error_reason(&server.sent);
            match denied {
                Denied::TryLater => {
                    assert_eq!(reason, None);
                    assert!(matches!(client.end, End::Waiting));
                }
                Denied::Refused | Denied::HandlerFailed => {
                    assert_eq!(client.fault().status(), server.fault().status());
                    assert!(reason.is_some());
                }
            }
        }
    }
}

#[test]
fn nothing_is_taken_from_a_peer_that_waits_for_its_verdict() {
    for [client, server] in [PLAIN, CURVE, GUARDED_NULL] {
        let ends = [client(SocketType::Dealer), server(SocketType::Router)];
        let [client, _] = meet(ends, &Verdict::accept());
        let mut handshake = Handshake::new(server(SocketType::Router));

        let sent = client.sent;
        let taken = handshake.handle_input(&sent).unwrap();

        assert!(handshake.credentials().is_some());
        assert_eq!(handshake.handle_input(&sent[taken..]), Ok(0));
        assert_eq!(handshake.handle_input(b"anything"), Ok(0));
        assert!(!handshake.is_established());
        assert!(handshake.into_established().is_none());
    }
}

#[test]
fn nothing_but_the_greeting_is_sent_under_null_before_the_verdict() {
    let [_, server] = GUARDED_NULL;
    let mut handshake = Handshake::new(server(SocketType::Pull));
    let mut out = Vec::new();

    handshake.handle_input(&greeting_of(SocketType::Push)).unwrap();
    handshake.poll_transmit(&mut out);
    assert_eq!(out.len(), 64);
    handshake.authorize(Verdict::accept()).unwrap();
    handshake.poll_transmit(&mut out);

    assert!(out[64..].starts_with(b"\x04\x1a\x05READY"), "{:02x?}", &out[64..]);
}

#[test]
fn second_verdict_changes_nothing() {
    let [_, server] = GUARDED_NULL;
    let mut handshake = Handshake::new(server(SocketType::Pull));
    handshake.handle_input(&greeting_of(SocketType::Push)).unwrap();

    handshake.authorize(Verdict::accept()).unwrap();

    assert_eq!(handshake.authorize(Verdict::Deny(Denied::Refused)), Ok(()));
    handshake.handle_input(b"\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x04PUSH").unwrap();
    handshake.poll_transmit(&mut Vec::new());
    assert!(handshake.is_established());
}

#[test]
fn verdict_that_nobody_asked_for_changes_nothing() {
    for [client, server] in [PLAIN, CURVE, GUARDED_NULL] {
        for config in [client(SocketType::Dealer), server(SocketType::Router)] {
            let mut handshake = Handshake::new(config);

            assert_eq!(handshake.authorize(Verdict::accept()), Ok(()));
            assert_eq!(handshake.authorize(Verdict::Deny(Denied::Refused)), Ok(()));

            assert!(!handshake.is_established());
            assert_eq!(handshake.handle_input(b"\xff"), Ok(1));
        }
    }
}

#[test]
fn user_id_is_there_exactly_if_there_was_a_verdict() {
    for [client, server] in [PLAIN, CURVE, GUARDED_NULL] {
        let verdict =
            Verdict::Accept { user_id: Bytes::from_static(b"bob"), metadata: Metadata::new() };

        let ends = [client(SocketType::Dealer), server(SocketType::Router)];
        let [client, server] = meet(ends, &verdict);

        assert_eq!(server.peer().user_id.as_deref(), Some(&b"bob"[..]));
        assert_eq!(client.peer().user_id, None);
    }
}

#[test]
fn metadata_of_the_verdict_wins_over_the_peer_s_but_not_over_its_type() {
    for [client, server] in [PLAIN, CURVE, GUARDED_NULL] {
        let metadata = Metadata::new()
            .with(b"Identity", b"by-verdict")
            .with(b"X-Color", b"red")
            .with(b"Socket-Type", b"PUB");
        let verdict = Verdict::Accept { user_id: Bytes::new(), metadata };
        let client = HandshakeConfig {
            routing_id: RoutingId::try_from(&b"by-peer"[..]).unwrap(),
            metadata: Metadata::new().with(b"X-Color", b"blue").with(b"X-Shape", b"round"),
            ..client(SocketType::Dealer)
        };

        let [_, server] = meet([client, server(SocketType::Router)], &verdict);

        let peer = server.peer();
        assert_eq!(peer.routing_id.as_bytes(), b"by-verdict");
        assert_eq!(peer.metadata.get(b"X-Color"), Some(&b"red"[..]));
        assert_eq!(peer.metadata.get(b"X-Shape"), Some(&b"round"[..]));
        assert_eq!(peer.socket_type, Some(SocketType::Dealer));
    }
}

#[test]
fn routing_ids_and_properties_reach_the_other_end() {
    for [client, server] in [PLAIN, CURVE, GUARDED_NULL] {
        let config = |make: Make, name: &'static [u8]| HandshakeConfig {
            routing_id: RoutingId::try_from(name).unwrap(),
            metadata: Metadata::new().with(b"X-Name", name),
            ..make(SocketType::Dealer)
        };

        let ends = [config(client, b"client-1"), config(server, b"server-1")];
        let [client, server] = meet(ends, &Verdict::accept());

        assert_eq!(server.peer().routing_id.as_bytes(), b"client-1");
        assert_eq!(client.peer().routing_id.as_bytes(), b"server-1");
        assert_eq!(client.peer().metadata.get(b"X-Name"), Some(&b"server-1"[..]));
    }
}

#[test]
fn long_metadata_arrives_and_too_long_metadata_is_refused() {
    for [client, server] in [PLAIN, CURVE] {
        for (len, arrives) in [(0, true), (255, true), (4_096, true), (8_192, true), (8_193, false)]
        {
            let config = HandshakeConfig {
                metadata: Metadata::new().with(b"X-Long", &vec![b'x'; len]),
                ..client(SocketType::Dealer)
            };

            let [_, server] = meet([config, server(SocketType::Router)], &Verdict::accept());

            assert_eq!(server.is_ready(), arrives, "{len} {server:?}");
        }
    }
}

#[test]
fn different_mechanisms_never_meet() {
    let null: Make = |socket_type| with(socket_type, Security::default());
    let makes = [null, PLAIN[0], PLAIN[1], CURVE[0], CURVE[1]];
    for (one, first) in makes.iter().enumerate() {
        for (other, second) in makes.iter().enumerate() {
            let configs = [first(SocketType::Dealer), second(SocketType::Dealer)];
            let same = configs[0].security.kind().name() == configs[1].security.kind().name();

            let outcomes = meet(configs, &Verdict::accept());

            if !same {
                for outcome in &outcomes {
                    assert!(outcome.fault().is_incompatible());
                    assert_eq!(outcome.sent.len(), 64, "only the greeting goes out");
                }
            } else if one == other && one != 0 {
                assert!(outcomes.iter().all(|outcome| !outcome.is_ready()));
            }
        }
    }
}

#[test]
fn older_versions_are_refused_wherever_a_mechanism_or_a_verdict_is_asked_for() {
    for make in [PLAIN[0], PLAIN[1], CURVE[0], CURVE[1], GUARDED_NULL[1]] {
        for (least, major) in MinVersion::ALL.into_iter().flat_map(|least| [(least, 0), (least, 1)])
        {
            let config = HandshakeConfig { min_version: least, ..make(SocketType::Dealer) };
            let mut octets = greeting_of(SocketType::Dealer);
            octets[10] = major;

            let outcome = run(config, Verdict::accept(), [&octets[..], b"\x03\0\0"]);

            assert!(outcome.fault().is_incompatible());
            assert!(outcome.asked.is_empty());
            assert!(outcome.sent.len() <= 11, "a greeting, and not the whole");
        }
    }
}

#[test]
fn server_tells_an_incompatible_client_so_after_it_was_let_in() {
    for [client, server] in [PLAIN, CURVE] {
        let ends = [client(SocketType::Pub), server(SocketType::Push)];

        let [client, server] = meet(ends, &Verdict::accept());

        assert!(matches!(
            server.fault(),
            zmq4_proto::Fault::Incompatible(Incompatible::SocketType { .. })
        ));
        assert_eq!(error_reason(&server.sent).unwrap(), b"Invalid socket type");
        assert_eq!(frames(&server.sent).len(), 3, "greeting, WELCOME, ERROR: no READY");
        assert!(client.fault().is_incompatible());
    }
}

#[test]
fn debug_of_a_handshake_shows_no_secret() {
    let config = plain_client(SocketType::Dealer);
    assert!(!format!("{config:?}").contains("115, 101"), "the password in octets");
    let text = format!("{:?}", Handshake::new(config));
    assert!(!text.contains("secret") && !text.contains("115, 101"), "{text}");
}

fn greeting_of(socket_type: SocketType) -> Vec<u8> {
    let ends = [with(socket_type, Security::default()), with(socket_type, Security::default())];
    let [outcome, _] = meet(ends, &Verdict::accept());
    outcome.sent[..64].to_vec()
}

type Make = fn(SocketType) -> HandshakeConfig;

/// Client and server of each mechanism; under NULL the server is the one that judges.
const PLAIN: [Make; 2] = [plain_client, plain_server];
const CURVE: [Make; 2] = [curve_client, curve_server];
const GUARDED_NULL: [Make; 2] = [
    |socket_type| with(socket_type, Security::Null { authenticate: false }),
    |socket_type| with(socket_type, Security::Null { authenticate: true }),
];
