//! A peer that speaks CURVE over an in-memory link, with a sealer and an opener of its own.

#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

use std::convert::Infallible;

use zmq4_proto::{
    Handshake, HandshakeConfig, KeyPair, OpenStop, Opener, Sealer, SocketType, Verdict, Wrap,
};

use super::ScriptedPeer;
use crate::security::{Admission, Mechanism, Policy, SecurityOptions};
use crate::transport::Link;

/// A side of CURVE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Client,
    Server,
}

impl Role {
    pub(crate) const BOTH: [Self; 2] = [Self::Client, Self::Server];

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// What a socket in this role brings to its handshakes; the server lets everybody in.
    pub(crate) fn security(self) -> SecurityOptions {
        let [client, server] = [1, 2].map(keys);
        let mechanism = match self {
            Self::Client => Mechanism::CurveClient { keys: client, server_key: *server.public() },
            Self::Server => Mechanism::CurveServer { keys: server },
        };
        let admission = Admission { policy: Policy::Anyone, ..Admission::default() };
        SecurityOptions { mechanism, admission }
    }

    fn handshake(self) -> Handshake {
        let mut config = HandshakeConfig::new(SocketType::Dealer);
        config.security = self.security().draw().expect("random octets");
        Handshake::new(config)
    }
}

fn keys(seed: u8) -> KeyPair {
    let fill = |octets: &mut [u8]| {
        octets.fill(seed);
        Ok::<_, Infallible>(())
    };
    let Ok(keys) = KeyPair::generate(fill);
    keys
}

/// What a handshake leaves to its two sides, that of the given role first.
pub(crate) fn wraps(role: Role) -> (Wrap, Box<Sealer>, Box<Opener>) {
    let mut ends = [role, role.other()].map(|role| (role.handshake(), Vec::new()));
    loop {
        let mut said = [Vec::new(), Vec::new()];
        for ((handshake, _), said) in ends.iter_mut().zip(&mut said) {
            handshake.poll_transmit(said);
        }
        if said.iter().all(Vec::is_empty) {
            break;
        }
        said.reverse();
        for ((handshake, unread), said) in ends.iter_mut().zip(said) {
            unread.extend(said);
            hear(handshake, unread);
        }
    }
    let [ours, theirs] =
        ends.map(|(handshake, _)| handshake.into_established().expect("both are honest").1);
    let (sealer, opener) = halves(theirs);
    (ours, sealer, opener)
}

pub(crate) fn halves(wrap: Wrap) -> (Box<Sealer>, Box<Opener>) {
    match wrap {
        Wrap::Curve { sealer, opener } => (sealer, opener),
        Wrap::Plain => panic!("not encrypted"),
    }
}

/// Lets a handshake take what was said, and lets the other side in.
fn hear(handshake: &mut Handshake, unread: &mut Vec<u8>) {
    loop {
        let taken = handshake.handle_input(unread).expect("the other side is honest");
        unread.drain(..taken);
        if handshake.credentials().is_none() {
            return;
        }
        handshake.authorize(Verdict::accept()).expect("a good client");
    }
}

/// Plain frames as a sealer has them on the wire.
pub(crate) fn seal(sealer: &mut Sealer, plain: &[u8]) -> Vec<u8> {
    let (mut wire, mut at) = (Vec::new(), 0);
    while at < plain.len() {
        let run = sealer.seal_run(&plain[at..], &mut wire).expect("there are nonces");
        assert!(run.consumed > 0, "whole frames are given");
        at += run.consumed;
    }
    wire
}

/// The other end of an encrypted connection.
#[derive(Debug)]
pub(crate) struct SealedPeer {
    pub(crate) peer: ScriptedPeer,
    pub(crate) sealer: Box<Sealer>,
    opener: Box<Opener>,
    /// What was received and is not opened.
    sealed: Vec<u8>,
    /// What was opened and not asked for.
    plain: Vec<u8>,
}

impl SealedPeer {
    /// A peer whose handshake with us in `role` is done, and the link to it.
    pub(crate) fn new(capacity: usize, role: Role) -> (Self, Link, Wrap) {
        let (peer, link) = ScriptedPeer::new(capacity);
        let (ours, sealer, opener) = wraps(role);
        (Self { peer, sealer, opener, sealed: Vec::new(), plain: Vec::new() }, link, ours)
    }

    /// Opens a connection with us, who have `role`; says what `early` says right behind its own last word.
    pub(crate) async fn shake(peer: ScriptedPeer, role: Role, early: &[u8]) -> Self {
        let mut handshake = role.other().handshake();
        let (mut said, mut heard) = (Vec::new(), Vec::new());
        loop {
            handshake.poll_transmit(&mut said);
            if handshake.is_established() {
                break;
            }
            peer.send(std::mem::take(&mut said)).await;
            heard.extend(peer.receive_some().await);
            hear(&mut handshake, &mut heard);
        }
        let (mut sealer, opener) = halves(handshake.into_established().expect("established").1);
        said.extend(seal(&mut sealer, early));
        peer.send(said).await;
        Self { peer, sealer, opener, sealed: heard, plain: Vec::new() }
    }

    /// Sends plain frames, sealed.
    pub(crate) async fn send(&mut self, plain: impl AsRef<[u8]>) {
        let wire = seal(&mut self.sealer, plain.as_ref());
        self.peer.send(wire).await;
    }

    /// Receives exactly as many plain octets as `expected` has, and compares them. Everything that comes must
    /// be sealed, and be the next.
    pub(crate) async fn expect(&mut self, expected: impl AsRef<[u8]>) {
        let expected = expected.as_ref();
        while self.plain.len() < expected.len() {
            let some = self.peer.receive_some().await;
            assert!(!some.is_empty(), "the stream ended after {:?}", self.plain.escape_ascii());
            self.take(&some);
        }
        let got: Vec<u8> = self.plain.drain(..expected.len()).collect();
        assert!(got == expected, "{:?} is not {:?}", got.escape_ascii(), expected.escape_ascii());
    }

    /// Receives what comes until the end of the stream, and returns the whole plain frames of it.
    pub(crate) async fn receive_all(&mut self) -> Vec<u8> {
        let rest = self.peer.receive_all().await;
        self.take(&rest);
        std::mem::take(&mut self.plain)
    }

    fn take(&mut self, octets: &[u8]) {
        self.sealed.extend_from_slice(octets);
        let run = self.opener.open_run(&mut self.sealed);
        assert!(!matches!(run.stop, OpenStop::Fault(_)), "{:?}", run.stop);
        self.plain.extend_from_slice(&self.sealed[..run.plain_len]);
        self.sealed.drain(..run.consumed);
    }
}
