//! Linger: what is sent after a close, a disconnect or an unbind, and for how long (rules 47 and 55).
#![cfg(feature = "testing")]

mod common;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use common::{
    A_WHILE, Joined, SOON, TRANSPORTS, address, expect_nothing, expect_peers, expect_phase, join,
    recv, send, socket, socket_with, try_send,
};
use zmq4_core::proto::SocketType::{Dealer, Pull, Push};
use zmq4_core::testing::idle_within;
use zmq4_core::{Context, EndpointPhase, RecvError, SendError, Socket};

/// An address on which nobody listens, and that nobody else is given meanwhile.
fn dead_address() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("tcp://{}", listener.local_addr().expect("its number"));
    (listener, address)
}

/// A connecting PUSH with one message for a peer that accepts and says nothing.
fn push_to_a_silent_peer(context: &Context) -> (TcpListener, Socket) {
    let (listener, address) = dead_address();
    let push = socket(context, Push);
    push.connect(&address).expect("connected");
    send(&push, "x");
    (listener, push)
}

#[test]
fn rule_55_what_was_sent_before_a_close_arrives() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let pull = socket(&context, Pull);
        let endpoint = pull.bind(&address(transport)).expect("bound");
        let push = socket(&context, Push);
        push.connect(&endpoint.address()).expect("connected");
        (0..1000).for_each(|n: u32| send(&push, n.to_string()));

        push.close(Some(Some(SOON)));

        for n in 0..1000 {
            assert_eq!(recv(&pull), n.to_string(), "{transport}");
        }
    }
}

#[test]
fn a_close_with_unread_messages_does_not_destroy_what_was_sent() {
    let context = Context::new(1);
    let Joined { bound, connected, .. } =
        join("tcp", socket(&context, Dealer), socket(&context, Dealer));
    while try_send(&bound, [b'x'; 1000]).is_ok() {}
    (0..500).for_each(|n: u32| send(&connected, n.to_string()));

    connected.close(Some(Some(SOON)));

    for n in 0..500 {
        assert_eq!(recv(&bound), n.to_string());
    }
}

#[test]
fn rule_55_linger_zero_ends_at_once() {
    let context = Context::new(1);
    let (_silent, push) = push_to_a_silent_peer(&context);
    let start = Instant::now();

    push.close(Some(Some(Duration::ZERO)));

    assert!(idle_within(&context, SOON));
    assert!(start.elapsed() < Duration::from_millis(400), "{:?}", start.elapsed());
}

#[test]
fn rule_55_linger_lasts_as_long_as_it_was_given() {
    let context = Context::new(1);
    let (_silent, push) = push_to_a_silent_peer(&context);
    let start = Instant::now();

    push.close(Some(Some(Duration::from_millis(300))));

    assert!(idle_within(&context, SOON));
    let lasted = start.elapsed().as_millis();
    assert!((300..2000).contains(&lasted), "{lasted} ms");
}

#[test]
fn rule_55_linger_for_ever_waits_for_the_peer() {
    let context = Context::new(1);
    let (reserved, address) = dead_address();
    drop(reserved);
    let push = socket(&context, Push);
    push.connect(&address).expect("connected");
    send(&push, "patient");
    push.close(Some(None));
    assert!(!idle_within(&context, A_WHILE));
    assert_eq!(context.pending().1.len(), 1, "the session still runs");

    let pull = socket(&context, Pull);
    pull.bind(&address).expect("bound");

    assert_eq!(recv(&pull), "patient");
    drop(pull);
    assert!(idle_within(&context, SOON));
}

#[test]
fn rule_47_a_disconnect_sends_what_is_queued_and_drops_what_came_in() {
    for transport in ["tcp", "ipc"] {
        let context = Context::new(1);
        let Joined { bound, connected, connector, .. } =
            join(transport, socket(&context, Dealer), socket(&context, Dealer));
        send(&bound, "in");
        (0..100).for_each(|n: u32| send(&connected, n.to_string()));
        common::eventually(|| connected.stats().unread == 1);

        connector.close();

        assert_eq!(connected.try_recv().err(), Some(RecvError::Empty));
        assert_eq!(try_send(&connected, "x"), Err(SendError::NoPeer));
        for n in 0..100 {
            assert_eq!(recv(&bound), n.to_string(), "{transport}");
        }
        expect_phase(&connector, EndpointPhase::Closed);
    }
}

#[test]
fn rule_47_a_disconnect_before_the_connection_is_made_sends_what_was_queued() {
    for (linger, arrives) in [(None, true), (Some(SOON), true), (Some(Duration::ZERO), false)] {
        let context = Context::new(1);
        let (reserved, address) = dead_address();
        drop(reserved);
        let push = socket_with(&context, Push, |options| options.session.linger = linger);
        let connector = push.connect(&address).expect("connected");
        (0..3).for_each(|n: u32| send(&push, n.to_string()));

        connector.close();
        let pull = socket(&context, Pull);
        pull.bind(&address).expect("bound");

        if arrives {
            assert_eq!([recv(&pull), recv(&pull), recv(&pull)], ["0", "1", "2"]);
        } else {
            expect_nothing(&pull);
        }
    }
}

#[test]
fn rule_47_an_unbind_closes_its_connections_after_sending_what_is_queued() {
    for transport in ["tcp", "ipc"] {
        let context = Context::new(1);
        let Joined { bound, connected, listener, connector } =
            join(transport, socket(&context, Dealer), socket(&context, Dealer));
        (0..100).for_each(|n: u32| send(&bound, n.to_string()));

        listener.close();

        for n in 0..100 {
            assert_eq!(recv(&connected), n.to_string(), "{transport}");
        }
        expect_peers(&connector, 0);
        assert_eq!(try_send(&bound, "x"), Err(SendError::NoPeer));
    }
}

#[test]
fn an_unbind_leaves_the_other_endpoints_alone() {
    let context = Context::new(1);
    let Joined { bound, connected, listener, .. } =
        join("tcp", socket(&context, Dealer), socket(&context, Dealer));
    let other = bound.bind("tcp://127.0.0.1:*").expect("bound");
    expect_peers(&connected.connect(&other.address()).expect("connected"), 1);

    listener.close();
    expect_peers(&listener, 0);

    send(&bound, "x");
    assert_eq!(recv(&connected), "x");
}

#[test]
fn an_address_is_free_once_it_is_unbound() {
    for transport in ["tcp", "ipc"] {
        let context = Context::new(1);
        let one = socket(&context, Pull);
        let endpoint = one.bind(&address(transport)).expect("bound");
        let Joined { bound, .. } = join(transport, socket(&context, Pull), socket(&context, Push));
        drop(bound);

        for _ in 0..20 {
            let address = endpoint.address();
            let endpoint = one.endpoints().pop().expect("it is open");
            endpoint.close();
            if transport == "tcp" {
                one.bind(&address).expect("free");
            } else {
                one.bind(&common::address(transport)).expect("another");
            }
        }
    }
}

#[test]
fn an_immediate_socket_lingers_too() {
    let context = Context::new(1);
    let pull = socket(&context, Pull);
    let endpoint = pull.bind("tcp://127.0.0.1:*").expect("bound");
    let push = socket_with(&context, Push, |options| options.session.immediate = true);
    expect_peers(&push.connect(&endpoint.address()).expect("connected"), 1);
    let body = "x".repeat(100_000);
    (0..100).for_each(|_| send(&push, &body));

    push.close(Some(Some(SOON)));

    for _ in 0..100 {
        assert_eq!(recv(&pull).len(), body.len());
    }
}
