//! REQ: asks one peer at a time and takes only its answer. Source: RFC 28/REQREP.
//!
//! On the wire a request is an optional number (`correlate`), an empty delimiter, and the user's frames.

use super::fair_queue::FairQueue;
use super::load_balancer::LoadBalancer;
use super::{Abandoned, NotReceived, NotSent, Pattern, Pipes, Routed};
use crate::options::PatternOptions;
use crate::pipe::{MessageRef, Part, PipeId};
use crate::random;

/// The asking end of a dialogue in lock step.
#[derive(Debug)]
pub(super) struct Req {
    outbound: LoadBalancer,
    inbound: FairQueue,
    turn: Turn,
    /// The number of the next request.
    next: u32,
    is_relaxed: bool,
    correlates: bool,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Ask,
    Await(Asked),
}

/// A request that awaits its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    /// Who was asked: nobody else may answer, even when its pipe is gone.
    pipe: Option<PipeId>,
    /// The request's number, if it carried one.
    number: Option<[u8; 4]>,
}

impl Default for Req {
    fn default() -> Self {
        let next = u32::try_from(random::u64() >> 32).unwrap_or(0);
        let (outbound, inbound) = (LoadBalancer::default(), FairQueue::default());
        Self { outbound, inbound, turn: Turn::Ask, next, is_relaxed: false, correlates: false }
    }
}

impl Asked {
    /// How many frames of a reply come before the user's; none if it is no reply to this request.
    fn envelope(&self, reply: MessageRef<'_>) -> Option<usize> {
        let mut frames = reply.frames();
        let mut count = 1;
        if let Some(number) = self.number {
            count += 1;
            if frames.next()?.as_bytes() != number {
                return None;
            }
        }
        let is_delimited = frames.next()?.as_bytes().is_empty();
        (is_delimited && reply.frame_count() > count).then_some(count)
    }
}

impl Pattern for Req {
    fn configure(&mut self, options: &PatternOptions) {
        self.is_relaxed = options.relaxed;
        self.correlates = options.correlate;
    }

    fn probes(&self) -> bool {
        true
    }

    fn attach(&mut self, pipe: PipeId) {
        self.outbound.attach(pipe);
        self.inbound.activate(pipe);
    }

    fn hang_up(&mut self, pipe: PipeId) {
        self.outbound.detach(pipe);
    }

    fn detach(&mut self, pipe: PipeId) {
        self.inbound.remove(pipe);
    }

    fn readable(&mut self, pipe: PipeId) {
        self.inbound.activate(pipe);
    }

    fn writable(&mut self, pipe: PipeId) {
        self.outbound.activate(pipe);
    }

    fn send(
        &mut self,
        pipes: &mut Pipes,
        parts: &[Part<'_>],
        octets: usize,
    ) -> Result<Routed, NotSent> {
        if self.turn != Turn::Ask && !self.is_relaxed {
            return Err(NotSent::OutOfTurn);
        }
        let number = self.correlates.then(|| self.next.to_be_bytes());
        let mut framed = Vec::with_capacity(parts.len() + 2);
        framed.extend(number.as_ref().map(|number| Part::Copy(number)));
        framed.push(Part::Copy(b""));
        let octets = octets + framed.iter().map(Part::wire_len).sum::<usize>();
        framed.extend(parts.iter().map(Part::again));
        if self.outbound.finds_room(pipes, octets) {
            // Whatever came in until now answers older requests.
            self.inbound.discard(pipes);
        }
        let routed = self.outbound.send(pipes, &framed, octets)?;
        self.next = self.next.wrapping_add(1);
        self.turn = Turn::Await(Asked { pipe: routed.pipe(), number });
        Ok(routed)
    }

    fn has_room(&mut self, pipes: &mut Pipes) -> bool {
        (self.turn == Turn::Ask || self.is_relaxed) && self.outbound.has_room(pipes)
    }

    fn takes_turns(&self) -> bool {
        true
    }

    fn next(&mut self, pipes: &mut Pipes) -> Option<PipeId> {
        let Turn::Await(asked) = self.turn else { return None };
        self.inbound.next_wanted(pipes, |id, end| {
            let is_asked = asked.pipe == Some(id);
            let envelope = end.front().filter(|_| is_asked).and_then(|reply| asked.envelope(reply));
            end.envelope = envelope.unwrap_or(0);
            envelope.is_some()
        })
    }

    fn taken(&mut self) {
        self.inbound.taken();
        self.turn = Turn::Ask;
    }

    fn abandon(&mut self) -> Abandoned {
        match std::mem::replace(&mut self.turn, Turn::Ask) {
            Turn::Ask => Abandoned::Nothing,
            Turn::Await(asked) => Abandoned::Sent(asked.pipe),
        }
    }

    fn nothing(&self) -> NotReceived {
        match self.turn {
            Turn::Ask => NotReceived::OutOfTurn,
            Turn::Await(_) => NotReceived::Empty,
        }
    }

    fn sends(&self) -> bool {
        true
    }

    fn receives(&self) -> bool {
        true
    }
}
