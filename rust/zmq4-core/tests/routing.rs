//! Who gets what: round robin, fair queueing, exclusive pairs, and what happens without a peer
//! (rules 1, 3, 4 and 37).
#![cfg(feature = "testing")]

mod common;

use std::sync::Arc;
use std::time::Instant;

use common::{
    A_WHILE, Joined, SOON, TRANSPORTS, address, eventually, expect_nothing, expect_peers, join,
    recv, recv_now, send, socket, try_send,
};
use zmq4_core::proto::SocketType::{Dealer, Pair, Pull, Push};
use zmq4_core::testing::{endpoint_within, recv_within, send_within};
use zmq4_core::{
    Context, EndpointPhase, Parked, Parker, Part, RecvError, SendError, Socket, Take, Wait,
    WaitSide, Waiter,
};

#[test]
fn rule_1_messages_go_to_the_peers_strictly_in_turn() {
    for transport in TRANSPORTS {
        for (sender, receiver) in [(Push, Pull), (Dealer, Dealer)] {
            let context = Context::new(1);
            let sending = socket(&context, sender);
            let receiving: Vec<_> = (0..3).map(|_| socket(&context, receiver)).collect();
            for peer in &receiving {
                let endpoint = peer.bind(&address(transport)).expect("bound");
                expect_peers(&sending.connect(&endpoint.address()).expect("connected"), 1);
            }

            for n in 0..9 {
                send(&sending, n.to_string());
            }

            for (first, peer) in receiving.iter().enumerate() {
                let got: Vec<_> = (0..3).map(|_| recv(peer)).collect();
                assert_eq!(got, [0, 3, 6].map(|n| (n + first).to_string()), "{transport}");
            }
        }
    }
}

#[test]
fn rule_3_messages_are_received_from_the_peers_in_turn() {
    for transport in TRANSPORTS {
        for (sender, receiver) in [(Push, Pull), (Dealer, Dealer)] {
            let context = Context::new(1);
            let receiving = socket(&context, receiver);
            let endpoint = receiving.bind(&address(transport)).expect("bound");
            let sending: Vec<_> = (0..3).map(|_| socket(&context, sender)).collect();
            for (n, peer) in sending.iter().enumerate() {
                peer.connect(&endpoint.address()).expect("connected");
                expect_peers(&endpoint, n + 1);
                // A large message takes one turn, as a small one does.
                let size = if n == 0 { 100_000 } else { 1 };
                (0..3).for_each(|_| send(peer, n.to_string().repeat(size)));
            }
            eventually(|| receiving.stats().unread == 9);

            let senders: Vec<_> = (0..9).map(|_| recv(&receiving).remove(0)).collect();

            for turn in senders.chunks(3) {
                let mut turn = turn.to_vec();
                turn.sort_unstable();
                assert_eq!(turn, ['0', '1', '2'], "{transport}: {senders:?}");
            }
        }
    }
}

#[test]
fn rule_4_without_a_peer_a_send_waits() {
    for socket_type in [Push, Dealer, Pair] {
        let context = Context::new(1);
        let sending = socket(&context, socket_type);
        sending.bind("tcp://127.0.0.1:*").expect("bound");

        assert_eq!(try_send(&sending, "x"), Err(SendError::NoPeer));
        assert_eq!(send_within(&sending, &[b"x"], A_WHILE), Err(SendError::Full));
    }
}

#[test]
fn a_waiting_sender_goes_on_when_a_peer_comes() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let (push, pull) = (socket(&context, Push), socket(&context, Pull));
        let endpoint = push.bind(&address(transport)).expect("bound");

        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| send_within(&push, &[b"at last"], SOON));
            pull.connect(&endpoint.address()).expect("connected");
            assert_eq!(waiting.join().expect("no panic"), Ok(()), "{transport}");
        });

        assert_eq!(recv(&pull), "at last");
    }
}

#[test]
fn types_of_one_direction_refuse_the_other() {
    let context = Context::new(0);

    assert_eq!(socket(&context, Push).try_recv().err(), Some(RecvError::NotSupported));
    assert_eq!(try_send(&socket(&context, Pull), "x"), Err(SendError::NotSupported));
}

#[test]
fn rule_37_a_second_peer_of_a_pair_is_turned_away() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let Joined { bound, connected, listener, .. } =
            join(transport, socket(&context, Pair), socket(&context, Pair));
        let surplus = socket(&context, Pair);
        let refused = surplus.connect(&listener.address()).expect("connected");

        let told = endpoint_within(&refused, SOON, |view| view.failure.is_some());
        assert!(told, "{transport}: the surplus peer is told");
        send(&connected, "mine");
        assert_eq!(recv(&bound), "mine");
        send(&bound, "yours");
        assert_eq!(recv(&connected), "yours");
        expect_nothing(&surplus);
    }
}

#[test]
fn rule_37_the_slot_of_a_pair_is_free_when_its_peer_has_left() {
    for transport in ["tcp", "ipc"] {
        let context = Context::new(1);
        let Joined { bound, connected, listener, .. } =
            join(transport, socket(&context, Pair), socket(&context, Pair));
        send(&connected, "unread");
        connected.close(Some(Some(SOON)));
        expect_peers(&listener, 0);

        let next = socket(&context, Pair);
        expect_peers(&next.connect(&listener.address()).expect("connected"), 1);
        send(&next, "next");

        assert_eq!([recv(&bound), recv(&bound)], ["unread", "next"], "{transport}");
    }
}

#[test]
fn rule_37_a_pair_connects_its_second_endpoint_when_it_has_lost_the_first() {
    let context = Context::new(1);
    let (one, other, pair) =
        (socket(&context, Pair), socket(&context, Pair), socket(&context, Pair));
    let [first, second] = [&one, &other].map(|it| it.bind("tcp://127.0.0.1:*").expect("bound"));
    let to_first = pair.connect(&first.address()).expect("connected");
    expect_peers(&to_first, 1);
    let to_second = pair.connect(&second.address()).expect("connected");

    assert!(endpoint_within(&to_second, SOON, |view| view.failure.is_some()));
    assert_eq!(second.view().peers.len(), 0, "nobody is bothered");
    to_first.close();
    expect_peers(&to_second, 1);

    send(&pair, "x");
    assert_eq!(recv(&other), "x");
}

#[test]
fn a_message_that_was_left_is_the_next_one_again() {
    let context = Context::new(0);
    let Joined { bound, connected, .. } =
        join("inproc", socket(&context, Pull), socket(&context, Push));
    send(&connected, "first");
    send(&connected, "second");

    let seen = bound.try_recv_with(|message| Take::Left(message.frame_count()));

    assert_eq!(seen, Ok(1));
    assert_eq!(recv_now(&bound), ["first", "second"]);
}

#[test]
fn many_waiting_receivers_get_every_message_once() {
    let context = Context::new(1);
    let Joined { bound, connected, .. } =
        join("tcp", socket(&context, Pull), socket(&context, Push));

    let received: usize = std::thread::scope(|scope| {
        let receivers: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| (0..4001).take_while(|_| recv(&bound) != "end").count()))
            .collect();
        for n in 0..4000 {
            send(&connected, n.to_string());
        }
        (0..4).for_each(|_| send(&connected, "end"));
        receivers.into_iter().map(|receiver| receiver.join().expect("no panic")).sum()
    });

    assert_eq!(received, 4000);
}

#[test]
fn a_large_body_crosses_inproc_as_the_same_memory() {
    let context = Context::new(0);
    let Joined { bound, connected, .. } =
        join("inproc", socket(&context, Pair), socket(&context, Pair));
    let body = zmq4_core::proto::Frame::from(vec![b'x'; 100_000]);

    connected.try_send(&[Part::Share(body.clone())]).expect("sent");

    let received = recv_within(&bound, SOON).expect("received");
    assert_eq!(received.frames()[0].as_ptr(), body.as_ptr());
}

#[test]
fn the_sender_of_a_message_is_named() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let Joined { bound, connected, .. } =
            join(transport, socket(&context, Dealer), socket(&context, Dealer));
        send(&connected, "x");
        eventually(|| bound.can_receive() == Ok(true));

        let named = bound
            .try_recv_with(|message| Take::Taken(message.peer().and_then(|peer| peer.socket_type)));

        assert_eq!(named, Ok(Some(Dealer)), "{transport}");
    }
}

/// A wait for a message, and the parker that it wakes.
fn waiting(socket: &Socket) -> (Wait, Arc<Parker>) {
    let parker = Parker::new().expect("a descriptor");
    (socket.wait(WaitSide::Receive, Waiter::Thread(Arc::clone(&parker))), parker)
}

fn is_woken(parker: &Parker) -> bool {
    parker.park(Some(Instant::now()), None).expect("ppoll works") == Parked::Woken
}

#[test]
fn a_wake_that_nobody_used_is_passed_on() {
    let context = Context::new(0);
    let Joined { bound, connected, .. } =
        join("inproc", socket(&context, Pull), socket(&context, Push));
    let [(first, woken), (_second, next)] = [waiting(&bound), waiting(&bound)];
    send(&connected, "x");
    assert_eq!([is_woken(&woken), is_woken(&next)], [true, false]);

    drop(first);

    assert!(is_woken(&next));
}

#[test]
fn a_wake_is_not_passed_on_when_nothing_is_left() {
    let context = Context::new(0);
    let Joined { bound, connected, .. } =
        join("inproc", socket(&context, Pull), socket(&context, Push));
    let [(first, _woken), (_second, next)] = [waiting(&bound), waiting(&bound)];
    send(&connected, "x");
    assert_eq!(recv_now(&bound), ["x"]);

    drop(first);

    // Otherwise two idle receivers would wake each other for ever.
    assert!(!is_woken(&next));
}

#[test]
fn a_settled_wait_passes_nothing_on() {
    let context = Context::new(0);
    let Joined { bound, connected, .. } =
        join("inproc", socket(&context, Pull), socket(&context, Push));
    let [(first, _woken), (_second, next)] = [waiting(&bound), waiting(&bound)];
    send(&connected, "x");

    first.settle();

    assert!(!is_woken(&next));
}

#[test]
fn a_refused_peer_of_another_kind_says_why() {
    let context = Context::new(1);
    let (pull, pair) = (socket(&context, Pull), socket(&context, Pair));
    let endpoint = pull.bind("tcp://127.0.0.1:*").expect("bound");

    let refused = pair.connect(&endpoint.address()).expect("connected");

    let told = endpoint_within(&refused, SOON, |view| view.failure.is_some());
    assert!(told, "{:?}", refused.view());
    assert_eq!(refused.view().phase, EndpointPhase::Connecting);
    assert!(endpoint_within(&endpoint, SOON, |view| view.failure.is_some()));
}
