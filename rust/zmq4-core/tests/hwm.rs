//! High-water marks: what is accepted, what blocks, and when it goes on (rules 2, 39 and 40).
#![cfg(feature = "testing")]

mod common;

use common::{
    A_WHILE, Joined, SOON, TRANSPORTS, address, fill, join, recv, send, socket, socket_with,
    try_send,
};
use zmq4_core::proto::SocketType::{Pair, Pull, Push};
use zmq4_core::testing::{drained_within, recv_within, send_within};
use zmq4_core::{Context, Part, SendError, Socket};

fn with_marks(context: &Context, socket_type: zmq4_core::proto::SocketType, hwm: usize) -> Socket {
    socket_with(context, socket_type, |options| {
        options.pipe.send_hwm = hwm;
        options.pipe.recv_hwm = hwm;
    })
}

#[test]
fn rule_39_the_mark_of_an_inproc_queue_is_the_sum_of_both_sockets() {
    for (send_hwm, recv_hwm) in [(10, 10), (5, 7), (1, 1), (2, 9)] {
        let context = Context::new(0);
        let (pull, push) =
            (with_marks(&context, Pull, recv_hwm), with_marks(&context, Push, send_hwm));
        let Joined { bound: _bound, connected, .. } = join("inproc", pull, push);

        assert_eq!(fill(&connected), send_hwm + recv_hwm);
    }
}

#[test]
fn rule_39_whoever_binds_an_inproc_name_the_sum_is_the_same() {
    let context = Context::new(0);
    let (push, pull) = (with_marks(&context, Push, 5), with_marks(&context, Pull, 7));

    let Joined { bound, connected: _connected, .. } = join("inproc", push, pull);

    assert_eq!(fill(&bound), 12);
}

#[test]
fn rule_39_no_limit_on_either_side_of_inproc_is_no_limit() {
    for (send_hwm, recv_hwm) in [(0, 1), (1, 0), (0, 0)] {
        let context = Context::new(0);
        let (pull, push) =
            (with_marks(&context, Pull, recv_hwm), with_marks(&context, Push, send_hwm));
        let Joined { bound: _bound, connected, .. } = join("inproc", pull, push);

        assert!((0..10_000).all(|_| try_send(&connected, "x").is_ok()));
    }
}

#[test]
fn before_an_inproc_name_is_bound_only_the_senders_mark_counts() {
    let context = Context::new(0);
    let push = with_marks(&context, Push, 5);
    push.connect("inproc://later").expect("connected");
    assert_eq!(fill(&push), 5);

    let pull = with_marks(&context, Pull, 7);
    pull.bind("inproc://later").expect("bound");

    assert_eq!(fill(&push), 7);
}

#[test]
fn an_inproc_sender_goes_on_after_half_of_the_sum_was_read() {
    for (send_hwm, recv_hwm, reads) in [(10, 10, 10), (5, 7, 6)] {
        let context = Context::new(0);
        let (pull, push) =
            (with_marks(&context, Pull, recv_hwm), with_marks(&context, Push, send_hwm));
        let Joined { bound, connected, .. } = join("inproc", pull, push);
        fill(&connected);

        for n in 1..=reads {
            assert_eq!(
                try_send(&connected, "early"),
                Err(SendError::Full),
                "after {} reads",
                n - 1
            );
            recv(&bound);
        }

        assert_eq!(try_send(&connected, "x"), Ok(()));
    }
}

#[test]
fn a_connecting_socket_without_a_peer_queues_exactly_its_mark() {
    let context = Context::new(1);
    let push = with_marks(&context, Push, 10);
    push.connect("tcp://127.0.0.1:9").expect("connected");

    assert_eq!(fill(&push), 10);
    assert_eq!(push.stats().queued, 10);
}

#[test]
fn rule_2_a_full_peer_is_skipped_and_the_others_go_on() {
    let context = Context::new(0);
    let push = with_marks(&context, Push, 1);
    let pulls: Vec<_> = [1, 5].map(|hwm| with_marks(&context, Pull, hwm)).into();
    for pull in &pulls {
        let endpoint = pull.bind(&address("inproc")).expect("bound");
        push.connect(&endpoint.address()).expect("connected");
    }

    assert_eq!(fill(&push), 2 + 6);

    assert_eq!(common::recv_now(&pulls[0]), ["0", "2"]);
    assert_eq!(common::recv_now(&pulls[1]), ["1", "3", "4", "5", "6", "7"]);
}

#[test]
fn rule_40_a_larger_mark_frees_a_blocked_sender_at_once() {
    for transport in ["inproc", "tcp"] {
        let context = Context::new(1);
        let push = with_marks(&context, Push, 3);
        let endpoint = if transport == "tcp" { "tcp://127.0.0.1:9" } else { "inproc://nobody" };
        push.connect(endpoint).expect("connected");
        assert_eq!(fill(&push), 3);

        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| send_within(&push, &[b"waits"], SOON));
            push.configure(|options| options.pipe.send_hwm = 5);
            assert_eq!(waiting.join().expect("no panic"), Ok(()));
        });

        assert_eq!(fill(&push), 1, "{transport}");
    }
}

#[test]
fn rule_40_either_side_of_inproc_can_change_its_share() {
    let context = Context::new(0);
    let (pull, push) = (with_marks(&context, Pull, 5), with_marks(&context, Push, 5));
    let Joined { bound, connected, .. } = join("inproc", pull, push);
    assert_eq!(fill(&connected), 10);

    bound.configure(|options| options.pipe.recv_hwm = 7);
    assert_eq!(fill(&connected), 2);

    connected.configure(|options| options.pipe.send_hwm = 6);
    assert_eq!(fill(&connected), 1);
}

#[test]
fn rule_40_a_smaller_mark_never_blocks_a_sender_for_ever() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let (pull, push) = (socket(&context, Pull), socket(&context, Push));
        let Joined { bound, connected, .. } = join(transport, pull, push);

        bound.configure(|options| options.pipe.recv_hwm = 2);
        connected.configure(|options| options.pipe.send_hwm = 2);
        std::thread::scope(|scope| {
            scope.spawn(|| (0..500).for_each(|n: u32| send(&connected, n.to_string())));
            for n in 0..500 {
                assert_eq!(recv(&bound), n.to_string(), "{transport}");
            }
        });
    }
}

#[test]
fn rule_20_octet_marks_block_a_sender_and_let_it_go_on() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let marked = |socket_type| {
            socket_with(&context, socket_type, |options| {
                options.pipe.send_hwm_bytes = 100;
                options.pipe.recv_hwm_bytes = 100;
            })
        };
        let Joined { bound, connected, .. } = join(transport, marked(Pull), marked(Push));
        let bodies: Vec<_> = (0..300).map(|n| format!("{n:0width$}", width = n % 150)).collect();

        std::thread::scope(|scope| {
            scope.spawn(|| bodies.iter().for_each(|body| send(&connected, body)));
            for body in &bodies {
                assert_eq!(&recv(&bound), body, "{transport}");
            }
        });
    }
}

#[test]
fn back_pressure_over_a_link_loses_nothing() {
    for transport in ["tcp", "ipc"] {
        let context = Context::new(2);
        let (pair, other) = (with_marks(&context, Pair, 5), with_marks(&context, Pair, 5));
        let Joined { bound, connected, .. } = join(transport, pair, other);
        let body = vec![b'x'; 10_000];

        let mut accepted = 0;
        while send_within(&connected, &[&body], A_WHILE).is_ok() {
            accepted += 1;
        }
        assert!(accepted >= 10, "at least both queues hold: {accepted}");

        for _ in 0..accepted {
            recv_within(&bound, SOON).expect("received");
        }
        assert!(drained_within(&connected, SOON));
        assert_eq!((connected.stats().queued, bound.stats().unread), (0, 0));
    }
}

#[test]
fn a_multipart_counts_as_one_message() {
    let context = Context::new(0);
    let (pull, push) = (with_marks(&context, Pull, 2), with_marks(&context, Push, 2));
    let Joined { bound: _bound, connected, .. } = join("inproc", pull, push);
    let frames = [Part::Copy(b"a"), Part::Copy(b"b"), Part::Copy(b"c")];

    let sent = (0..10).filter(|_| connected.try_send(&frames).is_ok()).count();

    assert_eq!(sent, 4);
}
