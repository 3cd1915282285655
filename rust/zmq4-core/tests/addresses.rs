//! Which address and which port either end of a connection has, and listening sockets made elsewhere (rules
//! 49 and 54).
#![cfg(feature = "testing")]

mod common;

use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsRawFd;

use common::{SOON, expect_peers, recv, send, socket, socket_with};
use zmq4_core::proto::SocketType::{Dealer, Pull, Push};
use zmq4_core::testing::endpoint_within;
use zmq4_core::{Context, EndpointError, OpenEndpoint, OpenError};

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let reserved = TcpListener::bind("127.0.0.1:0").expect("a port");
    reserved.local_addr().expect("its number").port()
}

/// Where the one peer of a listener is.
fn peer_of(listener: &OpenEndpoint) -> SocketAddr {
    expect_peers(listener, 1);
    let view = listener.view();
    let peer = view.peers.first().expect("a peer");
    peer.address.trim_start_matches("tcp://").parse().expect("an address")
}

/// Waits until an endpoint says why there is no connection.
fn failure_of(endpoint: &OpenEndpoint) -> String {
    assert!(endpoint_within(endpoint, SOON, |view| view.failure.is_some()));
    endpoint.view().failure.unwrap_or_default()
}

fn with_source(source: &str, listener: &OpenEndpoint) -> String {
    listener.address().replace("tcp://", &format!("tcp://{source};"))
}

#[test]
fn rule_49_a_connection_comes_from_the_source_it_was_given() {
    let context = Context::new(1);
    let (push, pull) = (socket(&context, Push), socket(&context, Pull));
    let listener = pull.bind("tcp://127.0.0.1:*").expect("bound");
    let port = free_port();
    let address = with_source(&format!("127.0.0.2:{port}"), &listener);

    let connector = push.connect(&address).expect("connected");

    assert_eq!(peer_of(&listener), SocketAddr::from(([127, 0, 0, 2], port)));
    assert_eq!(connector.address(), address);
    send(&push, "x");
    assert_eq!(recv(&pull), "x");
}

#[test]
fn rule_49_one_source_port_serves_two_destinations() {
    let context = Context::new(1);
    let dealer = socket(&context, Dealer);
    let others = [socket(&context, Dealer), socket(&context, Dealer)];
    let listeners = others.each_ref().map(|each| each.bind("tcp://127.0.0.1:*").expect("bound"));
    let source = format!("127.0.0.1:{}", free_port());

    for listener in &listeners {
        dealer.connect(&with_source(&source, listener)).expect("connected");
    }

    for listener in &listeners {
        assert_eq!(peer_of(listener).to_string(), source);
    }
}

#[test]
fn rule_49_a_source_may_leave_its_port_or_its_host_to_the_system() {
    let context = Context::new(1);
    for (source, host) in [("127.0.0.3:*", [127, 0, 0, 3]), ("127.0.0.3:0", [127, 0, 0, 3])] {
        let (push, pull) = (socket(&context, Push), socket(&context, Pull));
        let listener = pull.bind("tcp://127.0.0.1:*").expect("bound");
        push.connect(&with_source(source, &listener)).expect("connected");
        assert_eq!(peer_of(&listener).ip(), SocketAddr::from((host, 0)).ip());
    }
    let (push, pull) = (socket(&context, Push), socket(&context, Pull));
    let listener = pull.bind("tcp://127.0.0.1:*").expect("bound");
    let port = free_port();
    push.connect(&with_source(&format!("*:{port}"), &listener)).expect("connected");
    assert_eq!(peer_of(&listener), SocketAddr::from(([127, 0, 0, 1], port)));
}

#[test]
fn a_source_may_be_an_interface() {
    let context = Context::new(1);
    let (push, pull) = (socket(&context, Push), socket(&context, Pull));
    let listener = pull.bind("tcp://127.0.0.1:*").expect("bound");

    push.connect(&with_source("lo:*", &listener)).expect("connected");

    assert_eq!(peer_of(&listener).ip().to_string(), "127.0.0.1");
}

#[test]
fn a_source_is_bound_again_at_each_attempt() {
    let context = Context::new(1);
    let (push, pull) = (socket(&context, Push), socket(&context, Pull));
    let listener = pull.bind("tcp://127.0.0.1:*").expect("bound");
    let connector = push.connect(&with_source("127.0.0.4:*", &listener)).expect("connected");
    assert_eq!(peer_of(&listener).ip().to_string(), "127.0.0.4");
    drop(pull);
    expect_peers(&connector, 0);

    let again = socket(&context, Pull);
    let listener = again.bind(&listener.address()).expect("the address is free");

    assert_eq!(peer_of(&listener).ip().to_string(), "127.0.0.4");
}

#[test]
fn a_source_that_cannot_be_had_is_told_by_the_endpoint() {
    let context = Context::new(1);
    for (source, words) in [
        ("192.0.2.1:*", "the source 192.0.2.1:0 cannot be had"),
        ("[::1]:*", "the source \"::1\" cannot reach 127.0.0.1"),
        ("no-such-interface0:*", "\"no-such-interface0\" is no interface of this machine"),
    ] {
        let push = socket_with(&context, Push, |options| {
            options.session.reconnect.initial = None;
        });
        let connector = push.connect(&format!("tcp://{source};127.0.0.1:9")).expect("connected");

        let failure = failure_of(&connector);

        assert!(failure.contains(words), "{failure}");
    }
}

#[test]
fn a_source_is_refused_where_there_is_no_connecting() {
    let context = Context::new(1);
    let pull = socket(&context, Pull);

    let refused = pull.bind("tcp://127.0.0.1:*;127.0.0.1:*");

    assert!(matches!(refused, Err(OpenError::Endpoint(EndpointError::ConnectOnly))), "{refused:?}");
}

#[test]
fn an_interface_is_bound_by_its_name() {
    let context = Context::new(1);
    let (push, pull) = (socket(&context, Push), socket(&context, Pull));

    let listener = pull.bind("tcp://lo:*").expect("bound");

    assert!(listener.address().starts_with("tcp://127.0.0.1:"), "{}", listener.address());
    push.connect(&listener.address()).expect("connected");
    send(&push, "x");
    assert_eq!(recv(&pull), "x");
}

#[test]
fn an_interface_with_ipv6_is_bound_by_its_ipv6_address() {
    let context = Context::new(1);
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return; // this machine has no IPv6
    }
    let pull = socket_with(&context, Pull, |options| options.link.ipv6 = true);

    let listener = pull.bind("tcp://lo:*").expect("bound");

    assert!(listener.address().starts_with("tcp://[::1]:"), "{}", listener.address());
}

#[test]
fn an_unknown_interface_is_an_error_of_bind() {
    let context = Context::new(1);
    let pull = socket(&context, Pull);

    let refused = pull.bind("tcp://no-such-interface0:5555").expect_err("refused");

    let words = "\"no-such-interface0\" is no interface of this machine, and no host";
    assert!(refused.to_string().contains(words), "{refused}");
    assert_eq!(refused.system_number(), Some(19), "ENODEV");
}

#[test]
fn a_port_in_use_is_told_as_such_by_an_interface_too() {
    let context = Context::new(1);
    let (pull, other) = (socket(&context, Pull), socket(&context, Pull));
    let listener = pull.bind("tcp://lo:*").expect("bound");

    let refused = other.bind(&listener.address().replace("127.0.0.1", "lo"));

    assert!(matches!(refused, Err(OpenError::InUse)), "{refused:?}");
}

#[test]
fn rule_54_a_listening_socket_made_elsewhere_is_served_by_one_bind() {
    let context = Context::new(1);
    let made = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("tcp://{}", made.local_addr().expect("its number"));
    let pull = socket_with(&context, Pull, |options| {
        options.link.use_fd = Some(made.as_raw_fd());
    });

    let listener = pull.bind("tcp://*:*").expect("adopted");
    drop(made);
    let other = pull.bind("tcp://127.0.0.1:*").expect("bound");

    assert_eq!(listener.address(), address);
    assert_ne!(other.address(), address);
    let push = socket(&context, Push);
    push.connect(&address).expect("connected");
    send(&push, "x");
    assert_eq!(recv(&pull), "x");
}

#[test]
fn rule_54_a_listening_socket_made_elsewhere_outlives_its_endpoint() {
    let context = Context::new(1);
    let made = TcpListener::bind("127.0.0.1:0").expect("a port");
    let pull = socket_with(&context, Pull, |options| {
        options.link.use_fd = Some(made.as_raw_fd());
    });
    let listener = pull.bind("tcp://*:*").expect("adopted");

    listener.close();

    let again = socket_with(&context, Pull, |options| {
        options.link.use_fd = Some(made.as_raw_fd());
    });
    let listener = again.bind("tcp://*:*").expect("it still listens");
    let push = socket(&context, Push);
    push.connect(&listener.address()).expect("connected");
    send(&push, "x");
    assert_eq!(recv(&again), "x");
}

#[test]
fn rule_54_what_does_not_listen_is_refused() {
    let context = Context::new(1);
    let made = TcpListener::bind("127.0.0.1:0").expect("a port");
    let connected = std::net::TcpStream::connect(made.local_addr().expect("its number"));
    let connected = connected.expect("accepted");
    let pull = socket_with(&context, Pull, |options| {
        options.link.use_fd = Some(connected.as_raw_fd());
    });

    let refused = pull.bind("tcp://*:*").expect_err("refused").to_string();

    assert!(refused.contains("is not a listening socket"), "{refused}");
}
