//! What sockets tell of their connections, over every transport.
#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

mod common;

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};

use common::hearing::{expect, expect_end, happens, listen, next, word};
use common::{
    TRANSPORTS, address, eventually, expect_peers, join, recv, send, socket, socket_with,
};
use zmq4_core::proto::{RoutingId, SocketType};
use zmq4_core::{Cause, Context, Happening, ListenError};

#[test]
fn both_sides_tell_of_a_connection_from_its_beginning_to_its_end() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let [server, client] = [SocketType::Rep, SocketType::Dealer].map(|t| socket(&context, t));
        let (theirs, ours) = (listen(&server), listen(&client));
        let place = server.bind(&address(transport)).expect("bound");
        let line = client.connect(&place.address()).expect("connected");
        expect_peers(&line, 1);
        expect_peers(&place, 1);

        line.close();

        expect(&theirs, &["Listening", "Accepted", "Connected", "Disconnected Ended"]);
        expect(&ours, &["Connecting 1", "Connected", "EndpointClosed", "Disconnected Closed"]);
        drop((server, client));
        expect(&theirs, &["EndpointClosed"]);
        expect_end(&theirs);
        expect_end(&ours);
    }
}

#[test]
fn events_name_endpoint_and_peer() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let [pull, push] = [SocketType::Pull, SocketType::Push].map(|t| socket(&context, t));
        let events = listen(&pull);
        let joined = join(transport, pull, push);
        let endpoint = joined.listener.address();

        let heard: Vec<_> = (0..3).map(|_| next(&events).expect("an event")).collect();

        assert!(heard.iter().all(|heard| &*heard.event.endpoint == endpoint.as_str()));
        let [Happening::Accepted { address }, Happening::Connected { peer }] =
            [&heard[1].event.what, &heard[2].event.what]
        else {
            panic!("{heard:?} is something else");
        };
        assert_eq!(*address, peer.address);
        assert_eq!(peer.socket_type, Some(SocketType::Push));
        assert!(std::sync::Arc::ptr_eq(peer, &joined.listener.view().peers[0]));
    }
}

#[test]
fn a_client_whose_server_dies_tells_of_every_attempt_until_it_is_back() {
    let context = Context::new(1);
    let server = socket(&context, SocketType::Pull);
    let address = server.bind("tcp://127.0.0.1:*").expect("bound").address();
    let client = socket(&context, SocketType::Push);
    let events = listen(&client);
    client.connect(&address).expect("connected");
    expect(&events, &["Connecting 1", "Connected"]);

    drop(server);

    let Happening::Disconnected { retry_in, .. } = happens(&events) else {
        panic!("something else")
    };
    assert!(retry_in.is_some(), "there will be another attempt");
    expect(&events, &["Connecting 1", "ConnectFailed 1 Refused, again: true", "Connecting 2"]);
    let server = socket(&context, SocketType::Pull);
    server.bind(&address).expect("bound");
    let mut last = happens(&events);
    while !matches!(last, Happening::Connected { .. }) {
        last = happens(&events);
    }
}

#[test]
fn delays_until_the_next_attempt_are_told() {
    let context = Context::new(1);
    let client = socket_with(&context, SocketType::Push, |options| {
        options.session.reconnect.jitter = 0.0;
    });
    let events = listen(&client);
    client.connect("ipc:///nowhere/at/all").expect("connected");

    let mut delays = Vec::new();
    while delays.len() < 4 {
        if let Happening::ConnectFailed { retry_in, .. } = happens(&events) {
            delays.push(retry_in.expect("it tries again").as_millis());
        }
    }

    assert_eq!(delays, [10, 20, 40, 80]);
}

#[test]
fn a_client_that_tries_once_says_that_it_will_not_try_again() {
    let context = Context::new(1);
    let client = socket_with(&context, SocketType::Push, |o| o.session.reconnect.initial = None);
    let events = listen(&client);

    client.connect("ipc:///nowhere/at/all").expect("connected");

    expect(&events, &["Connecting 1", "ConnectFailed 1 Refused, again: false"]);
}

#[test]
fn a_silent_peer_fails_its_handshake_on_either_side() {
    let context = Context::new(1);
    let hasty = |options: &mut zmq4_core::SocketOptions| {
        options.session.handshake_timeout = Some(std::time::Duration::from_millis(20));
        options.session.reconnect.initial = None;
    };
    let server = socket_with(&context, SocketType::Pull, hasty);
    let events = listen(&server);
    let place = server.bind("tcp://127.0.0.1:*").expect("bound").address();
    let port = place.strip_prefix("tcp://").expect("tcp");
    let mute = TcpStream::connect(port).expect("connected");
    expect(&events, &["Listening", "Accepted", "HandshakeFailed TimedOut"]);
    drop(mute);

    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let client = socket_with(&context, SocketType::Push, hasty);
    let events = listen(&client);
    client.connect(&format!("tcp://{}", listener.local_addr().expect("bound"))).expect("connected");
    expect(&events, &["Connecting 1", "HandshakeFailed TimedOut"]);
}

#[test]
fn a_stranger_is_told_of_with_his_address() {
    let context = Context::new(1);
    let server = socket(&context, SocketType::Pull);
    let events = listen(&server);
    let place = server.bind("tcp://127.0.0.1:*").expect("bound").address();
    let mut stranger =
        TcpStream::connect(place.strip_prefix("tcp://").expect("tcp")).expect("connected");
    stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").expect("written");
    let his = format!("tcp://{}", stranger.local_addr().expect("connected"));

    expect(&events, &["Listening", "Accepted"]);
    let Happening::HandshakeFailed { address, why, .. } = happens(&events) else {
        panic!("something else")
    };
    assert_eq!((address, why.cause), (his, Cause::Incompatible));
    assert!(why.text.contains("HTTP"), "{why}");
}

#[test]
fn types_that_do_not_fit_are_told_on_both_sides() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let [pull, pair] = [SocketType::Pull, SocketType::Pair].map(|t| socket(&context, t));
        let (theirs, ours) = (listen(&pull), listen(&pair));
        let place = pull.bind(&address(transport)).expect("bound");

        pair.connect(&place.address()).expect("connected");

        expect(&theirs, &["Listening", "Accepted", "HandshakeFailed Incompatible"]);
        expect(&ours, &["Connecting 1", "HandshakeFailed Incompatible"]);
    }
}

#[test]
fn a_second_peer_with_a_taken_routing_id_is_told_of() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let router = socket(&context, SocketType::Router);
        let events = listen(&router);
        let place = router.bind(&address(transport)).expect("bound");
        let named = || {
            socket_with(&context, SocketType::Dealer, |options| {
                options.session.routing_id = RoutingId::try_from(&b"same"[..]).expect("short");
            })
        };
        let (one, other) = (named(), named());
        expect_peers(&one.connect(&place.address()).expect("connected"), 1);
        expect(&events, &["Listening", "Accepted", "Connected"]);

        other.connect(&place.address()).expect("connected");

        expect(&events, &["Accepted", "HandshakeFailed NameTaken"]);
    }
}

#[test]
fn who_takes_over_a_routing_id_replaces_the_first() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let router = socket_with(&context, SocketType::Router, |o| o.pattern.handover = true);
        let events = listen(&router);
        let place = router.bind(&address(transport)).expect("bound");
        let named = || {
            socket_with(&context, SocketType::Dealer, |options| {
                options.session.routing_id = RoutingId::try_from(&b"same"[..]).expect("short");
                options.session.reconnect.initial = None;
            })
        };
        let (one, other) = (named(), named());
        expect_peers(&one.connect(&place.address()).expect("connected"), 1);
        expect(&events, &["Listening", "Accepted", "Connected"]);

        other.connect(&place.address()).expect("connected");

        expect(&events, &["Accepted"]);
        let mut heard = [word(&happens(&events)), word(&happens(&events))];
        heard.sort();
        assert_eq!(heard, ["Connected", "Disconnected Replaced"]);
    }
}

#[test]
fn a_surplus_peer_of_a_pair_is_told_on_both_sides() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let [pair, first, second] = [0; 3].map(|_| socket(&context, SocketType::Pair));
        let (theirs, ours) = (listen(&pair), listen(&second));
        let place = pair.bind(&address(transport)).expect("bound");
        expect_peers(&first.connect(&place.address()).expect("connected"), 1);
        expect(&theirs, &["Listening", "Accepted", "Connected"]);

        second.connect(&place.address()).expect("connected");

        expect(&theirs, &["Accepted", "HandshakeFailed Surplus"]);
        match transport {
            "inproc" => expect(&ours, &["Connecting 1", "HandshakeFailed Surplus"]),
            // It learns of it by the end of the connection.
            _ => expect(&ours, &["Connecting 1", "Connected", "Disconnected Ended"]),
        }
    }
}

#[test]
fn a_handshake_that_a_closing_listener_cuts_short_is_told_of() {
    let context = Context::new(1);
    let server = socket(&context, SocketType::Pull);
    let events = listen(&server);
    let place = server.bind("tcp://127.0.0.1:*").expect("bound");
    let port = place.address();
    let _mute = TcpStream::connect(port.strip_prefix("tcp://").expect("tcp")).expect("connected");
    expect(&events, &["Listening", "Accepted"]);

    place.close();

    expect(&events, &["EndpointClosed", "HandshakeFailed Closed"]);
}

#[test]
fn nothing_is_told_after_the_end() {
    for transport in ["tcp", "ipc"] {
        let context = Context::new(1);
        let [pull, push] = [SocketType::Pull, SocketType::Push].map(|t| socket(&context, t));
        let joined = join(transport, pull, push);
        let events = listen(&joined.bound);

        joined.bound.close(None);
        expect(&events, &["EndpointClosed"]);
        expect_end(&events);
        eventually(|| joined.listener.view().peers.is_empty());

        expect_end(&events);
        assert_eq!(joined.bound.events(10).err(), Some(ListenError::Closed));
    }
}

#[test]
fn a_terminated_context_ends_the_wait() {
    let context = Context::new(0);
    let pull = socket(&context, SocketType::Pull);
    let events = listen(&pull);

    context.shutdown();

    assert_eq!(next(&events).err(), Some(ListenError::Terminated));
    drop(pull);
    expect_end(&events);
}

#[test]
fn a_request_that_is_given_up_tells_of_the_connection_that_takes_over() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let [router, req] = [SocketType::Router, SocketType::Req].map(|t| socket(&context, t));
        let joined = join(transport, router, req);
        let events = listen(&joined.connected);
        send(&joined.connected, b"asked");
        recv(&joined.bound);

        joined.connected.abandon();

        let mut heard: Vec<_> = (0..3).map(|_| word(&happens(&events))).collect();
        heard.sort();
        assert_eq!(heard, ["Connected", "Connecting 1", "Disconnected Closed"], "{transport}");
    }
}
