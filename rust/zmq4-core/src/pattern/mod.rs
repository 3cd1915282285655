//! Patterns: how the messages of a socket are spread over its pipes.
//!
//! A pattern is called under the socket's lock. It waits for nobody, starts nothing, and knows neither
//! transports nor who is calling.

mod dealer;
mod fair_queue;
mod load_balancer;
#[cfg(all(test, not(zmq4_loom)))]
mod oracle;
mod pair;
mod pipes;
mod pull;
mod push;

pub(crate) use pipes::Pipes;

use zmq4_proto::SocketType;

use crate::pipe::{Part, PipeId};

/// A message was given to a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Routed {
    pub(crate) pipe: PipeId,
    /// The reader of that pipe is to be woken, after unlocking.
    pub(crate) wake: bool,
}

/// No pipe took the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotSent {
    /// There is no pipe.
    NoPeer,
    /// No pipe has room.
    Full,
    /// This type does not send.
    NotSupported,
}

/// How a socket type uses its pipes.
pub(crate) trait Pattern: Send + std::fmt::Debug {
    /// Whether a further pipe may be attached.
    fn admits(&self) -> bool {
        true
    }

    /// A pipe was added.
    fn attach(&mut self, pipe: PipeId);

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

    /// Whether a send may succeed. A pipe that has become full since is only found out by a send.
    fn has_room(&self) -> bool;

    /// The pipe whose local batch holds the next message.
    fn next(&mut self, pipes: &mut Pipes) -> Option<PipeId>;

    /// The message that [`Self::next`] announced was taken.
    fn taken(&mut self);

    /// Whether this type sends.
    fn sends(&self) -> bool;

    /// Whether this type receives.
    fn receives(&self) -> bool;
}

/// The pattern of a socket type; none for types that are not supported yet.
pub(crate) fn of(socket_type: SocketType) -> Option<Box<dyn Pattern>> {
    Some(match socket_type {
        SocketType::Push => Box::new(push::Push::default()),
        SocketType::Pull => Box::new(pull::Pull::default()),
        SocketType::Pair => Box::new(pair::Pair::default()),
        SocketType::Dealer => Box::new(dealer::Dealer::default()),
        SocketType::Pub
        | SocketType::Sub
        | SocketType::Req
        | SocketType::Rep
        | SocketType::Router
        | SocketType::XPub
        | SocketType::XSub => return None,
    })
}
