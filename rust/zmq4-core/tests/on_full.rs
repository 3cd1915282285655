//! What a send does when every queue is full, and conflation over links (rule 42).
#![cfg(feature = "testing")]

mod common;

use common::{
    Joined, SOON, TRANSPORTS, eventually, join, recv, recv_now, send, socket, socket_with, try_send,
};
use zmq4_core::proto::SocketType::{Pull, Push};
use zmq4_core::testing::endpoint_within;
use zmq4_core::{Context, OnFull, SendError, Socket};

fn push(context: &Context, on_full: OnFull) -> Socket {
    socket_with(context, Push, |options| {
        options.pipe.on_full = on_full;
        options.pipe.send_hwm = 3;
    })
}

fn pull(context: &Context) -> Socket {
    socket_with(context, Pull, |options| options.pipe.recv_hwm = 2)
}

#[test]
fn drop_newest_keeps_what_is_queued_and_counts_the_rest() {
    let context = Context::new(0);
    let Joined { bound, connected, .. } =
        join("inproc", pull(&context), push(&context, OnFull::DropNewest));

    (0..20).for_each(|n: u32| try_send(&connected, n.to_string()).expect("never refused"));

    assert_eq!(connected.stats().dropped, 15);
    assert_eq!(recv_now(&bound), ["0", "1", "2", "3", "4"]);
}

#[test]
fn drop_oldest_keeps_the_newest_and_counts_the_rest() {
    let context = Context::new(0);
    let Joined { bound, connected, .. } =
        join("inproc", pull(&context), push(&context, OnFull::DropOldest));

    (0..20).for_each(|n: u32| try_send(&connected, n.to_string()).expect("never refused"));

    assert_eq!(connected.stats().dropped, 15);
    assert_eq!(recv_now(&bound), ["15", "16", "17", "18", "19"]);
}

#[test]
fn drop_oldest_reaches_behind_what_the_receiver_has_looked_at() {
    let context = Context::new(0);
    let Joined { bound, connected, .. } =
        join("inproc", pull(&context), push(&context, OnFull::DropOldest));
    (0..5).for_each(|n: u32| try_send(&connected, n.to_string()).expect("never refused"));
    assert_eq!(bound.can_receive(), Ok(true));

    (5..20).for_each(|n: u32| try_send(&connected, n.to_string()).expect("never refused"));

    assert_eq!(recv_now(&bound), ["0", "16", "17", "18", "19"]);
}

#[test]
fn error_is_an_error_and_told_apart() {
    let context = Context::new(0);
    let Joined { bound: _bound, connected, .. } =
        join("inproc", pull(&context), push(&context, OnFull::Error));

    assert_eq!(common::fill(&connected), 5);

    assert_eq!(try_send(&connected, "x"), Err(SendError::Full));
    assert!(connected.fails_when_full());
    assert_eq!(connected.stats().dropped, 0);
}

#[test]
fn drops_are_still_counted_when_the_peer_has_left() {
    let context = Context::new(0);
    let Joined { bound, connected, connector, .. } =
        join("inproc", pull(&context), push(&context, OnFull::DropOldest));
    (0..20).for_each(|n: u32| try_send(&connected, n.to_string()).expect("never refused"));

    connector.close();

    assert_eq!(connected.stats().dropped, 15);
    drop(bound);
}

#[test]
fn rule_42_a_conflating_receiver_gets_the_newest() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let receiving = socket_with(&context, Pull, |options| options.pipe.conflate = true);
        let Joined { bound, connected, .. } = join(transport, receiving, socket(&context, Push));

        (0..=500).for_each(|n: u32| send(&connected, n.to_string()));
        eventually(|| bound.stats().unread == 1 && bound.stats().dropped == 500);

        assert_eq!(recv_now(&bound), ["500"], "{transport}");
    }
}

#[test]
fn rule_42_a_conflating_sender_sends_the_newest_when_the_peer_comes() {
    let context = Context::new(1);
    let sending = socket_with(&context, Push, |options| options.pipe.conflate = true);
    let pull = socket(&context, Pull);
    let reserved = pull.bind("tcp://127.0.0.1:*").expect("bound");
    let address = reserved.address();
    reserved.close();
    sending.connect(&address).expect("connected");
    (0..=500).for_each(|n: u32| try_send(&sending, n.to_string()).expect("never refused"));
    assert_eq!(sending.stats().queued, 1);

    let endpoint = pull.bind(&address).expect("free again");

    assert!(endpoint_within(&endpoint, SOON, |view| view.peers.len() == 1));
    assert_eq!(recv(&pull), "500");
}
