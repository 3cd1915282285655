//! A peer that says and expects octets, over an in-memory link.
//!
//! Written from the specification and not with our own encoder, so that a fault there cannot hide.

#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

use std::future::poll_fn;
use std::io::IoSlice;
use std::sync::Arc;
use std::time::Duration;

use zmq4_proto::{Metadata, RoutingId, Version};

use crate::peer::Peer;
use crate::transport::Link;
use crate::transport::mem::{self, MemLink};

/// How long anything may take that is expected. Virtual: a test that waits in vain fails at once.
const PATIENCE: Duration = Duration::from_secs(3600);

/// The other end of a link.
#[derive(Debug)]
pub(crate) struct ScriptedPeer {
    link: Link,
}

impl ScriptedPeer {
    /// A peer, and the link to it, which buffers `capacity` octets each way.
    pub(crate) fn new(capacity: usize) -> (Self, Link) {
        let (theirs, ours): (MemLink, MemLink) = mem::pair(capacity);
        (Self { link: Link::mem(theirs) }, Link::mem(ours))
    }

    /// Sends octets, waiting while the link is full.
    pub(crate) async fn send(&self, octets: impl AsRef<[u8]>) {
        let mut left = octets.as_ref();
        while !left.is_empty() {
            let sent = poll_fn(|cx| self.link.poll_write(cx, &[IoSlice::new(left)]));
            let sent = sent.await.expect("the link is open");
            left = left.get(sent..).unwrap_or_default();
        }
    }

    /// Receives exactly as many octets as `expected` has, and compares them.
    pub(crate) async fn expect(&self, expected: impl AsRef<[u8]>) {
        let expected = expected.as_ref();
        let got = self.receive(expected.len()).await;
        assert_eq!(got, expected, "{:?} is not {:?}", got.escape_ascii(), expected.escape_ascii());
    }

    /// Receives exactly `len` octets.
    pub(crate) async fn receive(&self, len: usize) -> Vec<u8> {
        let mut got = vec![0; len];
        let mut at = 0;
        while at < len {
            let read = self.read(got.get_mut(at..).unwrap_or_default()).await;
            assert!(read > 0, "the stream ended after {:?}", got[..at].escape_ascii());
            at += read;
        }
        got
    }

    /// Receives whatever comes until the end of the stream.
    pub(crate) async fn receive_all(&self) -> Vec<u8> {
        let mut all = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match self.read(&mut buffer).await {
                0 => return all,
                read => all.extend_from_slice(&buffer[..read]),
            }
        }
    }

    /// Receives what comes next; nothing at the end of the stream.
    pub(crate) async fn receive_some(&self) -> Vec<u8> {
        let mut buffer = [0; 4096];
        let read = self.read(&mut buffer).await;
        buffer[..read].to_vec()
    }

    /// Expects the end of the stream.
    pub(crate) async fn expect_end(&self) {
        let rest = self.receive_all().await;
        assert!(rest.is_empty(), "{:?} came before the end", rest.escape_ascii());
    }

    /// Expects that nothing comes for as long, not even an end.
    pub(crate) async fn expect_silence(&self, time: Duration) {
        let mut buffer = [0; 64];
        let read = poll_fn(|cx| self.link.poll_read(cx, &mut buffer));
        let read = tokio::time::timeout(time, read).await;
        assert!(read.is_err(), "{read:?}: {:?}", buffer.escape_ascii());
    }

    /// Receives a greeting and a READY, whatever they say, and says our own.
    pub(crate) async fn shake(&self, socket_type: &str) {
        self.send(greeting(1)).await;
        self.send(ready(socket_type)).await;
        self.receive(64).await;
        self.receive_frame().await;
    }

    /// Receives one frame of less than 256 octets.
    pub(crate) async fn receive_frame(&self) -> Vec<u8> {
        let mut frame = self.receive(2).await;
        frame.extend(self.receive(usize::from(frame[1])).await);
        frame
    }

    /// Tells that nothing more comes.
    pub(crate) fn end(&self) {
        self.link.shutdown_write();
    }

    async fn read(&self, buffer: &mut [u8]) -> usize {
        let read = poll_fn(|cx| self.link.poll_read(cx, buffer));
        tokio::time::timeout(PATIENCE, read).await.expect("something comes").expect("no error")
    }
}

/// The greeting of a NULL peer that speaks version 3 and this minor. RFC 37/ZMTP, "Formal Grammar".
pub(crate) fn greeting(minor: u8) -> Vec<u8> {
    let mut greeting = vec![0; 64];
    greeting[0] = 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    greeting[11] = minor;
    greeting[12..16].copy_from_slice(b"NULL");
    greeting
}

/// A READY command with nothing but a socket type.
pub(crate) fn ready(socket_type: &str) -> Vec<u8> {
    let mut body = b"\x05READY\x0bSocket-Type\0\0\0".to_vec();
    body.push(u8::try_from(socket_type.len()).expect("a short name"));
    body.extend_from_slice(socket_type.as_bytes());
    frame(4, &body)
}

/// A PING command.
pub(crate) fn ping(ttl_deciseconds: u16, context: &[u8]) -> Vec<u8> {
    frame(4, &[b"\x04PING".as_slice(), &ttl_deciseconds.to_be_bytes(), context].concat())
}

/// A PONG command.
pub(crate) fn pong(context: &[u8]) -> Vec<u8> {
    frame(4, &[b"\x04PONG".as_slice(), context].concat())
}

/// One frame with the given flags; the short form where it is long enough.
pub(crate) fn frame(flags: u8, body: &[u8]) -> Vec<u8> {
    let header = if let Ok(len) = u8::try_from(body.len()) {
        vec![flags, len]
    } else {
        let len = u64::try_from(body.len()).expect("64 bits are enough").to_be_bytes();
        [&[flags | 2], len.as_slice()].concat()
    };
    [header.as_slice(), body].concat()
}

/// A message of these frames.
pub(crate) fn message<B: AsRef<[u8]>>(frames: &[B]) -> Vec<u8> {
    let last = frames.len() - 1;
    let encode = |(n, body): (usize, &B)| frame(u8::from(n < last), body.as_ref());
    frames.iter().enumerate().flat_map(encode).collect()
}

/// A peer of which nothing is known but that it speaks our version.
pub(crate) fn a_peer() -> Arc<Peer> {
    Arc::new(Peer {
        address: "mem://test".to_owned(),
        routing_id: RoutingId::default(),
        socket_type: None,
        version: Some(Version::OURS),
        metadata: Metadata::default(),
        user_id: None,
    })
}
