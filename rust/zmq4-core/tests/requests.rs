//! Requests that are given up: the socket asks again, and no late reply is taken for another's.
#![cfg(feature = "testing")]

mod common;

use std::sync::Arc;

use common::{
    Joined, TRANSPORTS, address, eventually, expect_phase, join, recv, recv_now, send, socket,
    socket_with, try_send,
};
use zmq4_core::proto::SocketType::{Rep, Req};
use zmq4_core::{Context, EndpointPhase, RecvError, SendError};

#[test]
fn a_late_reply_to_a_request_that_was_given_up_is_never_taken() {
    for transport in TRANSPORTS {
        for [first, second] in [[Req, Rep], [Rep, Req]] {
            let context = Context::new(1);
            let Joined { bound, connected, .. } =
                join(transport, socket(&context, first), socket(&context, second));
            let (req, rep) = if first == Req { (bound, connected) } else { (connected, bound) };

            for n in 0..5 {
                send(&req, format!("given up {n}"));
                assert_eq!(recv(&rep), format!("given up {n}"));
                req.abandon();
                send(&req, format!("current {n}"));
                // The other pipe is the first one's heir: the reply has nobody to go to.
                send(&rep, "late");
                assert_eq!(recv(&rep), format!("current {n}"));
                send(&rep, format!("reply {n}"));
                assert_eq!(recv(&req), format!("reply {n}"), "{transport}, {first} binds");
            }
        }
    }
}

#[test]
fn an_endpoint_is_connected_again_after_a_request_was_given_up() {
    for transport in TRANSPORTS {
        for [first, second] in [[Req, Rep], [Rep, Req]] {
            let context = Context::new(1);
            let Joined { bound, connected, listener, connector } =
                join(transport, socket(&context, first), socket(&context, second));
            let req = if first == Req { &bound } else { &connected };
            send(req, "x");
            let before = connector.view().peers;

            req.abandon();

            eventually(|| {
                let peers = connector.view().peers;
                !peers.is_empty() && !Arc::ptr_eq(&peers[0], &before[0])
            });
            expect_phase(&connector, EndpointPhase::Connected);
            eventually(|| listener.view().peers.len() == 1);
        }
    }
}

#[test]
fn requests_given_up_before_there_is_a_server_are_never_delivered() {
    for transport in ["tcp", "inproc"] {
        let context = Context::new(1);
        let (req, rep) = (socket(&context, Req), socket(&context, Rep));
        let mut place = address(transport);
        if transport == "tcp" {
            let reserved = rep.bind(&place).expect("bound");
            place = reserved.address();
            reserved.close();
        }
        req.connect(&place).expect("connected");

        for n in 0..5 {
            send(&req, n.to_string());
            req.abandon();
        }
        send(&req, "last");
        rep.bind(&place).expect("bound");

        assert_eq!(recv(&rep), "last");
        send(&rep, "reply");
        assert_eq!(recv(&req), "reply");
        assert_eq!(recv_now(&rep), [""; 0]);
    }
}

#[test]
fn an_option_for_later_endpoints_does_not_concern_a_connection_that_is_made_again() {
    let context = Context::new(1);
    let Joined { bound: rep, connected: req, .. } =
        join("tcp", socket(&context, Rep), socket(&context, Req));
    req.configure(|options| options.session.immediate = true);
    send(&req, "given up");

    req.abandon();
    send(&req, "current");

    let mut received = recv(&rep);
    if received == "given up" {
        send(&rep, "late");
        received = recv(&rep);
    }
    assert_eq!(received, "current");
    send(&rep, "reply");
    assert_eq!(recv(&req), "reply");
}

#[test]
fn a_request_on_an_immediate_connection_is_given_up_with_it() {
    let context = Context::new(1);
    let req = socket_with(&context, Req, |options| options.session.immediate = true);
    let Joined { bound: rep, connected: req, .. } = join("tcp", socket(&context, Rep), req);
    send(&req, "given up");
    assert_eq!(recv(&rep), "given up");

    req.abandon();
    send(&req, "current");
    send(&rep, "late");

    assert_eq!(recv(&rep), "current");
    send(&rep, "reply");
    assert_eq!(recv(&req), "reply");
}

#[test]
fn giving_up_is_nothing_where_nothing_was_asked() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let Joined { bound: rep, connected: req, connector, .. } =
            join(transport, socket(&context, Rep), socket(&context, Req));
        let before = connector.view().peers;

        req.abandon();

        send(&req, "x");
        assert_eq!(recv(&rep), "x");
        assert!(Arc::ptr_eq(&connector.view().peers[0], &before[0]), "the same connection");
    }
}

#[test]
fn giving_up_after_the_end_is_nothing() {
    let context = Context::new(1);
    let Joined { connected: req, .. } = join("tcp", socket(&context, Rep), socket(&context, Req));
    send(&req, "x");
    req.close(None);

    req.abandon();

    assert_eq!(try_send(&req, "x"), Err(SendError::Closed));
    assert_eq!(req.try_recv().err(), Some(RecvError::Closed));
}
