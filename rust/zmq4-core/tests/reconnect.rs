//! What survives a lost connection and what does not (rules 5, 6, 7, 41, 45, 48 and 50).
#![cfg(feature = "testing")]

mod common;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use common::{
    A_WHILE, Joined, SOON, eventually, expect_nothing, expect_peers, expect_phase, join, recv,
    recv_now, send, socket, socket_with, try_send,
};
use zmq4_core::proto::SocketType::{Dealer, Pull, Push};
use zmq4_core::testing::{endpoint_within, recv_within, send_within};
use zmq4_core::{Context, EndpointPhase, SendError};

/// A peer of our own on a bare connection, its handshake done.
fn shaken(mut stream: TcpStream, socket_type: &str) -> TcpStream {
    stream.set_read_timeout(Some(SOON)).expect("a limit");
    let mut greeting = [0; 64];
    (greeting[0], greeting[9], greeting[10], greeting[11]) = (0xff, 0x7f, 3, 1);
    greeting[12..16].copy_from_slice(b"NULL");
    stream.write_all(&greeting).expect("sent");
    let len = u8::try_from(socket_type.len()).expect("short");
    let head = [&[4, 22 + len][..], b"\x05READY\x0bSocket-Type\0\0\0", &[len]].concat();
    stream.write_all(&[&head, socket_type.as_bytes()].concat()).expect("sent");
    stream.read_exact(&mut greeting).expect("a greeting");
    let mut header = [0; 2];
    stream.read_exact(&mut header).expect("a header");
    stream.read_exact(&mut vec![0; header[1].into()]).expect("READY");
    stream
}

fn connect(address: &str, socket_type: &str) -> TcpStream {
    let stream = TcpStream::connect(address.trim_start_matches("tcp://")).expect("accepted");
    shaken(stream, socket_type)
}

#[test]
fn rule_50_what_was_sent_before_the_listener_was_there_is_delivered() {
    let context = Context::new(1);
    let (push, pull) = (socket(&context, Push), socket(&context, Pull));
    let reserved = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("tcp://{}", reserved.local_addr().expect("its number"));
    drop(reserved);
    let connector = push.connect(&address).expect("connected");
    send(&push, "early");
    assert!(endpoint_within(&connector, SOON, |view| view.attempts > 0));

    pull.bind(&address).expect("bound");

    assert_eq!(recv(&pull), "early");
}

#[test]
fn rule_6_the_queue_of_a_connecting_endpoint_survives_a_reconnection() {
    let context = Context::new(1);
    let Joined { bound, connected, listener, connector } =
        join("tcp", socket(&context, Pull), socket(&context, Push));
    send(&connected, "first");
    assert_eq!(recv(&bound), "first");
    drop(bound);
    expect_peers(&connector, 0);
    (0..10).for_each(|n: u32| send(&connected, n.to_string()));

    let again = socket(&context, Pull);
    again.bind(&listener.address()).expect("the address is free");

    for n in 0..10 {
        assert_eq!(recv(&again), n.to_string());
    }
}

#[test]
fn rule_5_the_queue_of_a_bound_endpoint_dies_with_its_peer_and_is_counted() {
    let context = Context::new(1);
    let push = socket_with(&context, Push, |options| options.pipe.send_hwm = 100);
    let endpoint = push.bind("tcp://127.0.0.1:*").expect("bound");
    let stalled = connect(&endpoint.address(), "PULL");
    expect_peers(&endpoint, 1);
    let body = "x".repeat(100_000);
    while send_within(&push, &[body.as_bytes()], A_WHILE).is_ok() {}
    assert!(push.stats().queued > 0);

    drop(stalled);
    expect_peers(&endpoint, 0);

    eventually(|| push.stats().dropped > 0);
    assert_eq!(try_send(&push, "x"), Err(SendError::NoPeer));
    let pull = socket(&context, Pull);
    expect_peers(&pull.connect(&endpoint.address()).expect("connected"), 1);
    send(&push, "new");
    assert_eq!(recv(&pull), "new", "nothing of the old queue comes");
}

#[test]
fn rule_7_a_multipart_cut_off_by_a_lost_peer_never_appears() {
    let context = Context::new(1);
    let pull = socket(&context, Pull);
    let endpoint = pull.bind("tcp://127.0.0.1:*").expect("bound");
    for cut in
        [b"\0\x05whole\x01\x01a".as_slice(), b"\0\x05whole\x01\x01a\0\x09trunc", b"\0\x05whole\0"]
    {
        let mut peer = connect(&endpoint.address(), "PUSH");
        peer.write_all(cut).expect("sent");
        drop(peer);
        assert_eq!(recv(&pull), "whole");
    }

    expect_peers(&endpoint, 0);
    expect_nothing(&pull);
}

#[test]
fn what_a_departed_peer_sent_is_still_received() {
    let context = Context::new(1);
    let dealer = socket_with(&context, Dealer, |options| options.pipe.recv_hwm = 5);
    let endpoint = dealer.bind("tcp://127.0.0.1:*").expect("bound");
    let mut peer = connect(&endpoint.address(), "DEALER");
    peer.write_all(&b"\0\x01x".repeat(200)).expect("sent");
    drop(peer);
    // Writing into the lost connection must not lose what is still to be read.
    expect_peers(&endpoint, 1);
    while try_send(&dealer, "into the void").is_ok() && dealer.stats().sent < 50 {}

    let received = (0..200).map_while(|_| recv_within(&dealer, SOON).ok()).count();

    assert_eq!(received, 200);
    expect_peers(&endpoint, 0);
}

#[test]
fn departed_peers_that_left_too_much_unread_hold_newcomers_back_and_lose_nothing() {
    let context = Context::new(1);
    let pull = socket_with(&context, Pull, |options| options.pipe.recv_hwm = 10);
    let endpoint = pull.bind("tcp://127.0.0.1:*").expect("bound");
    // Fewer than a step each, so that nothing of them is ever acknowledged.
    for _ in 0..30 {
        let mut peer = connect(&endpoint.address(), "PUSH");
        peer.write_all(&b"\0\x01o".repeat(4)).expect("sent");
        drop(peer);
    }
    eventually(|| pull.stats().unread > 40);
    let mut newcomer = connect(&endpoint.address(), "PUSH");
    newcomer.write_all(b"\0\x01n").expect("sent");

    let received: Vec<_> = (0..121).map(|_| recv(&pull)).collect();

    assert_eq!(received.iter().filter(|body| *body == "n").count(), 1);
}

#[test]
fn rule_41_an_immediate_endpoint_queues_only_for_peers_that_are_there() {
    let context = Context::new(1);
    let reserved = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("tcp://{}", reserved.local_addr().expect("its number"));
    drop(reserved);
    let push = socket_with(&context, Push, |options| options.session.immediate = true);
    let connector = push.connect(&address).expect("connected");
    assert_eq!(try_send(&push, "x"), Err(SendError::NoPeer));

    let pull = socket(&context, Pull);
    pull.bind(&address).expect("bound");
    send(&push, "there");
    assert_eq!(recv(&pull), "there");

    drop(pull);
    expect_peers(&connector, 0);
    eventually(|| try_send(&push, "x") == Err(SendError::NoPeer));
}

#[test]
fn rule_41_an_immediate_endpoint_does_not_take_messages_from_one_that_is_there() {
    let context = Context::new(1);
    let push = socket_with(&context, Push, |options| options.session.immediate = true);
    let pull = socket(&context, Pull);
    let endpoint = pull.bind("tcp://127.0.0.1:*").expect("bound");
    push.connect("tcp://127.0.0.1:9").expect("connected");
    expect_peers(&push.connect(&endpoint.address()).expect("connected"), 1);

    (0..10).for_each(|n: u32| send(&push, n.to_string()));

    for n in 0..10 {
        assert_eq!(recv(&pull), n.to_string());
    }
}

#[test]
fn rule_45_a_silent_stranger_is_closed_at_the_handshake_deadline() {
    let context = Context::new(1);
    let pull = socket_with(&context, Pull, |options| {
        options.session.handshake_timeout = Some(A_WHILE);
    });
    let endpoint = pull.bind("tcp://127.0.0.1:*").expect("bound");
    let address = endpoint.address();
    let mut stranger = TcpStream::connect(address.trim_start_matches("tcp://")).expect("accepted");
    let start = Instant::now();

    stranger.read_to_end(&mut Vec::new()).expect("it ends");

    let lasted = start.elapsed();
    assert!(lasted + Duration::from_millis(10) >= A_WHILE && lasted < SOON / 4, "{lasted:?}");
    assert!(endpoint_within(&endpoint, SOON, |view| view.failure.is_some()));
}

#[test]
fn rule_48_a_dealer_has_one_connection_to_an_address() {
    let context = Context::new(1);
    let (dealer, other) = (socket(&context, Dealer), socket(&context, Dealer));
    let endpoint = other.bind("tcp://127.0.0.1:*").expect("bound");
    let elsewhere = other.bind("tcp://127.0.0.1:*").expect("bound");

    let [first, second] = [0, 1].map(|_| dealer.connect(&endpoint.address()).expect("connected"));
    let third = dealer.connect(&elsewhere.address()).expect("connected");

    assert_eq!(first, second);
    assert_ne!(first, third);
    assert_eq!(dealer.endpoints().len(), 2);
    expect_peers(&first, 1);
    expect_peers(&third, 1);
    assert_eq!(endpoint.view().peers.len(), 1);
    first.close();
    expect_peers(&endpoint, 0);
    let again = dealer.connect(&endpoint.address()).expect("connected");
    expect_peers(&again, 1);
}

#[test]
fn rule_48_an_endpoint_that_has_stopped_is_none() {
    let context = Context::new(1);
    let (dealer, other) = (
        socket_with(&context, Dealer, |options| options.session.reconnect.initial = None),
        socket(&context, Dealer),
    );
    let endpoint = other.bind("tcp://127.0.0.1:*").expect("bound");
    let first = dealer.connect(&endpoint.address()).expect("connected");
    expect_peers(&first, 1);
    drop(other);
    expect_phase(&first, EndpointPhase::Stopped);
    let other = socket(&context, Dealer);
    other.bind(&endpoint.address()).expect("the address is free");

    let second = dealer.connect(&endpoint.address()).expect("connected");

    assert_ne!(first, second);
    expect_peers(&second, 1);
}

#[test]
fn rule_48_a_push_has_as_many_connections_to_an_address_as_it_is_asked_for() {
    let context = Context::new(1);
    let (push, pull) = (socket(&context, Push), socket(&context, Pull));
    let endpoint = pull.bind("tcp://127.0.0.1:*").expect("bound");

    let connectors = [0, 1].map(|_| push.connect(&endpoint.address()).expect("connected"));

    expect_peers(&endpoint, 2);
    connectors[0].close();
    expect_peers(&endpoint, 1);
    send(&push, "x");
    assert_eq!(recv(&pull), "x");
}

#[test]
fn an_oversize_message_ends_its_connection_and_nothing_else() {
    let context = Context::new(1);
    let pull = socket_with(&context, Pull, |options| {
        options.session.max_message_size = Some(1000);
    });
    let endpoint = pull.bind("tcp://127.0.0.1:*").expect("bound");
    let good = connect(&endpoint.address(), "PUSH");
    let mut bad = connect(&endpoint.address(), "PUSH");
    expect_peers(&endpoint, 2);

    bad.write_all(b"\0\x04good\x02\0\0\0\0\0\0\x04\0").expect("sent");

    expect_peers(&endpoint, 1);
    assert_eq!(recv_now(&pull), ["good"]);
    let failure = endpoint.view().failure.expect("a reason");
    assert!(failure.contains("1024"), "{failure}");
    drop(good);
}
