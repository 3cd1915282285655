//! Patterns: how the messages of a socket are spread over its pipes.
//!
//! A pattern is called under the socket's lock. It waits for nobody, starts nothing, and knows neither
//! transports nor who is calling.

mod aftermath;
#[cfg(all(test, not(zmq4_loom)))]
mod bench;
mod dealer;
mod fair_queue;
mod load_balancer;
#[cfg(all(test, not(zmq4_loom)))]
mod oracle;
#[cfg(all(test, not(zmq4_loom)))]
mod oracle_requests;
#[cfg(all(test, not(zmq4_loom)))]
mod oracle_router;
mod pair;
mod pipes;
mod publish;
mod pull;
mod push;
mod rep;
mod req;
mod router;
mod subscribe;

pub(crate) use aftermath::Aftermath;
pub(crate) use pipes::Pipes;

use std::sync::Arc;

use zmq4_proto::{RoutingId, SocketType};

use crate::monitor::Loss;
use crate::options::PatternOptions;
use crate::pipe::{MessageRef, Part, PipeId};
use crate::subscription::{Interest, Publisher};

/// A message was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Routed {
    /// It was given to a pipe. If `wake`, the reader of that pipe is to be woken after unlocking.
    To { pipe: PipeId, wake: bool },
    /// It went to any number of pipes; whom to wake is in the aftermath.
    Spread,
}

impl Routed {
    /// The one pipe it went to.
    pub(crate) fn pipe(self) -> Option<PipeId> {
        match self {
            Self::To { pipe, .. } => Some(pipe),
            Self::Spread => None,
        }
    }
}

/// No pipe took the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotSent {
    /// There is no pipe.
    NoPeer,
    /// No pipe has room.
    Full,
    /// There is no peer of that name.
    Unroutable,
    /// It was accepted, and dropped.
    Dropped(Loss),
    /// It is not this socket's turn to send.
    OutOfTurn,
    /// This type does not send.
    NotSupported,
}

/// Why there is nothing to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotReceived {
    /// No message is there.
    Empty,
    /// It is not this socket's turn to receive.
    OutOfTurn,
    /// This type does not receive.
    NotSupported,
}

/// A peer was welcomed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Met {
    /// The pipe whose name it took over: that connection is to end.
    pub(crate) replaced: Option<PipeId>,
}

/// What was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Abandoned {
    /// No request was in progress.
    Nothing,
    /// A request that was received.
    Received,
    /// A request that was sent; on its pipe a late reply may still come.
    Sent(Option<PipeId>),
}

/// Another peer has that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameTaken;

/// How a socket type uses its pipes.
pub(crate) trait Pattern: Send + std::fmt::Debug {
    /// Whether a further pipe may be attached.
    fn admits(&self) -> bool {
        true
    }

    /// Takes the options that concern it: at the beginning, and whenever one changes.
    fn configure(&mut self, options: &PatternOptions) {
        let _ = options;
    }

    /// A pipe was added.
    fn attach(&mut self, pipe: PipeId);

    /// The peer of a pipe has completed its handshake, and said its name.
    fn meet(
        &mut self,
        pipes: &mut Pipes,
        pipe: PipeId,
        announced: &RoutingId,
    ) -> Result<Met, NameTaken> {
        let _ = (pipes, pipe, announced);
        Ok(Met::default())
    }

    /// Gives a pipe its name before its peer is there.
    fn name(&mut self, pipes: &mut Pipes, pipe: PipeId, name: &RoutingId) -> Result<(), NameTaken> {
        let _ = (pipes, pipe, name);
        Ok(())
    }

    /// Whether peers have names here.
    fn names(&self) -> bool {
        false
    }

    /// Whether it may greet new peers with an empty message.
    fn probes(&self) -> bool {
        false
    }

    /// The pipe to the peer of that name.
    fn route(&self, name: &[u8]) -> Option<PipeId> {
        let _ = name;
        None
    }

    /// What it has subscribed to, if it is a subscriber.
    fn interest(&mut self) -> Option<&mut Interest> {
        None
    }

    /// What its peers have subscribed to, if it is a publisher.
    fn publisher(&self) -> Option<&Arc<Publisher>> {
        None
    }

    /// The peer of a pipe is gone: nothing can be sent to it, but what it sent may still be read.
    fn hang_up(&mut self, pipe: PipeId);

    /// A pipe was removed.
    fn detach(&mut self, pipe: PipeId);

    /// A pipe has something to take.
    fn readable(&mut self, pipe: PipeId);

    /// A pipe has room again.
    fn writable(&mut self, pipe: PipeId);

    /// Gives a message of `octets` wire octets to a pipe.
    fn send(
        &mut self,
        pipes: &mut Pipes,
        parts: &[Part<'_>],
        octets: usize,
    ) -> Result<Routed, NotSent>;

    /// The pipe that every message goes to at this moment, if there is but one.
    fn only_outbound(&self) -> Option<PipeId> {
        None
    }

    /// Whether every message comes from one pipe at this moment.
    fn has_only_inbound(&self) -> bool {
        false
    }

    /// Whether a send would be accepted. What is full is asked to announce when it has room again.
    fn has_room(&mut self, pipes: &mut Pipes) -> bool;

    /// Whether sending and receiving take turns here: after the one it may be time for the other.
    fn takes_turns(&self) -> bool {
        false
    }

    /// The pipe whose local batch holds the next message.
    fn next(&mut self, pipes: &mut Pipes) -> Option<PipeId>;

    /// The message that [`Self::next`] announced is about to be taken; its first `envelope` frames, at
    /// least one, are not for the user.
    fn open(&mut self, pipe: PipeId, message: MessageRef<'_>, envelope: usize) {
        let _ = (pipe, message, envelope);
    }

    /// The message that [`Self::next`] announced was taken.
    fn taken(&mut self);

    /// Gives up the request in progress.
    fn abandon(&mut self) -> Abandoned {
        Abandoned::Nothing
    }

    /// Why there is nothing to receive.
    fn nothing(&self) -> NotReceived {
        if self.receives() { NotReceived::Empty } else { NotReceived::NotSupported }
    }

    /// Whether this type sends.
    fn sends(&self) -> bool;

    /// Whether this type receives.
    fn receives(&self) -> bool;
}

/// The pattern of a socket type.
pub(crate) fn of(socket_type: SocketType) -> Box<dyn Pattern> {
    match socket_type {
        SocketType::Push => Box::new(push::Push::default()),
        SocketType::Pull => Box::new(pull::Pull::default()),
        SocketType::Pair => Box::new(pair::Pair::default()),
        SocketType::Dealer => Box::new(dealer::Dealer::default()),
        SocketType::Req => Box::new(req::Req::default()),
        SocketType::Rep => Box::new(rep::Rep::default()),
        SocketType::Router => Box::new(router::Router::default()),
        SocketType::Pub => Box::new(publish::Publish::new(false)),
        SocketType::XPub => Box::new(publish::Publish::new(true)),
        SocketType::Sub => Box::new(subscribe::Subscribe::new(true)),
        SocketType::XSub => Box::new(subscribe::Subscribe::new(false)),
    }
}
