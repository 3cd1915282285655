//! Handlers of ZAP, written over raw REP and ROUTER sockets (RFC 27).
#![cfg(feature = "testing")]
#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

mod common;

use std::time::Duration;

use common::hearing::listen;
use common::secured::{
    HANDLERS, curve_client, curve_server, expect_failure, frames, handler, keys, pairs,
    plain_client, reply, request, routed_request, secured, server, server_with,
};
use common::{SOON, eventually, expect_nothing, expect_peers, socket};
use zmq4_core::proto::RoutingId;
use zmq4_core::proto::SocketType::{self, Dealer, Pull, Rep, Router};
use zmq4_core::testing::{idle_within, send_within};
use zmq4_core::{Cause, Context, Mechanism, OpenEndpoint, Policy, Socket};

const ANY_PORT: &str = "tcp://127.0.0.1:*";

/// A REP that is asked about peers of each mechanism, and what else a test needs.
struct Scene {
    server: Socket,
    client: Socket,
    address: String,
}

fn scene(context: &Context, client: Mechanism, server_side: Mechanism) -> Scene {
    let server = server(context, server_side, Policy::Zap);
    let address = server.bind(ANY_PORT).expect("bound").address();
    Scene { server, client: secured(context, Dealer, client), address }
}

#[test]
fn requests_have_their_frames_in_the_order_of_the_specification() {
    let keys = keys(2);
    let credentials: [&[&[u8]]; 3] = [&[], &[b"admin", b"secret"], &[keys.public().as_bytes()]];
    for ((client, server), credentials) in pairs().into_iter().zip(credentials) {
        let context = Context::new(1);
        let rep = handler(&context, Rep);
        let mechanism = match server {
            Mechanism::Null => "NULL",
            Mechanism::PlainServer => "PLAIN",
            Mechanism::CurveServer { .. } => "CURVE",
            Mechanism::PlainClient(_) | Mechanism::CurveClient { .. } => panic!("no server"),
        };
        let Scene { server: _server, client, address } = scene(&context, client, server);

        client.connect(&address).expect("connected");

        let request = request(&rep);
        let head: [&[u8]; 6] =
            [b"1.0", &request[1], b"global", b"127.0.0.1", b"server", mechanism.as_bytes()];
        assert_eq!(request, [&head[..], credentials].concat());
        assert!(!request[1].is_empty());
    }
}

#[test]
fn over_ipc_there_is_no_address() {
    let context = Context::new(1);
    let rep = handler(&context, Rep);
    let server = server(&context, Mechanism::Null, Policy::Zap);
    let client = socket(&context, Dealer);

    client.connect(&server.bind("ipc://*").expect("bound").address()).expect("connected");

    assert_eq!(request(&rep)[3], b"");
}

#[test]
fn status_200_lets_in_whom_the_handler_names() {
    for (client, server) in pairs() {
        let context = Context::new(1);
        let rep = handler(&context, Rep);
        let Scene { server, client, address } = scene(&context, client, server);
        let line = client.connect(&address).expect("connected");
        let request = request(&rep);
        assert!(server.endpoints()[0].view().peers.is_empty(), "nobody is in before the verdict");
        assert!(line.view().peers.is_empty());

        let id = &request[1];
        let metadata = b"\x04Team\0\0\0\x03red";
        let frames: [&[u8]; 6] = [b"1.0", id, b"200", b"OK", b"bob", metadata];
        send_within(&rep, &frames, SOON).expect("sent");

        expect_peers(&line, 1);
        expect_peers(&server.endpoints()[0], 1);
        let peer = &server.endpoints()[0].view().peers[0];
        assert_eq!(peer.user_id.as_deref(), Some("bob"));
        assert_eq!(peer.metadata.get(b"Team"), Some(&b"red"[..]));
        assert_eq!(line.view().peers[0].user_id, None, "the client asked nobody");
        let handshakes = server.stats().handshakes;
        assert_eq!((handshakes.begun, handshakes.completed, handshakes.refused), (1, 1, 0));
    }
}

#[test]
fn refusals_are_told_at_both_ends_but_300_only_at_ours() {
    for (client, server) in pairs() {
        for (status, heard) in
            [("300", Cause::Ended), ("400", Cause::Denied), ("500", Cause::Denied)]
        {
            let context = Context::new(1);
            let rep = handler(&context, Rep);
            let Scene { server, client, address } = scene(&context, client.clone(), server.clone());
            let (theirs, ours) = (listen(&server), listen(&client));
            client.connect(&address).expect("connected");

            reply(&rep, &request(&rep), status, "");

            expect_failure(&theirs, Cause::Denied, &format!("status {status}"));
            let words =
                if heard == Cause::Denied { status } else { "closed the connection during" };
            expect_failure(&ours, heard, words);
            assert_eq!(server.stats().handshakes.refused, 1);
            assert_eq!(server.stats().handshakes.completed, 0);
        }
    }
}

#[test]
fn the_handlers_words_are_told_at_our_end_with_the_peers_name() {
    let context = Context::new(1);
    let rep = handler(&context, Rep);
    let Scene { server, client, address } =
        scene(&context, plain_client("admin", "secret"), Mechanism::PlainServer);
    let theirs = listen(&server);
    client.connect(&address).expect("connected");

    reply(&rep, &request(&rep), "400", "");

    let why = "the peer was refused with status 400 (user \"admin\"): words";
    expect_failure(&theirs, Cause::Denied, why);
}

#[test]
fn a_reply_that_is_none_lets_nobody_in() {
    let good: [&[u8]; 6] = [b"1.0", b"", b"200", b"OK", b"bob", b""];
    let with = |at: usize, frame: &'static [u8]| {
        let mut frames = good.map(<[u8]>::to_vec).to_vec();
        frames[at] = frame.to_vec();
        frames
    };
    let mut replies: Vec<Vec<Vec<u8>>> = vec![
        with(0, b"1.1"),
        with(1, b"another"),
        with(1, b"99999"),
        with(2, b"201"),
        with(2, b"600"),
        with(2, b""),
        with(5, b"\x04Team\0\0\0\x03re"),
    ];
    replies.extend([1, 2, 5].map(|count| good[..count].iter().map(|f| f.to_vec()).collect()));
    replies.push([good.map(<[u8]>::to_vec).to_vec(), vec![Vec::new()]].concat());
    for handler_type in [Rep, Router] {
        for frames in &replies {
            let context = Context::new(1);
            let zap = handler(&context, handler_type);
            let Scene { server, client, address } =
                scene(&context, plain_client("a", "b"), Mechanism::PlainServer);
            let (theirs, ours) = (listen(&server), listen(&client));
            client.connect(&address).expect("connected");

            answer(&zap, frames);

            expect_failure(&theirs, Cause::NoVerdict, "sent what is no reply");
            expect_failure(&ours, Cause::Ended, "during the PLAIN handshake");
        }
    }
}

/// Sends these frames in answer to the next request, whose id takes the place of an empty second frame.
fn answer(zap: &Socket, frames: &[Vec<u8>]) {
    let mut frames = frames.to_vec();
    let (envelope, id) = if zap.socket_type() == Rep {
        (Vec::new(), request(zap)[1].clone())
    } else {
        let (sender, request) = routed_request(zap);
        (vec![sender.to_vec(), Vec::new()], request[2].clone())
    };
    if let Some(place) = frames.get_mut(1).filter(|frame| frame.is_empty()) {
        *place = id;
    }
    let frames = [envelope, frames].concat();
    let frames: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
    send_within(zap, &frames, SOON).expect("sent");
}

#[test]
fn without_a_handler_nobody_is_let_in_under_any_mechanism() {
    for policy in [Policy::Zap, Policy::Unset] {
        for (client, server_side) in pairs() {
            let context = Context::new(1);
            let server = server(&context, server_side, policy.clone());
            let theirs = listen(&server);
            let client = secured(&context, Dealer, client);
            let ours = listen(&client);

            client.connect(&server.bind(ANY_PORT).expect("bound").address()).expect("connected");

            expect_failure(&theirs, Cause::NoVerdict, "no handler is bound at inproc://zeromq.zap");
            expect_failure(&ours, Cause::Ended, "closed the connection during");
        }
    }
}

#[test]
fn a_socket_that_cannot_be_a_handler_is_none() {
    for unfit in [SocketType::Pair, Dealer, Pull, SocketType::Pub] {
        let context = Context::new(1);
        let _zap = handler(&context, unfit);
        let Scene { server, client, address } = scene(&context, curve_client(2), curve_server());
        let theirs = listen(&server);

        client.connect(&address).expect("connected");

        expect_failure(&theirs, Cause::NoVerdict, "where a REP or ROUTER belongs");
    }
}

#[test]
fn a_handler_of_another_context_is_not_asked() {
    let (context, other) = (Context::new(1), Context::new(1));
    let rep = handler(&other, Rep);
    let Scene { server, client, address } = scene(&context, curve_client(2), curve_server());
    let theirs = listen(&server);

    client.connect(&address).expect("connected");

    expect_failure(&theirs, Cause::NoVerdict, "no handler");
    expect_nothing(&rep);
}

#[test]
fn a_handler_that_is_closed_before_it_answers_lets_nobody_in() {
    for handler_type in [Rep, Router] {
        let context = Context::new(1);
        let zap = handler(&context, handler_type);
        let Scene { server, client, address } = scene(&context, curve_client(2), curve_server());
        let theirs = listen(&server);
        client.connect(&address).expect("connected");
        eventually(|| zap.stats().unread == 1);

        drop(zap);

        expect_failure(&theirs, Cause::NoVerdict, "was closed before it answered");
    }
}

#[test]
fn a_handler_that_is_bound_later_serves_later_handshakes() {
    let context = Context::new(1);
    let Scene { server, client, address } = scene(&context, curve_client(2), curve_server());
    let theirs = listen(&server);
    let line = client.connect(&address).expect("connected");
    expect_failure(&theirs, Cause::NoVerdict, "no handler");

    serve_until_connected(&context, &line, "first");
    let newcomer = secured(&context, Dealer, curve_client(3));
    let line = newcomer.connect(&address).expect("connected");
    serve_until_connected(&context, &line, "second");

    let bound = &server.endpoints()[0];
    expect_peers(bound, 2);
    let users = bound.view().peers.into_iter().map(|peer| peer.user_id.clone());
    assert_eq!(users.collect::<Vec<_>>(), ["first", "second"].map(|user| Some(user.to_owned())));
}

/// A handler that lets everybody in, for a while.
fn serve_until_connected(context: &Context, line: &OpenEndpoint, user_id: &str) {
    let rep = handler(context, Rep);
    eventually(|| {
        if let Ok(request) = rep.try_recv() {
            reply(&rep, &frames(&request), "200", user_id);
        }
        line.view().peers.len() == 1
    });
}

#[test]
fn a_handler_that_is_unbound_is_asked_no_more_but_may_still_answer() {
    let context = Context::new(1);
    let rep = socket(&context, Rep);
    let bound = rep.bind(HANDLERS).expect("bound");
    let Scene { server, client, address } = scene(&context, curve_client(2), curve_server());
    let theirs = listen(&server);
    let line = client.connect(&address).expect("connected");
    let asked = request(&rep);

    bound.close();
    let late = secured(&context, Dealer, curve_client(3));
    late.connect(&address).expect("connected");
    expect_failure(&theirs, Cause::NoVerdict, "no handler");
    reply(&rep, &asked, "200", "bob");

    expect_peers(&line, 1);
    drop(server);
}

#[test]
fn replies_find_their_handshakes_in_any_order() {
    const COUNT: usize = 50;
    let context = Context::new(2);
    let router = handler(&context, Router);
    let server = server(&context, Mechanism::PlainServer, Policy::Unset);
    let address = server.bind(ANY_PORT).expect("bound").address();
    let clients: Vec<_> = (0..COUNT)
        .map(|n| {
            let client = secured(&context, Dealer, plain_client(&format!("user {n}"), "x"));
            let name = RoutingId::try_from(format!("name {n}").as_bytes()).expect("short");
            client.configure(|options| options.session.routing_id = name);
            client.connect(&address).expect("connected");
            client
        })
        .collect();
    let mut requests: Vec<_> = (0..COUNT).map(|_| routed_request(&router)).collect();

    requests.reverse();
    for (sender, request) in &requests {
        let frames: [&[u8]; 8] = [sender, b"", b"1.0", &request[2], b"200", b"", &request[7], b""];
        send_within(&router, &frames, SOON).expect("sent");
    }

    let bound = &server.endpoints()[0];
    expect_peers(bound, COUNT);
    for peer in bound.view().peers {
        let name = String::from_utf8_lossy(&peer.routing_id).replace("name", "user");
        assert_eq!(peer.user_id, Some(name));
    }
    drop(clients);
}

#[test]
fn a_handler_that_never_answers_stalls_only_those_it_is_asked_about() {
    let context = Context::new(1);
    let _rep = handler(&context, Rep);
    let server = server_with(&context, curve_server(), Policy::Zap, |options| {
        options.session.handshake_timeout = Some(Duration::from_millis(300));
    });
    let theirs = listen(&server);
    let address = server.bind(ANY_PORT).expect("bound").address();
    let waiting: Vec<_> = (2..10)
        .map(|n| {
            let client = secured(&context, Dealer, curve_client(n));
            client.connect(&address).expect("connected");
            client
        })
        .collect();

    let open = socket(&context, Pull);
    let place = open.bind(ANY_PORT).expect("bound");
    let push = socket(&context, SocketType::Push);
    expect_peers(&push.connect(&place.address()).expect("connected"), 1);

    expect_failure(&theirs, Cause::TimedOut, "was not done within 300ms");
    drop(waiting);
}

#[test]
fn a_context_with_a_handler_ends_when_its_sockets_are_closed() {
    let context = Context::new(1);
    let rep = handler(&context, Rep);
    let Scene { server, client, address } = scene(&context, curve_client(2), curve_server());
    let line = client.connect(&address).expect("connected");
    reply(&rep, &request(&rep), "200", "");
    expect_peers(&line, 1);
    assert_eq!(context.pending().0.len(), 3, "the line to the handler is nobody's socket");

    context.shutdown();
    drop((rep, server, client));

    assert!(idle_within(&context, SOON));
}
