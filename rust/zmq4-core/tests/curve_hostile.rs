//! Encrypted sockets among strangers: who is let in, and what becomes of those who meddle with traffic.
#![cfg(feature = "testing")]
#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

mod common;

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use common::curve::{TRANSPORTS, client, client_with, keys, secured, server, server_letting};
use common::hearing::{happens, listen};
use common::{expect_nothing, expect_peers, recv, send, socket, try_send};
use zmq4_core::proto::SocketType::{Pull, Push};
use zmq4_core::{Cause, Context, Happening, Policy, SecurityOptions, Socket};

#[test]
fn only_those_are_let_in_whose_keys_are_known() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let known = Policy::Keys(Arc::new(HashSet::from([*keys(2).public()])));
        let pull = secured(&context, Pull, &server_letting(known), |_| {});
        let events = listen(&pull);
        let listener = pull.bind(&common::address(transport)).expect("bound");
        let stranger = secured(&context, Push, &client_with(keys(3)), |_| {});
        stranger.connect(&listener.address()).expect("connected");
        send(&stranger, "from a stranger");
        let why = loop {
            if let Happening::HandshakeFailed { why, .. } = happens(&events) {
                break why.cause;
            }
        };
        assert_eq!(why, Cause::Denied);

        let friend = secured(&context, Push, &client(), |_| {});
        friend.connect(&listener.address()).expect("connected");
        expect_peers(&listener, 1);
        send(&friend, "from a friend");

        assert_eq!(recv(&pull), "from a friend");
        expect_nothing(&pull);
    }
}

#[test]
fn nothing_passes_between_an_encrypted_socket_and_a_plain_one() {
    for (bound, connected) in [(Some(server()), None), (None, Some(client()))] {
        let context = Context::new(1);
        let make = |socket_type, security: &Option<SecurityOptions>| match security {
            Some(security) => secured(&context, socket_type, security, |_| {}),
            None => socket(&context, socket_type),
        };
        let (pull, push) = (make(Pull, &bound), make(Push, &connected));
        let events = listen(&pull);
        let listener = pull.bind("tcp://127.0.0.1:*").expect("bound");
        push.connect(&listener.address()).expect("connected");
        send(&push, "plain?");

        while !matches!(happens(&events), Happening::HandshakeFailed { .. }) {}

        expect_nothing(&pull);
        assert_eq!(push.stats().queued, 1, "it is kept, and not written");
    }
}

/// Passes octets on between a socket that connects and one that is bound; those towards the latter are changed
/// by `harm`, which is given them with the number of the connection.
fn relay(target: &str, harm: impl FnMut(usize, &mut Vec<u8>) + Send + 'static) -> String {
    let target = target.trim_start_matches("tcp://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("tcp://{}", listener.local_addr().expect("its number"));
    thread::spawn(move || {
        let mut harm = harm;
        for (number, near) in listener.incoming().enumerate() {
            let (Ok(mut near), Ok(mut far)) = (near, TcpStream::connect(&target)) else { return };
            let clones = near.try_clone().and_then(|near| Ok((near, far.try_clone()?)));
            let (mut to, mut from) = clones.expect("descriptors");
            let back = thread::spawn(move || {
                drop(std::io::copy(&mut from, &mut to));
                drop(to.shutdown(std::net::Shutdown::Both));
            });
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = near.read(&mut buffer) {
                let mut octets = buffer[..read].to_vec();
                harm(number, &mut octets);
                if octets.is_empty() || far.write_all(&octets).is_err() {
                    break;
                }
            }
            drop(far.shutdown(std::net::Shutdown::Both));
            drop(near.shutdown(std::net::Shutdown::Both));
            drop(back.join());
        }
    });
    address
}

/// Numbers sent without end through a relay that does harm, and received until a thousand came by a connection
/// that it has let alone. None may come twice or late.
fn flood(pull: &Socket, harm: impl FnMut(usize, usize, &mut Vec<u8>) -> Harm + Send + 'static) {
    let context = Context::new(1);
    let listener = pull.bind("tcp://127.0.0.1:*").expect("bound");
    let is_whole = Arc::new(AtomicBool::new(false));
    let (mut harm, mut passed, lets_alone) = (harm, 0, Arc::clone(&is_whole));
    let address = relay(&listener.address(), move |number, octets| {
        passed += octets.len();
        let done = harm(number, passed, octets);
        lets_alone.store(done == Harm::LetAlone, Ordering::SeqCst);
    });
    let push = secured(&context, Push, &client(), |_| {});
    push.connect(&address).expect("connected");

    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 0_u32;
            while !is_over.load(Ordering::SeqCst) {
                number += u32::from(try_send(&push, number.to_string()).is_ok());
            }
        });
        let (mut last, mut came_whole) = (None, 0);
        while came_whole < 1000 {
            let next: u32 = recv(pull).parse().expect("only what was sent");
            assert!(last < Some(next), "{next} behind {last:?}");
            last = Some(next);
            came_whole += u32::from(is_whole.load(Ordering::SeqCst));
        }
        is_over.store(true, Ordering::SeqCst);
    });
}

/// What a relay does to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Harm {
    Done,
    LetAlone,
}

#[test]
fn whoever_changes_traffic_on_the_way_is_found_out_and_the_next_connection_goes_on() {
    let context = Context::new(1);
    let pull = secured(&context, Pull, &server(), |_| {});
    let events = listen(&pull);

    flood(&pull, |number, passed, octets| {
        if number > 0 {
            return Harm::LetAlone;
        }
        if passed > 100_000 {
            *octets.last_mut().expect("some") ^= 0x10;
        }
        Harm::Done
    });

    let why = loop {
        if let Happening::Disconnected { why, .. } = happens(&events) {
            break why.cause;
        }
    };
    // The one where the octet was of a box, the other where it was of what is around the boxes.
    assert!(matches!(why, Cause::Forged | Cause::Protocol), "{why:?}");
}

#[test]
fn connections_that_break_within_messages_double_and_reorder_nothing() {
    let context = Context::new(1);
    let pull = secured(&context, Pull, &server(), |_| {});

    flood(&pull, |number, passed, octets| {
        if number == 5 {
            return Harm::LetAlone;
        }
        // Each connection is cut a little later than the one before.
        if passed > 30_011 * (number + 1) {
            octets.clear();
        }
        Harm::Done
    });
}
