//! A socket's end of a pipe.

use std::sync::Arc;

use zmq4_proto::RoutingId;

use super::backlog::Tally;
use super::local::LocalBatch;
use super::message::MessageRef;
use super::party::{Pushed, Refill, Refused};
use super::queue::Queue;
use super::segment::Part;
use crate::peer::Peer;

/// Names a pipe within its socket; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PipeId(pub(crate) u64);

/// Where the messages of a pipe come from, as its socket knows it.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) pipe: PipeId,
    /// Under which a ROUTER knows the peer. It stays the pipe's for ever: what a peer sent before
    /// another took its name is received under the name it had.
    pub(crate) routing_id: Option<RoutingId>,
}

/// A way past the queue: writing from the caller's thread while the session is idle (write credit).
pub(crate) trait Express: Send + Sync + std::fmt::Debug {
    /// Tries to send one message at once. Returns none, and has done nothing, unless the message is on
    /// its way.
    fn send(&self, parts: &[Part<'_>], octets: usize) -> Option<Given>;
}

/// The two queues of a pipe as its socket sees them.
#[derive(Debug)]
pub(crate) struct PipeEnd {
    /// Towards the peer; absent on types that only receive.
    pub(crate) outbound: Arc<Queue>,
    /// From the peer.
    pub(crate) inbound: Arc<Queue>,
    pub(crate) local: LocalBatch,
    pub(crate) express: Option<Arc<dyn Express>>,
    /// Who is on the other side, where it is the same for the life of the pipe (inproc); elsewhere each
    /// segment says.
    pub(crate) peer: Option<Arc<Peer>>,
    /// Who is connected at this moment.
    pub(crate) caller: Option<Arc<Peer>>,
    pub(crate) origin: Origin,
    /// How many frames in front of the next message are not for the user.
    pub(crate) envelope: usize,
    /// The peer is gone; the pattern has been told.
    pub(crate) is_hung_up: bool,
}

/// What became of a message given to [`PipeEnd::push`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// Queued or sent; nobody is to be woken.
    Done,
    /// Queued; the reader of the outbound queue is to be woken after unlocking.
    Wake,
}

impl PipeEnd {
    pub(crate) fn new(
        pipe: PipeId,
        outbound: Arc<Queue>,
        inbound: Arc<Queue>,
        express: Option<Arc<dyn Express>>,
    ) -> Self {
        let mut local = LocalBatch::default();
        local.follow(&inbound);
        let origin = Origin { pipe, routing_id: None };
        Self {
            outbound,
            inbound,
            local,
            express,
            peer: None,
            caller: None,
            origin,
            envelope: 0,
            is_hung_up: false,
        }
    }

    /// Gives one message to the peer.
    #[inline]
    pub(crate) fn push(&self, parts: &[Part<'_>], octets: usize) -> Result<Given, Refused> {
        if let Some(express) = &self.express
            && let Some(given) = express.send(parts, octets)
        {
            return Ok(given);
        }
        self.enqueue(parts, octets)
    }

    /// Queues one message for the peer. For messages that go to many: a system call for each would keep
    /// the others waiting.
    #[inline]
    pub(crate) fn enqueue(&self, parts: &[Part<'_>], octets: usize) -> Result<Given, Refused> {
        Ok(match self.outbound.push(parts, octets)? {
            Pushed::Quiet => Given::Done,
            Pushed::WakeReader => Given::Wake,
        })
    }

    /// Whether there is room for a message, of the smallest size. If not, room is announced once there is.
    pub(crate) fn has_room(&self) -> bool {
        self.outbound.admits(SMALLEST)
    }

    /// The next message of the local batch.
    #[allow(
        clippy::inline_always,
        reason = "a call here writes and reloads a large struct: a third of a receive"
    )]
    #[inline(always)]
    pub(crate) fn front(&self) -> Option<MessageRef<'_>> {
        let message = self.local.front()?;
        Some(message.from(self.peer.as_ref(), &self.origin))
    }

    /// Whether nothing can come out of the pipe any more.
    pub(crate) fn is_spent(&self) -> bool {
        self.local.front().is_none() && self.inbound.is_spent()
    }

    /// Makes sure that the next message, if any, lies in the local batch.
    #[inline]
    pub(crate) fn fill(&mut self) -> Refill {
        self.local.fill(&self.inbound)
    }

    /// Messages and octets that came in and that nobody has received.
    pub(crate) fn unread(&self) -> Tally {
        self.inbound.tally().less(self.local.owed())
    }
}

/// The octets of the smallest message on the wire: a header and no body.
const SMALLEST: usize = 2;
