//! [`Authenticator`]: a part of the program that decides about peers, at its own pace.

use std::fmt;

use tokio::sync::oneshot;
use zmq4_proto::{Credentials, Verdict};

/// Decides about peers.
pub trait Authenticator: fmt::Debug + Send + Sync {
    /// Takes a question. Called on an I/O thread: it must not wait, and answers later from wherever it
    /// likes. A question that is dropped is answered with status 500.
    fn ask(&self, question: Question);
}

/// Whether a peer is to be let in.
#[derive(Debug)]
pub struct Question {
    /// The socket's domain.
    pub domain: String,
    /// The peer's address: of tcp the IP address without a port, of ipc empty.
    pub address: String,
    /// The routing id of our own socket, as ZAP has it.
    pub routing_id: zmq4_proto::RoutingId,
    /// What the peer claims or has proved.
    pub credentials: Credentials,
    /// Where the answer goes.
    pub answer: Answer,
}

/// Where the answer to a [`Question`] goes.
#[derive(Debug)]
pub struct Answer(oneshot::Sender<Verdict>);

impl Answer {
    pub(crate) fn new() -> (Self, oneshot::Receiver<Verdict>) {
        let (sender, receiver) = oneshot::channel();
        (Self(sender), receiver)
    }

    /// Answers. If the connection has ended meanwhile, nobody hears it.
    pub fn give(self, verdict: Verdict) {
        let _ = self.0.send(verdict);
    }

    /// Whether anybody still waits for it.
    pub fn is_awaited(&self) -> bool {
        !self.0.is_closed()
    }
}
