//! Encrypted sockets over real transports: every pattern, and either side as the server.
#![cfg(feature = "testing")]
#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

mod common;

use std::cell::Cell;
use std::thread;
use std::time::Duration;

use common::curve::{TRANSPORTS, client, client_with, keys, secured, server};
use common::{Joined, SOON, eventually, expect_nothing, join, recv, send, try_send};
use zmq4_core::proto::SocketType::{
    self, Dealer, Pair, Pub, Pull, Push, Rep, Req, Router, Sub, XPub, XSub,
};
use zmq4_core::proto::{Frame, Heartbeat};
use zmq4_core::testing::{idle_within, recv_within, send_within};
use zmq4_core::{Context, OnFull, Part, Socket, SocketOptions};

/// Joins sockets of these types on every transport, either of them as the server, and looks at them. The
/// first one binds.
fn everywhere(types: [SocketType; 2], look: impl Fn(&Socket, &Socket)) {
    everywhere_with(types, |_| {}, look);
}

fn everywhere_with(
    types: [SocketType; 2],
    change: impl Fn(&mut SocketOptions),
    look: impl Fn(&Socket, &Socket),
) {
    for transport in TRANSPORTS {
        for roles in [[server(), client()], [client(), server()]] {
            let context = Context::new(1);
            let [bound, connected] =
                [0, 1].map(|n| secured(&context, types[n], &roles[n], &change));
            let Joined { bound, connected, .. } = join(transport, bound, connected);
            look(&bound, &connected);
        }
    }
}

fn frames(socket: &Socket) -> Vec<Vec<u8>> {
    let message = recv_within(socket, SOON).expect("received");
    message.frames().iter().map(|frame| frame.to_vec()).collect()
}

#[test]
fn messages_of_every_size_arrive_in_order() {
    everywhere([Pull, Push], |pull, push| {
        let sizes = [0, 1, 222, 223, 255, 256, 8000, 65_535, 65_536, 262_144, 3_000_000];
        for len in sizes {
            let body = vec![u8::try_from(len % 251).expect("small"); len];
            send_within(push, &[b"head", &body, b"", &body], SOON).expect("sent");
            send_within(push, &[b"small"], SOON).expect("sent");
        }

        for len in sizes {
            let body = vec![u8::try_from(len % 251).expect("small"); len];
            assert!(frames(pull) == [b"head".to_vec(), body.clone(), vec![], body], "{len}");
            assert_eq!(recv(pull), "small");
        }
    });
}

#[test]
fn bodies_held_by_reference_arrive() {
    everywhere([Pull, Push], |pull, push| {
        let body = Frame::from(vec![b'r'; 100_000]);
        for _ in 0..20 {
            push.try_send(&[Part::Share(body.clone()), Part::Copy(b"tail")]).expect("sent");
        }

        for _ in 0..20 {
            assert!(frames(pull) == [body.to_vec(), b"tail".to_vec()]);
        }
    });
}

#[test]
fn a_flood_of_small_messages_arrives_in_order() {
    everywhere([Pull, Push], |pull, push| {
        thread::scope(|scope| {
            scope.spawn(|| (0..20_000).for_each(|n: u32| send(push, n.to_string())));
            for n in 0..20_000 {
                assert_eq!(recv(pull), n.to_string());
            }
        });
    });
}

#[test]
fn questions_are_answered() {
    for types in [[Rep, Req], [Req, Rep]] {
        everywhere(types, |bound, connected| {
            let (req, rep) = if types[0] == Req { (bound, connected) } else { (connected, bound) };
            for n in 0..100 {
                send(req, format!("question {n}"));
                assert_eq!(recv(rep), format!("question {n}"));
                send(rep, format!("answer {n}"));
                assert_eq!(recv(req), format!("answer {n}"));
            }
        });
    }
}

#[test]
fn a_router_knows_its_dealers_by_the_names_they_gave_sealed() {
    let named = |options: &mut SocketOptions| {
        options.session.routing_id = b"dealer".as_slice().try_into().expect("short");
    };
    everywhere_with([Router, Dealer], named, |router, dealer| {
        send_within(router, &[b"dealer", b"first"], SOON).expect("it is known");
        assert_eq!(recv(dealer), "first");
        send(dealer, "second");
        assert_eq!(frames(router).last().expect("a frame"), b"second");
    });
}

#[test]
fn pairs_talk_both_ways() {
    everywhere([Pair, Pair], |one, other| {
        for n in 0..100 {
            send(one, n.to_string());
            send(other, n.to_string());
        }
        for n in 0..100 {
            assert_eq!([recv(one), recv(other)], [n.to_string(), n.to_string()]);
        }
    });
}

#[test]
fn subscribers_get_what_they_asked_for() {
    for types in [[Pub, Sub], [Sub, Pub], [XPub, Sub]] {
        everywhere(types, |bound, connected| {
            let (publisher, sub) =
                if types[0] == Sub { (connected, bound) } else { (bound, connected) };
            sub.subscribe(b"a.").expect("subscribed");
            eventually(|| publisher.subscribers(Some(b"a.")) == 1);

            for body in ["small".to_owned(), "b".repeat(300), "c".repeat(70_000)] {
                send_within(publisher, &[b"b.x", body.as_bytes()], SOON).expect("sent");
                send_within(publisher, &[b"a.x", body.as_bytes()], SOON).expect("sent");
                assert!(frames(sub) == [b"a.x".to_vec(), body.into_bytes()]);
            }

            sub.unsubscribe(b"a.").expect("unsubscribed");
            eventually(|| publisher.subscribers(None) == 0);
        });
    }
}

#[test]
fn what_an_xsub_says_is_heard_by_an_xpub() {
    everywhere([XPub, XSub], |xpub, xsub| {
        send(xsub, b"\x01topic");
        assert_eq!(frames(xpub), [b"\x01topic"]);
        send(xpub, "topic and more");
        assert_eq!(recv(xsub), "topic and more");
    });
}

#[test]
fn one_publisher_seals_for_each_of_its_subscribers() {
    for transport in TRANSPORTS {
        let context = Context::new(2);
        let publisher = secured(&context, Pub, &server(), |_| {});
        let listener = publisher.bind(&common::address(transport)).expect("bound");
        let subscribers: Vec<_> = (10..15)
            .map(|seed| {
                let sub = secured(&context, Sub, &client_with(keys(seed)), |_| {});
                sub.subscribe(b"").expect("subscribed");
                sub.connect(&listener.address()).expect("connected");
                sub
            })
            .collect();
        eventually(|| publisher.subscribers(Some(b"")) == 5);

        for len in [10, 257, 100_000] {
            send(&publisher, vec![b'x'; len]);
        }

        for sub in &subscribers {
            for len in [10, 257, 100_000] {
                assert_eq!(recv(sub).len(), len);
            }
        }
    }
}

#[test]
fn full_queues_refuse_wait_or_drop_as_in_the_plain() {
    for on_full in [OnFull::Block, OnFull::Error, OnFull::DropNewest, OnFull::DropOldest] {
        let tight = |options: &mut SocketOptions| {
            options.pipe.on_full = on_full;
            options.pipe.send_hwm = 3;
            options.pipe.recv_hwm = 2;
            options.link.kernel_send_buffer = Some(4096);
            options.link.kernel_recv_buffer = Some(4096);
        };
        everywhere_with([Pull, Push], tight, |pull, push| {
            let body = vec![b'x'; 20_000];
            let sent = if matches!(on_full, OnFull::Block | OnFull::Error) {
                let mut sent = 0;
                while try_send(push, &body).is_ok() {
                    sent += 1;
                }
                assert!(sent >= 3, "as many as the mark: {sent}");
                sent
            } else {
                (0..500).for_each(|_| try_send(push, &body).expect("never refused"));
                500
            };

            let received = Cell::new(0);
            let accounted = || {
                let dropped = usize::try_from(push.stats().dropped).expect("few");
                received.get() + dropped
            };
            eventually(|| {
                while pull.try_recv().is_ok() {
                    received.set(received.get() + 1);
                }
                accounted() >= sent
            });
            assert_eq!(accounted(), sent, "{on_full:?}");
        });
    }
}

#[test]
fn a_conflating_receiver_gets_the_newest() {
    let conflating = |options: &mut SocketOptions| options.pipe.conflate = true;
    everywhere_with([Pull, Push], conflating, |pull, push| {
        for n in 0..=500 {
            send(push, n.to_string());
        }

        eventually(|| pull.try_recv().is_ok_and(|message| common::text(&message) == "500"));
        expect_nothing(pull);
    });
}

#[test]
fn heartbeats_keep_an_encrypted_connection_alive() {
    let beating = |options: &mut SocketOptions| {
        let interval = Duration::from_millis(5);
        let ttl = Duration::from_secs(20);
        options.session.heartbeat = Some(Heartbeat { interval, timeout: SOON, ttl });
    };
    everywhere_with([Dealer, Dealer], beating, |one, other| {
        expect_nothing(one);
        send(one, "still there");
        assert_eq!(recv(other), "still there");
    });
}

#[test]
fn what_was_sent_before_a_close_arrives() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let pull = secured(&context, Pull, &server(), |_| {});
        let listener = pull.bind(&common::address(transport)).expect("bound");
        let push = secured(&context, Push, &client(), |_| {});
        push.connect(&listener.address()).expect("connected");
        (0..1000).for_each(|n: u32| {
            send_within(&push, &[n.to_string().as_bytes(), &[0; 1000]], SOON).expect("sent");
        });

        push.close(Some(Some(SOON)));

        for n in 0..1000 {
            assert_eq!(recv(&pull), n.to_string(), "{transport}");
        }
        drop(pull);
        assert!(idle_within(&context, SOON), "nothing lingers");
    }
}
