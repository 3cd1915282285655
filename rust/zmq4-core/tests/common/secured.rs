//! Sockets that ask who comes, and handlers of ZAP written over raw sockets.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use zmq4_core::proto::{KeyPair, Message, Password, PlainClient, RoutingId, SocketType};
use zmq4_core::testing::{recv_within, send_within};
use zmq4_core::{
    Cause, Context, EventStream, Failure, Happening, Mechanism, Policy, Socket, SocketOptions, Take,
};

use super::hearing::happens;
use super::{SOON, socket, socket_with};

pub(crate) const HANDLERS: &str = "inproc://zeromq.zap.01";

/// Keys that are the same each time.
pub(crate) fn keys(number: u8) -> KeyPair {
    let fill = |octets: &mut [u8]| {
        octets.fill(number);
        Ok::<_, Infallible>(())
    };
    let Ok(keys) = KeyPair::generate(fill);
    keys
}

/// The keys of servers.
pub(crate) fn server_keys() -> KeyPair {
    keys(1)
}

pub(crate) fn plain_client(username: &str, password: &str) -> Mechanism {
    let password = Password::new(password.as_bytes()).expect("a short password");
    let client = PlainClient::new(username.as_bytes(), password).expect("a short name");
    Mechanism::PlainClient(client)
}

pub(crate) fn curve_client(number: u8) -> Mechanism {
    Mechanism::CurveClient { keys: keys(number), server_key: *server_keys().public() }
}

pub(crate) fn curve_server() -> Mechanism {
    Mechanism::CurveServer { keys: server_keys() }
}

/// A client and the server that it fits, by mechanism. NULL asks because there is a domain.
pub(crate) fn pairs() -> [(Mechanism, Mechanism); 3] {
    [
        (Mechanism::Null, Mechanism::Null),
        (plain_client("admin", "secret"), Mechanism::PlainServer),
        (curve_client(2), curve_server()),
    ]
}

pub(crate) fn secured(context: &Context, socket_type: SocketType, mechanism: Mechanism) -> Socket {
    socket_with(context, socket_type, |options| options.security.mechanism = mechanism)
}

/// A ROUTER that lets in whom `policy` says, in the domain "global".
pub(crate) fn server(context: &Context, mechanism: Mechanism, policy: Policy) -> Socket {
    server_with(context, mechanism, policy, |_| {})
}

pub(crate) fn server_with(
    context: &Context,
    mechanism: Mechanism,
    policy: Policy,
    change: impl FnOnce(&mut SocketOptions),
) -> Socket {
    socket_with(context, SocketType::Router, |options| {
        options.session.routing_id = RoutingId::try_from(&b"server"[..]).expect("short");
        options.security.mechanism = mechanism;
        "global".clone_into(&mut options.security.admission.domain);
        options.security.admission.policy = policy;
        change(options);
    })
}

/// A handler that has bound the endpoint of handlers.
pub(crate) fn handler(context: &Context, socket_type: SocketType) -> Socket {
    let handler = socket(context, socket_type);
    handler.bind(HANDLERS).expect("bound");
    handler
}

pub(crate) fn frames(message: &Message) -> Vec<Vec<u8>> {
    message.frames().iter().map(|frame| frame.as_ref().to_vec()).collect()
}

/// The next request at a REP: what stands behind the delimiter.
pub(crate) fn request(rep: &Socket) -> Vec<Vec<u8>> {
    frames(&recv_within(rep, SOON).expect("a request"))
}

/// Answers the request that a REP has.
pub(crate) fn reply(rep: &Socket, request: &[Vec<u8>], status: &str, user_id: &str) {
    let id = &request[1];
    let frames = [b"1.0", &id[..], status.as_bytes(), b"words", user_id.as_bytes(), b""];
    send_within(rep, &frames, SOON).expect("sent");
}

/// The next request at a ROUTER, and who sent it.
pub(crate) fn routed_request(router: &Socket) -> (RoutingId, Vec<Vec<u8>>) {
    let mut received = None;
    super::eventually(|| router.stats().unread > 0);
    router
        .try_recv_with(|message| {
            let sender = message.sender().cloned().expect("a sender");
            let frames = message.frames().map(|frame| frame.to_frame().as_ref().to_vec());
            received = Some((sender, frames.collect()));
            Take::Taken(())
        })
        .expect("a request");
    received.expect("received")
}

/// The next failure of a handshake, and how long it takes to the next attempt.
pub(crate) fn failure(events: &EventStream) -> (Failure, Option<Duration>) {
    loop {
        if let Happening::HandshakeFailed { why, retry_in, .. } = happens(events) {
            return (why, retry_in);
        }
    }
}

#[track_caller]
pub(crate) fn expect_failure(events: &EventStream, cause: Cause, words: &str) {
    let (why, _) = failure(events);
    assert_eq!(why.cause, cause, "{why}");
    assert!(why.text.contains(words), "{why:?} has no {words:?}");
}

/// An authenticator that keeps what it is asked.
#[derive(Debug, Default)]
pub(crate) struct Desk(pub(crate) std::sync::Mutex<Vec<zmq4_core::Question>>);

impl zmq4_core::Authenticator for Desk {
    fn ask(&self, question: zmq4_core::Question) {
        self.0.lock().expect("not poisoned").push(question);
    }
}

impl Desk {
    pub(crate) fn policy() -> (Arc<Self>, Policy) {
        let desk = Arc::<Self>::default();
        (Arc::clone(&desk), Policy::Ask(desk))
    }

    pub(crate) fn next(&self) -> zmq4_core::Question {
        super::eventually(|| !self.0.lock().expect("not poisoned").is_empty());
        self.0.lock().expect("not poisoned").remove(0)
    }
}
