//! What sockets tell of messages that they drop.
#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

mod common;

use common::hearing::{expect, expect_end, happens, listen, next, word};
use common::{TRANSPORTS, address, eventually, fill, join, send, socket_with, try_send};
use zmq4_core::proto::SocketType;
use zmq4_core::{Context, Happening, ListenError, Loss, OnFull, Part};

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
