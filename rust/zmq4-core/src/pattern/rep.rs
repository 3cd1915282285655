//! REP: answers one request at a time, to whoever asked. Source: RFC 28/REQREP.
//!
//! The frames of a request up to the first empty one are its envelope: kept, and put before the reply.

use std::sync::Arc;

use zmq4_proto::Frame;

use super::fair_queue::FairQueue;
use super::{Abandoned, NotReceived, NotSent, Pattern, Pipes, Routed};
use crate::monitor::Loss;
use crate::peer::Peer;
use crate::pipe::{FrameRef, Given, MessageRef, Part, PipeId, Refused};

/// The answering end of a dialogue in lock step.
#[derive(Debug, Default)]
pub(super) struct Rep {
    inbound: FairQueue,
    debt: Option<Debt>,
    /// Of the request that is being taken.
    envelope: Vec<Frame>,
    /// Who sent it.
    asker: Option<Arc<Peer>>,
}

/// A request that was received and not answered yet.
#[derive(Debug)]
struct Debt {
    pipe: PipeId,
    asker: Option<Arc<Peer>>,
    envelope: Vec<Frame>,
}

/// How many frames of a request are its envelope; none if it has no delimiter, or nothing behind it.
fn envelope(request: MessageRef<'_>) -> Option<usize> {
    let at = request.frames().position(|frame| frame.as_bytes().is_empty())?;
    (at + 1 < request.frame_count()).then_some(at + 1)
}

impl Debt {
    /// Whether the reply may only go out on the connection that the request came by. One without an address
    /// is for whoever asked: on the next connection it would pass for the answer to another request.
    fn is_for_caller(&self) -> bool {
        self.envelope.len() == 1
    }

    fn asked_by(&self, caller: Option<&Arc<Peer>>) -> bool {
        self.asker
            .as_ref()
            .is_none_or(|asker| caller.is_some_and(|caller| Arc::ptr_eq(asker, caller)))
    }

    fn pay(&self, pipes: &mut Pipes, parts: &[Part<'_>]) -> Result<Given, Loss> {
        let end = pipes.get_mut(self.pipe).filter(|end| !end.is_hung_up).ok_or(Loss::Gone)?;
        if self.is_for_caller() && !self.asked_by(end.caller.as_ref()) {
            return Err(Loss::Gone);
        }
        end.is_for_caller = self.is_for_caller();
        let envelope = self.envelope.iter().cloned().map(Part::Share);
        let framed: Vec<_> = envelope.chain(parts.iter().map(Part::again)).collect();
        let given = end.push(&framed, framed.iter().map(Part::wire_len).sum());
        given.map_err(|refused| match refused {
            Refused::Full => Loss::Full,
            Refused::Closed => Loss::Gone,
        })
    }
}

impl Pattern for Rep {
    fn attach(&mut self, pipe: PipeId) {
        self.inbound.activate(pipe);
    }

    fn hang_up(&mut self, _pipe: PipeId) {}

    fn detach(&mut self, pipe: PipeId) {
        self.inbound.remove(pipe);
    }

    fn readable(&mut self, pipe: PipeId) {
        self.inbound.activate(pipe);
    }

    fn writable(&mut self, _pipe: PipeId) {}

    fn send(
        &mut self,
        pipes: &mut Pipes,
        parts: &[Part<'_>],
        _octets: usize,
    ) -> Result<Routed, NotSent> {
        let debt = self.debt.take().ok_or(NotSent::OutOfTurn)?;
        if let Some(next) = self.inbound.any() {
            // A receiver that had to wait for its turn looks again.
            pipes.announce(next);
        }
        // Nobody waits for a reply to somebody who left, or who does not read.
        let given = debt.pay(pipes, parts).map_err(NotSent::Dropped)?;
        Ok(Routed::To { pipe: debt.pipe, wake: given == Given::Wake })
    }

    fn has_room(&mut self, _pipes: &mut Pipes) -> bool {
        self.debt.is_some()
    }

    fn takes_turns(&self) -> bool {
        true
    }

    fn next(&mut self, pipes: &mut Pipes) -> Option<PipeId> {
        if self.debt.is_some() {
            return None;
        }
        self.inbound.next_wanted(pipes, |_, end| {
            let envelope = end.front().and_then(envelope);
            end.envelope = envelope.unwrap_or(0);
            envelope.is_some()
        })
    }

    fn open(&mut self, _pipe: PipeId, request: MessageRef<'_>, envelope: usize) {
        self.asker = request.peer().cloned();
        self.envelope.extend(request.frames().take(envelope).map(FrameRef::to_frame));
    }

    fn taken(&mut self) {
        let (asker, envelope) = (self.asker.take(), std::mem::take(&mut self.envelope));
        self.debt = self.inbound.any().map(|pipe| Debt { pipe, asker, envelope });
        self.inbound.taken();
    }

    fn abandon(&mut self) -> Abandoned {
        self.debt.take().map_or(Abandoned::Nothing, |_| Abandoned::Received)
    }

    fn nothing(&self) -> NotReceived {
        if self.debt.is_some() { NotReceived::OutOfTurn } else { NotReceived::Empty }
    }

    fn sends(&self) -> bool {
        true
    }

    fn receives(&self) -> bool {
        true
    }
}
