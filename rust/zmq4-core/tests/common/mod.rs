//! What socket tests share: sockets on every transport, and waits with a deadline.
#![allow(dead_code, reason = "every test file uses a part of it")]
#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

pub(crate) mod hearing;
pub(crate) mod secured;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use zmq4_core::proto::{Message, SocketType};
use zmq4_core::testing::{endpoint_within, recv_within, send_within};
use zmq4_core::{
    Context, EndpointPhase, OpenEndpoint, Part, RecvError, SendError, Socket, SocketOptions,
};

/// Long enough that only a hang is longer.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Long enough to see that nothing happens.
pub(crate) const A_WHILE: Duration = Duration::from_millis(150);

pub(crate) const TRANSPORTS: [&str; 3] = ["tcp", "ipc", "inproc"];

/// An address to bind on a transport; never the same twice.
pub(crate) fn address(transport: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    match transport {
        "tcp" => "tcp://127.0.0.1:*".to_owned(),
        "ipc" => "ipc://*".to_owned(),
        _ => format!("inproc://{}", NEXT.fetch_add(1, Ordering::Relaxed)),
    }
}

pub(crate) fn socket(context: &Context, socket_type: SocketType) -> Socket {
    socket_with(context, socket_type, |_| {})
}

pub(crate) fn socket_with(
    context: &Context,
    socket_type: SocketType,
    change: impl FnOnce(&mut SocketOptions),
) -> Socket {
    let mut options = SocketOptions::default();
    options.session.reconnect.initial = Some(Duration::from_millis(10));
    change(&mut options);
    Socket::new(context, socket_type, options).expect("a socket")
}

/// A bound and a connected socket whose handshake is done, and their endpoints.
pub(crate) struct Joined {
    pub(crate) bound: Socket,
    pub(crate) connected: Socket,
    pub(crate) listener: OpenEndpoint,
    pub(crate) connector: OpenEndpoint,
}

pub(crate) fn join(transport: &str, bound: Socket, connected: Socket) -> Joined {
    let listener = bound.bind(&address(transport)).expect("bound");
    let connector = connected.connect(&listener.address()).expect("connected");
    let joined = Joined { bound, connected, listener, connector };
    expect_peers(&joined.connector, 1);
    expect_peers(&joined.listener, 1);
    joined
}

/// Waits until an endpoint has so many peers.
pub(crate) fn expect_peers(endpoint: &OpenEndpoint, count: usize) {
    let came = endpoint_within(endpoint, SOON, |view| view.peers.len() == count);
    assert!(came, "{count} peers are expected at {:?}", endpoint.view());
}

/// Waits until an endpoint is in a phase.
pub(crate) fn expect_phase(endpoint: &OpenEndpoint, phase: EndpointPhase) {
    let came = endpoint_within(endpoint, SOON, |view| view.phase == phase);
    assert!(came, "{phase:?} is expected of {:?}", endpoint.view());
}

pub(crate) fn try_send(socket: &Socket, body: impl AsRef<[u8]>) -> Result<(), SendError> {
    socket.try_send(&[Part::Copy(body.as_ref())])
}

pub(crate) fn send(socket: &Socket, body: impl AsRef<[u8]>) {
    send_within(socket, &[body.as_ref()], SOON).expect("sent");
}

/// The first frame of the next message, as text.
pub(crate) fn recv(socket: &Socket) -> String {
    text(&recv_within(socket, SOON).expect("received"))
}

pub(crate) fn text(message: &Message) -> String {
    String::from_utf8_lossy(&message.frames()[0]).into_owned()
}

/// The first frames of all messages that are there now.
pub(crate) fn recv_now(socket: &Socket) -> Vec<String> {
    std::iter::from_fn(|| socket.try_recv().ok()).map(|message| text(&message)).collect()
}

/// Expects that no message comes for a while.
pub(crate) fn expect_nothing(socket: &Socket) {
    let received = recv_within(socket, A_WHILE).map(|message| text(&message));
    assert_eq!(received, Err(RecvError::Empty));
}

/// Sends numbers until one is refused; returns how many were taken.
pub(crate) fn fill(socket: &Socket) -> usize {
    let mut taken = 0;
    while try_send(socket, taken.to_string()).is_ok() {
        taken += 1;
    }
    taken
}

/// Looks again and again until something is so.
pub(crate) fn eventually(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + SOON;
    while !is_so() {
        assert!(Instant::now() < deadline, "it never came to be");
        std::thread::yield_now();
    }
}
