//! Looking without taking, and the descriptor that other people's event loops watch.
#![cfg(feature = "testing")]

mod common;

use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use SocketType::{Dealer, Pub, Pull, Push, Rep, Req, Router, Sub};
use common::{
    A_WHILE, Joined, SOON, TRANSPORTS, eventually, fill, join, send, socket, socket_with,
};
use zmq4_core::proto::SocketType;
use zmq4_core::testing::{recv_within, send_within};
use zmq4_core::{
    Context, Descriptors, Events, MessageRef, Parked, Parker, Part, PlainRef, RecvError, Socket,
    TakeMany, WaitSide, Waiter,
};

/// Whether a descriptor is readable now.
fn is_readable(fd: RawFd) -> bool {
    let mut descriptors = Descriptors::default();
    descriptors.push(fd, Events::IN);
    descriptors.look().expect("looked");
    descriptors.noted().any(|noted| noted.has(Events::IN))
}

/// Waits until a descriptor is readable, as an event loop would.
fn expect_readable(fd: RawFd) {
    let parker = Parker::new().expect("a descriptor");
    let mut descriptors = Descriptors::default();
    descriptors.push(fd, Events::IN);
    let deadline = Instant::now() + SOON;
    let slept = parker.park_or(&mut descriptors, Some(deadline), None).expect("waited");
    assert_eq!(slept, Parked::Woken, "silent");
}

fn raw_fd(socket: &Socket) -> RawFd {
    socket.raw_fd().expect("a descriptor")
}

/// Receives what is there, as a loop does that was told of a readable descriptor.
fn drain(socket: &Socket) -> usize {
    std::iter::from_fn(|| socket.try_recv().ok()).count()
}

#[test]
fn the_descriptor_is_readable_while_a_message_waits() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let Joined { bound, connected, .. } =
            join(transport, socket(&context, Pull), socket(&context, Push));
        let fd = raw_fd(&bound);
        assert!(!is_readable(fd), "{transport}");

        send(&connected, "one");
        send(&connected, "two");
        expect_readable(fd);
        eventually(|| bound.stats().unread == 2);
        bound.try_recv().expect("the first");
        assert!(is_readable(fd), "{transport}: one is left");

        bound.try_recv().expect("the second");
        assert!(!is_readable(fd), "{transport}: none is left");
    }
}

/// Takes messages and forgets them.
struct Waste;

impl TakeMany for Waste {
    fn plain(&mut self, _: PlainRef<'_>) {}
    fn other(&mut self, _: MessageRef<'_>) {}
}

#[test]
fn a_batch_that_takes_everything_leaves_it_dark() {
    let context = Context::new(0);
    let Joined { bound, connected, .. } =
        join("inproc", socket(&context, Pull), socket(&context, Push));
    let fd = raw_fd(&bound);
    for _ in 0..10 {
        send(&connected, "x");
    }

    assert_eq!(bound.try_recv_many(9, &mut Waste).ok(), Some(9));
    assert!(is_readable(fd));

    assert_eq!(bound.try_recv_many(9, &mut Waste).ok(), Some(1));
    assert!(!is_readable(fd));
}

#[test]
fn a_descriptor_that_is_asked_for_late_shows_what_is_there() {
    let context = Context::new(0);
    let Joined { bound, connected, .. } =
        join("inproc", socket(&context, Pull), socket(&context, Push));
    send(&connected, "x");

    assert!(is_readable(raw_fd(&bound)));
    assert_eq!(raw_fd(&bound), raw_fd(&bound), "it is one and the same");
}

#[test]
fn a_type_that_only_sends_shows_room() {
    let context = Context::new(0);
    let small = |socket_type| {
        socket_with(&context, socket_type, |options| {
            (options.pipe.send_hwm, options.pipe.recv_hwm) = (2, 2);
        })
    };
    let push = small(Push);
    let fd = raw_fd(&push);
    assert!(!is_readable(fd), "nobody is there");

    let Joined { bound, connected, .. } = join("inproc", small(Pull), push);
    expect_readable(fd);
    fill(&connected);
    assert!(!is_readable(fd), "it is full");

    drain(&bound);
    expect_readable(fd);
    assert!(is_readable(raw_fd(&socket(&context, Pub))), "a publisher never waits");
}

#[test]
fn a_rep_shows_no_request_while_it_owes_a_reply() {
    let context = Context::new(0);
    let rep = socket(&context, Rep);
    let Joined { bound: rep, connected: one, .. } = join("inproc", rep, socket(&context, Req));
    let other = socket(&context, Req);
    other.connect(&rep.endpoints()[0].address()).expect("connected");
    let fd = raw_fd(&rep);
    send(&one, "first");
    rep.try_recv().expect("the first request");

    send(&other, "second");
    assert_eq!(rep.try_recv().err(), Some(RecvError::OutOfTurn));
    assert!(!is_readable(fd), "it is not its turn");

    send(&rep, "reply");
    assert!(is_readable(fd), "the second request");
    rep.try_recv().expect("the second request");
    recv_within(&one, SOON).expect("the reply");
    send(&one, "third");
    rep.abandon();
    assert!(is_readable(fd), "the third request");
}

#[test]
fn a_req_shows_its_reply_however_fast_it_comes() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let Joined { bound: rep, connected: req, .. } =
            join(transport, socket(&context, Rep), socket(&context, Req));
        let fd = raw_fd(&req);
        let answering = std::thread::spawn(move || {
            for _ in 0..500 {
                recv_within(&rep, SOON).expect("a request");
                send(&rep, "reply");
            }
            rep
        });

        for _ in 0..500 {
            send(&req, "request");
            expect_readable(fd);
            recv_within(&req, SOON).expect("the reply");
            assert!(!is_readable(fd), "{transport}: it is not its turn");
        }
        answering.join().expect("answered");
    }
}

#[test]
fn a_sub_is_dark_once_it_looked_at_what_it_does_not_want() {
    let context = Context::new(0);
    // It gets everything, since that is what an inverted publisher sends to it.
    let publisher = socket_with(&context, Pub, |options| options.pattern.invert_matching = true);
    let Joined { bound: publisher, connected: sub, .. } =
        join("inproc", publisher, socket(&context, Sub));
    sub.subscribe(b"a").expect("subscribed");
    let fd = raw_fd(&sub);
    for _ in 0..3000 {
        send_within(&publisher, &[b"b"], SOON).expect("sent");
    }

    while is_readable(fd) {
        assert_eq!(sub.try_recv().err(), Some(RecvError::Empty));
    }
    assert_eq!(sub.stats().unread, 0);
}

#[test]
fn closing_and_termination_wake_who_sleeps_on_the_descriptor() {
    let context = Context::new(0);
    let [closed, terminated] = [socket(&context, Pull), socket(&context, Pull)];
    let fd = raw_fd(&terminated);

    context.shutdown();

    assert!(is_readable(fd));
    assert!(terminated.raw_fd().is_err());
    closed.close(None);
    assert!(closed.raw_fd().is_err());
}

#[test]
fn what_is_full_says_so_before_it_is_tried() {
    let context = Context::new(0);
    let small = |socket_type| {
        socket_with(&context, socket_type, |options| {
            (options.pipe.send_hwm, options.pipe.recv_hwm) = (1, 1);
        })
    };
    for (binder, connecter) in [(Pull, Push), (Dealer, Dealer), (Rep, Req)] {
        let Joined { bound, connected, .. } = join("inproc", small(binder), small(connecter));
        assert_eq!(connected.can_send(), Ok(true));

        // One and one more, without an attempt that is refused.
        for _ in 0..2 {
            connected.try_send(&[Part::Copy(b"x")]).expect("room");
            connected.abandon();
        }
        if connecter != Req {
            assert_eq!(connected.can_send(), Ok(false));
            drain(&bound);
        }
        assert_eq!(connected.can_send(), Ok(true));
    }
}

#[test]
fn a_router_can_send_while_one_of_its_peers_has_room() {
    let context = Context::new(0);
    let router = socket_with(&context, Router, |options| {
        (options.pipe.send_hwm, options.pipe.recv_hwm) = (1, 1);
    });
    assert_eq!(router.can_send(), Ok(false), "nobody is there");
    let dealer = || {
        socket_with(&context, Dealer, |options| {
            (options.pipe.send_hwm, options.pipe.recv_hwm) = (1, 1);
        })
    };
    let Joined { bound: router, connected: one, .. } = join("inproc", router, dealer());
    send(&one, "hello");
    let name = |router: &Socket| {
        router
            .try_recv_with(|message| {
                zmq4_core::Take::Taken(message.sender().expect("a name").to_vec())
            })
            .expect("a hello")
    };
    let first = name(&router);
    while router.try_send(&[Part::Copy(&first), Part::Copy(b"x")]).is_ok() {}
    assert_eq!(router.can_send(), Ok(false), "the only peer is full");

    let other = dealer();
    other.connect(&router.endpoints()[0].address()).expect("connected");
    assert_eq!(router.can_send(), Ok(true), "the other has room");
}

#[test]
fn whoever_waits_for_a_turn_is_woken_when_another_thread_changes_it() {
    let context = Context::new(0);
    let Joined { bound: rep, connected: req, .. } =
        join("inproc", socket(&context, Rep), socket(&context, Req));
    let parker = Parker::new().expect("a descriptor");
    let expect_wake = |act: &dyn Fn(), socket: &Socket, side| {
        parker.reset();
        let wait = socket.wait(side, Waiter::Thread(Arc::clone(&parker)));
        act();
        let slept = parker.park(Some(Instant::now() + A_WHILE), None).expect("parked");
        wait.settle();
        assert_eq!(slept, Parked::Woken, "{side:?}");
    };

    send(&req, "request");
    expect_wake(&|| drop(rep.try_recv().expect("a request")), &rep, WaitSide::Send);
    send(&rep, "reply");
    expect_wake(&|| drop(req.try_recv().expect("a reply")), &req, WaitSide::Send);
    send(&req, "request");
    expect_wake(&|| assert!(req.abandon()), &req, WaitSide::Send);
}

#[test]
fn no_edge_is_lost_among_many_senders_and_receivers() {
    for transport in ["tcp", "inproc"] {
        let context = Context::new(1);
        let pull = Arc::new(socket(&context, Pull));
        let address = pull.bind(&common::address(transport)).expect("bound").address();
        let (senders, receivers, count) = (3, 2, 20_000);

        let sending: Vec<_> = (0..senders)
            .map(|_| {
                let push = socket(&context, Push);
                push.connect(&address).expect("connected");
                std::thread::spawn(move || {
                    for _ in 0..count {
                        send(&push, "x");
                    }
                    push
                })
            })
            .collect();
        let ender = Arc::new(socket(&context, Push));
        ender.connect(&address).expect("connected");
        let received = Arc::new(AtomicUsize::new(0));
        let receiving: Vec<_> = (0..receivers)
            .map(|_| {
                let (pull, ender) = (Arc::clone(&pull), Arc::clone(&ender));
                let received = Arc::clone(&received);
                std::thread::spawn(move || {
                    receive_until_told(&pull, || {
                        if received.fetch_add(1, Ordering::SeqCst) + 1 == senders * count {
                            (0..receivers).for_each(|_| send(&ender, "end"));
                        }
                    });
                })
            })
            .collect();

        for thread in receiving {
            thread.join().expect("received");
        }
        for thread in sending {
            thread.join().expect("sent");
        }
        assert_eq!(received.load(Ordering::SeqCst), senders * count, "{transport}");
    }
}

/// Receives as a loop does that watches the descriptor, until there is word to end.
fn receive_until_told(pull: &Socket, count: impl Fn()) {
    let fd = raw_fd(pull);
    loop {
        expect_readable(fd);
        // Not always to the last message: the level has to remain.
        for _ in 0..7 {
            match pull.try_recv() {
                Ok(message) if common::text(&message) == "end" => return,
                Ok(_) => count(),
                Err(_) => break,
            }
        }
    }
}
