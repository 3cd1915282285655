//! Floods of handshakes: their cryptography is bounded and counted, and others go on meanwhile.
#![cfg(feature = "testing")]
#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

mod common;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use common::secured::{curve_client, curve_server, keys, secured, server, server_keys};
use common::{Joined, SOON, expect_peers, join, recv, send, socket};
use zmq4_core::proto::SocketType::{Dealer, Pull, Push};
use zmq4_core::proto::{
    CurveClient, CurveRandom, CurveServer, Handshake, HandshakeConfig, Security,
};
use zmq4_core::{Context, Policy, Socket};

/// Half-open connections that a flood keeps.
const HALF_OPEN: usize = 100;

fn random() -> CurveRandom {
    let Ok(random) = CurveRandom::draw(|part| {
        part.fill(0x5a);
        Ok::<_, Infallible>(())
    });
    random
}

fn transmitted(handshake: &mut Handshake) -> Vec<u8> {
    let mut out = Vec::new();
    handshake.poll_transmit(&mut out);
    out
}

/// Greeting and HELLO of a client that knows the server's key.
fn hello() -> Vec<u8> {
    let mut config = HandshakeConfig::new(Dealer);
    config.security = Security::CurveServer(CurveServer { keys: server_keys(), random: random() });
    let mut server = Handshake::new(config);
    let mut config = HandshakeConfig::new(Dealer);
    let server_key = *server_keys().public();
    let client = CurveClient { keys: keys(7), server_key, random: random() };
    config.security = Security::CurveClient(client);
    let mut client = Handshake::new(config);
    // The whole greeting goes out once the other side has shown its version.
    let mut said = transmitted(&mut client);
    for _ in 0..2 {
        let heard = transmitted(&mut server);
        client.handle_input(&heard).expect("a good greeting");
        let more = transmitted(&mut client);
        server.handle_input(if said.is_empty() { &more } else { &said[..] }).expect("good too");
        said.extend(more);
    }
    let heard = transmitted(&mut server);
    client.handle_input(&heard).expect("good");
    said.extend(transmitted(&mut client));
    assert_eq!(said.len(), 64 + 2 + 200, "greeting and HELLO");
    said
}

/// Connects again and again, and says these words in turn, until it is told to stop.
fn flood(address: &str, words: &[Vec<u8>], is_over: &AtomicBool) {
    let mut half_open = VecDeque::new();
    for words in words.iter().cycle() {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        let Ok(mut stream) = TcpStream::connect(address) else { continue };
        // A server that has hung up already has read enough.
        let _ = stream.write_all(words);
        half_open.push_back(stream);
        if half_open.len() > HALF_OPEN {
            half_open.pop_front();
        }
    }
}

/// Ends a flood whatever becomes of the test.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn say_and_hear(traffic: &Joined, number: u32) {
    send(&traffic.connected, number.to_string());
    assert_eq!(recv(&traffic.bound), number.to_string());
}

/// A server under a flood of these words, and beside it a connection in traffic on the same I/O thread.
fn beside_a_flood(words: &[Vec<u8>], is_enough: impl Fn(&Socket) -> bool) -> Socket {
    let context = Context::new(1);
    let server = server(&context, curve_server(), Policy::Anyone);
    let address = server.bind("tcp://127.0.0.1:*").expect("bound").address();
    let traffic = join("tcp", socket(&context, Pull), socket(&context, Push));
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _over = Over(&is_over);
        scope.spawn(|| flood(&address["tcp://".len()..], words, &is_over));
        let (mut number, deadline) = (0, Instant::now() + SOON);
        while !is_enough(&server) {
            assert!(Instant::now() < deadline, "{:?}", server.stats().handshakes);
            say_and_hear(&traffic, number);
            number += 1;
        }
        // It is still under way, and so is everything else.
        let honest = secured(&context, Dealer, curve_client(2));
        expect_peers(&honest.connect(&address).expect("connected"), 1);
        for more in 0..100 {
            say_and_hear(&traffic, number + more);
        }
    });
    server
}

#[test]
fn hellos_that_are_good_take_their_share_and_leave_the_rest_to_traffic() {
    let server = beside_a_flood(&[hello()], |server| {
        let handshakes = server.stats().handshakes;
        handshakes.delayed >= 20 && handshakes.begun >= 200
    });

    let handshakes = server.stats().handshakes;
    assert!(handshakes.completed >= 1, "the honest one: {handshakes:?}");
    assert!(handshakes.delayed < handshakes.begun, "{handshakes:?}");
    assert_eq!(handshakes.refused, 0);
}

#[test]
fn hellos_that_are_forged_take_their_share_and_leave_the_rest_to_traffic() {
    let mut forged = hello();
    *forged.last_mut().expect("octets") ^= 1;

    let server = beside_a_flood(&[forged], |server| {
        let handshakes = server.stats().handshakes;
        handshakes.delayed >= 20 && handshakes.failed >= 200
    });

    let handshakes = server.stats().handshakes;
    assert!(handshakes.completed >= 1, "the honest one: {handshakes:?}");
}

#[test]
fn hellos_with_nobody_beside_them_wait_for_nobody() {
    let context = Context::new(1);
    let server = server(&context, curve_server(), Policy::Anyone);
    let address = server.bind("tcp://127.0.0.1:*").expect("bound").address();
    let mut forged = hello();
    *forged.last_mut().expect("octets") ^= 1;
    let is_over = AtomicBool::new(false);

    std::thread::scope(|scope| {
        let _over = Over(&is_over);
        scope.spawn(|| flood(&address["tcp://".len()..], &[forged], &is_over));
        common::eventually(|| server.stats().handshakes.failed >= 200);
    });

    assert_eq!(server.stats().handshakes.delayed, 0);
}
