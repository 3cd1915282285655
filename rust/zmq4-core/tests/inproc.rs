//! inproc: bind and connect in any order, names, closing, and pending connections (rules 50 and 51).
#![cfg(feature = "testing")]

mod common;

use std::time::Duration;

use common::{
    Joined, SOON, expect_nothing, expect_peers, expect_phase, join, recv, recv_now, send, socket,
    try_send,
};
use zmq4_core::proto::SocketType::{Dealer, Pair, Pull, Push};
use zmq4_core::testing::{idle_within, recv_within, send_within};
use zmq4_core::{Context, EndpointPhase, OpenError, Part, RecvError, SendError, Take};

#[test]
fn rule_50_what_was_sent_before_the_bind_is_delivered() {
    let context = Context::new(0);
    let pushes = [socket(&context, Push), socket(&context, Push)];
    for (n, push) in pushes.iter().enumerate() {
        push.connect("inproc://x").expect("connected");
        send(push, n.to_string());
    }

    let pull = socket(&context, Pull);
    let endpoint = pull.bind("inproc://x").expect("bound");

    expect_peers(&endpoint, 2);
    let mut received = recv_now(&pull);
    received.sort();
    assert_eq!(received, ["0", "1"]);
}

#[test]
fn what_a_closed_socket_sent_before_the_bind_is_delivered() {
    let context = Context::new(0);
    let push = socket(&context, Push);
    push.connect("inproc://x").expect("connected");
    (0..3).for_each(|n: u32| send(&push, n.to_string()));
    drop(push);

    let pull = socket(&context, Pull);
    let endpoint = pull.bind("inproc://x").expect("bound");

    assert_eq!(recv_now(&pull), ["0", "1", "2"]);
    assert!(endpoint.view().peers.is_empty(), "it has left already");
}

#[test]
fn linger_zero_takes_back_what_was_sent_before_the_bind() {
    let context = Context::new(0);
    let push = socket(&context, Push);
    push.connect("inproc://x").expect("connected");
    send(&push, "x");
    push.close(Some(Some(Duration::ZERO)));

    let pull = socket(&context, Pull);
    pull.bind("inproc://x").expect("bound");

    expect_nothing(&pull);
}

#[test]
fn what_was_sent_before_a_close_is_read_after_it() {
    let context = Context::new(0);
    let Joined { bound, connected, .. } =
        join("inproc", socket(&context, Pair), socket(&context, Pair));
    (0..3).for_each(|n: u32| send(&connected, n.to_string()));

    drop(connected);

    assert_eq!(recv_now(&bound), ["0", "1", "2"]);
    assert_eq!(try_send(&bound, "x"), Err(SendError::NoPeer));
}

#[test]
fn an_endpoint_forgets_an_inproc_peer_that_has_left() {
    let context = Context::new(0);
    let Joined { bound, connected, listener, connector } =
        join("inproc", socket(&context, Dealer), socket(&context, Dealer));

    drop(connected);
    expect_peers(&listener, 0);
    drop(bound);
    expect_phase(&connector, EndpointPhase::Closed);
    expect_peers(&connector, 0);
}

#[test]
fn an_endpoint_says_that_its_inproc_binder_has_left() {
    let context = Context::new(0);
    let Joined { bound, connected, connector, .. } =
        join("inproc", socket(&context, Dealer), socket(&context, Dealer));

    drop(bound);

    expect_phase(&connector, EndpointPhase::Stopped);
    expect_peers(&connector, 0);
    assert_eq!(try_send(&connected, "x"), Err(SendError::NoPeer));
}

#[test]
fn a_name_is_bound_once_and_free_after_unbind_and_close() {
    let context = Context::new(0);
    let [one, two] = [socket(&context, Pair), socket(&context, Pair)];
    let endpoint = one.bind("inproc://x").expect("bound");
    assert!(matches!(two.bind("inproc://x"), Err(OpenError::InUse)));

    endpoint.close();
    two.bind("inproc://x").expect("free after unbind");
    drop(two);
    one.bind("inproc://x").expect("free after close");
}

#[test]
fn names_of_two_contexts_have_nothing_in_common() {
    let contexts = [Context::new(0), Context::new(0)];

    let sockets = contexts.each_ref().map(|context| socket(context, Pair));

    for socket in &sockets {
        socket.bind("inproc://x").expect("bound");
    }
}

#[test]
fn unbinding_a_name_keeps_the_pipes() {
    let context = Context::new(0);
    let Joined { bound, connected, listener, .. } =
        join("inproc", socket(&context, Pair), socket(&context, Pair));

    listener.close();

    send(&connected, "there");
    assert_eq!(recv(&bound), "there");
    send(&bound, "back");
    assert_eq!(recv(&connected), "back");
}

#[test]
fn disconnecting_drops_what_came_in_and_delivers_what_went_out() {
    let context = Context::new(0);
    let Joined { bound, connected, connector, .. } =
        join("inproc", socket(&context, Pair), socket(&context, Pair));
    send(&connected, "out");
    send(&bound, "in");

    connector.close();

    assert_eq!(recv(&bound), "out");
    assert_eq!(connected.try_recv().err(), Some(RecvError::Empty));
    assert_eq!(try_send(&connected, "x"), Err(SendError::NoPeer));
    assert_eq!(try_send(&bound, "x"), Err(SendError::NoPeer));
}

#[test]
fn a_disconnected_socket_can_connect_again() {
    let context = Context::new(0);
    let Joined { bound, connected, listener, connector } =
        join("inproc", socket(&context, Pair), socket(&context, Pair));
    connector.close();
    expect_peers(&listener, 0);

    let again = connected.connect(&listener.address()).expect("connected");

    expect_peers(&again, 1);
    send(&connected, "x");
    assert_eq!(recv(&bound), "x");
}

#[test]
fn incompatible_types_are_told() {
    let context = Context::new(0);
    let (pull, pair) = (socket(&context, Pull), socket(&context, Pair));
    pull.bind("inproc://x").expect("bound");

    let endpoint = pair.connect("inproc://x").expect("connected");

    let failure = endpoint.view().failure.expect("a reason");
    assert!(failure.contains("PAIR") && failure.contains("PULL"), "{failure}");
    assert_eq!(endpoint.view().phase, EndpointPhase::Stopped);
    assert_eq!(try_send(&pair, "x"), Err(SendError::NoPeer));
}

#[test]
fn rule_51_a_context_ends_with_inproc_connections_pending() {
    let context = Context::new(0);
    let sockets: Vec<_> = (0..3).map(|_| socket(&context, Push)).collect();
    for push in &sockets {
        push.connect("inproc://never").expect("connected");
        send(push, "x");
    }

    let pair = socket(&context, Pair);
    pair.connect("inproc://never-either").expect("connected");

    std::thread::scope(|scope| {
        let blocked = scope.spawn(|| recv_within(&pair, SOON));
        context.shutdown();
        assert_eq!(blocked.join().expect("no panic").err(), Some(RecvError::Terminated));
    });

    drop(pair);
    drop(sockets);
    assert!(idle_within(&context, SOON));
}

#[test]
fn rule_51_binding_and_connecting_at_once_always_meet() {
    let context = Context::new(0);
    for n in 0..200 {
        let name = format!("inproc://{n}");
        let (pull, push) = (socket(&context, Pull), socket(&context, Push));

        std::thread::scope(|scope| {
            scope.spawn(|| push.connect(&name).expect("connected"));
            scope.spawn(|| send_within(&push, &[b"x"], SOON).expect("sent"));
            scope.spawn(|| pull.bind(&name).expect("bound"));
            assert_eq!(recv(&pull), "x");
        });
    }
}

#[test]
fn a_socket_may_be_its_own_peer() {
    let context = Context::new(0);
    let dealer = socket(&context, Dealer);
    dealer.bind("inproc://self").expect("bound");
    dealer.connect("inproc://self").expect("connected");

    send(&dealer, "x");

    assert_eq!(recv(&dealer), "x");
}

#[test]
fn conflate_keeps_the_newest_whoever_asked_for_it() {
    for receiver_asks in [true, false] {
        let context = Context::new(0);
        let conflating = |socket_type, conflate| {
            common::socket_with(&context, socket_type, |options| options.pipe.conflate = conflate)
        };
        let Joined { bound, connected, .. } =
            join("inproc", conflating(Pull, receiver_asks), conflating(Push, !receiver_asks));

        (0..20).for_each(|n: u32| send(&connected, n.to_string()));

        assert_eq!(recv_now(&bound), ["19"]);
    }
}

#[test]
fn conflate_keeps_whole_multiparts() {
    let context = Context::new(0);
    let conflating = |socket_type| {
        common::socket_with(&context, socket_type, |options| options.pipe.conflate = true)
    };
    let Joined { bound, connected, .. } = join("inproc", conflating(Pull), conflating(Push));

    for _ in 0..3 {
        send_within(&connected, &[b"a", b"b"], SOON).expect("sent");
    }

    assert_eq!(bound.try_recv_with(|message| Take::Taken(message.frame_count())), Ok(2));
    assert_eq!(bound.try_recv().err(), Some(RecvError::Empty));
}

#[test]
fn rule_41_with_immediate_nothing_is_queued_for_a_name_that_nobody_has_bound() {
    let context = Context::new(0);
    let push = common::socket_with(&context, Push, |options| options.session.immediate = true);
    push.connect("inproc://late").expect("connected");
    assert_eq!(push.try_send(&[Part::Copy(b"early")]), Err(SendError::NoPeer));

    let pull = socket(&context, Pull);
    pull.bind("inproc://late").expect("bound");
    send(&push, "x");

    assert_eq!(recv(&pull), "x");
}
