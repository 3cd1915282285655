//! What sockets tell of themselves, over every transport.
#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

mod common;

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use common::{
    SOON, TRANSPORTS, address, eventually, expect_peers, fill, join, recv, send, socket,
    socket_with, try_send,
};
use zmq4_core::proto::{RoutingId, SocketType};
use zmq4_core::{
    Cause, Context, Events, Happening, Heard, ListenError, Loss, OnFull, Parker, Part, Socket,
    Waiter,
};

fn listen(socket: &Socket) -> Events {
    socket.events(1000).expect("open")
}

/// The next event, waited for.
fn next(events: &Events) -> Result<Heard, ListenError> {
    let parker = Parker::new().expect("a descriptor");
    let deadline = Instant::now() + SOON;
    loop {
        parker.reset();
        let _watch = events.watch(Waiter::Thread(parker.clone()));
        match events.try_next() {
            Err(ListenError::Empty) => assert!(Instant::now() < deadline, "nothing more is told"),
            other => return other,
        }
        parker.park(Some(deadline), None).expect("ppoll works");
    }
}

fn happens(events: &Events) -> Happening {
    next(events).expect("an event").event.what.clone()
}

/// An event in a word, with its cause if something went wrong.
fn word(what: &Happening) -> String {
    match what {
        Happening::Listening => "Listening".to_owned(),
        Happening::Connecting { attempt } => format!("Connecting {attempt}"),
        Happening::ConnectFailed { why, attempt, retry_in } => {
            format!("ConnectFailed {attempt} {:?}, again: {}", why.cause, retry_in.is_some())
        }
        Happening::Accepted { .. } => "Accepted".to_owned(),
        Happening::AcceptFailed { why } => format!("AcceptFailed {:?}", why.cause),
        Happening::Connected { .. } => "Connected".to_owned(),
        Happening::HandshakeFailed { why, .. } => format!("HandshakeFailed {:?}", why.cause),
        Happening::Disconnected { why, .. } => format!("Disconnected {:?}", why.cause),
        Happening::EndpointClosed => "EndpointClosed".to_owned(),
        Happening::Dropped { count, loss, .. } => format!("Dropped {count} {loss:?}"),
    }
}

fn expect(events: &Events, words: &[&str]) {
    let heard: Vec<_> = words.iter().map(|_| word(&happens(events))).collect();
    assert_eq!(heard, words);
}

fn expect_end(events: &Events) {
    assert_eq!(next(events).err(), Some(ListenError::Closed));
}

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
fn a_slow_subscriber_is_told_of_once_and_by_name() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let publisher = socket_with(&context, SocketType::Pub, |o| o.pipe.send_hwm = 10);
        let subscriber = socket_with(&context, SocketType::Sub, |o| o.pipe.recv_hwm = 10);
        subscriber.subscribe(b"").expect("subscribed");
        let joined = join(transport, publisher, subscriber);
        eventually(|| joined.bound.subscribers(None) == 1);
        let events = listen(&joined.bound);

        // More than the system's buffers take.
        let body = vec![b'x'; 100_000];
        (0..1000).for_each(|_| try_send(&joined.bound, &body).expect("never refused"));

        let heard = next(&events).expect("an event");
        let Happening::Dropped { count, loss, peer, .. } = &heard.event.what else {
            panic!("{heard:?} is something else")
        };
        assert_eq!(*loss, Loss::Full);
        assert!(*count > 500, "all in one: {count}");
        assert_eq!(*heard.event.endpoint, *joined.listener.address());
        assert_eq!(peer.as_ref().map(|peer| peer.socket_type), Some(Some(SocketType::Sub)));
        let drops = joined.bound.stats().drops;
        assert_eq!((drops.full, drops.total()), (*count, *count));
    }
}

#[test]
fn messages_to_nobody_are_told_of_with_the_name() {
    let context = Context::new(1);
    let router = socket_with(&context, SocketType::Router, |o| o.pattern.mandatory = false);
    let events = listen(&router);

    for _ in 0..3 {
        router.try_send(&[Part::Copy(b"nobody"), Part::Copy(b"x")]).expect("dropped");
    }

    let Happening::Dropped { count, loss, peer, routing_id } = happens(&events) else {
        panic!("something else")
    };
    assert_eq!((count, loss, peer.is_none()), (3, Loss::Unroutable, true));
    assert_eq!(routing_id.expect("named").as_bytes(), b"nobody");
    assert_eq!(router.stats().drops.unroutable, 3);
}

#[test]
fn messages_queued_for_a_peer_that_leaves_are_told_of() {
    let context = Context::new(1);
    let push = socket_with(&context, SocketType::Push, |o| o.pipe.send_hwm = 50);
    let pull = socket_with(&context, SocketType::Pull, |options| {
        options.pipe.recv_hwm = 1;
        options.session.reconnect.initial = None;
    });
    let joined = join("tcp", push, pull);
    let events = listen(&joined.bound);
    let body = vec![b'x'; 1_000_000];
    while try_send(&joined.bound, &body).is_ok() {}

    joined.connected.close(Some(Some(std::time::Duration::ZERO)));

    let mut heard = vec![happens(&events), happens(&events)];
    heard.sort_by_key(word);
    let [Happening::Disconnected { peer: gone, .. }, Happening::Dropped { count, loss, peer, .. }] =
        &heard[..]
    else {
        panic!("{heard:?} is something else")
    };
    assert_eq!(*loss, Loss::Gone);
    assert_eq!(peer.as_ref().map(|peer| &peer.address), Some(&gone.address));
    assert_eq!(joined.bound.stats().drops.gone, *count);
}

#[test]
fn the_oldest_that_make_way_are_told_of() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let push = socket_with(&context, SocketType::Push, |options| {
            options.pipe.send_hwm = 5;
            options.pipe.on_full = OnFull::DropOldest;
        });
        let events = listen(&push);
        let line = match transport {
            "tcp" => "tcp://127.0.0.1:9".to_owned(),
            "ipc" => "ipc:///nowhere/at/all".to_owned(),
            _ => address("inproc"),
        };
        push.connect(&line).expect("connected");

        (0..12).for_each(|n| send(&push, n.to_string()));

        let mut last = happens(&events);
        while !matches!(last, Happening::Dropped { .. }) {
            last = happens(&events);
        }
        assert_eq!(word(&last), "Dropped 7 Full");
        assert_eq!(push.stats().drops.full, 7);
    }
}

#[test]
fn messages_that_a_newer_one_replaces_are_counted_and_not_told_of() {
    let context = Context::new(1);
    let push = socket_with(&context, SocketType::Push, |o| o.pipe.conflate = true);
    push.connect("inproc://nobody").expect("connected");
    let events = listen(&push);

    (0..12).for_each(|n| send(&push, n.to_string()));
    drop(events.try_next());

    let stats = push.stats();
    assert_eq!((stats.drops.replaced, stats.dropped), (11, 11));
    assert_eq!(events.try_next().err(), Some(ListenError::Empty));
}

#[test]
fn losses_are_told_of_before_the_end() {
    let context = Context::new(1);
    let router = socket_with(&context, SocketType::Router, |o| o.pattern.mandatory = false);
    let events = listen(&router);
    router.try_send(&[Part::Copy(b"nobody"), Part::Copy(b"x")]).expect("dropped");

    router.close(None);

    expect(&events, &["Dropped 1 Unroutable"]);
    expect_end(&events);
}

#[test]
fn a_context_without_threads_tells_of_losses_too() {
    let context = Context::new(0);
    let push = socket_with(&context, SocketType::Push, |o| {
        o.pipe.on_full = OnFull::DropNewest;
    });
    let events = listen(&push);

    (0..3).for_each(|n| send(&push, n.to_string()));
    push.close(None);

    expect(&events, &["Dropped 1 Unroutable", "Dropped 2 Unroutable"]);
}

#[test]
fn an_endpoint_that_closes_with_messages_left_tells_of_them() {
    let context = Context::new(1);
    let push = socket_with(&context, SocketType::Push, |options| {
        options.session.linger = Some(std::time::Duration::ZERO);
    });
    let line = push.connect("tcp://127.0.0.1:9").expect("connected");
    assert_eq!(fill(&push), 1000);
    let events = listen(&push);

    line.close();

    let heard = loop {
        let heard = next(&events).expect("an event");
        if let Happening::Dropped { .. } = heard.event.what {
            break heard;
        }
    };
    assert_eq!(word(&heard.event.what), "Dropped 1000 Gone");
    assert_eq!(&*heard.event.endpoint, "tcp://127.0.0.1:9");
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
