//! SUB and XSUB: receive what they have subscribed to. Source: RFC 29/PUBSUB.

use super::fair_queue::FairQueue;
use super::{NotSent, Pattern, Pipes, Routed};
use crate::options::PatternOptions;
use crate::pipe::{FrameRef, Part, PipeId, Refused};
use crate::subscription::Interest;

/// The subscribing end.
#[derive(Debug)]
pub(super) struct Subscribe {
    interest: Interest,
    peers: Vec<PipeId>,
    inbound: FairQueue,
    /// A SUB looks again at what it is sent: publishers may send more than was asked for, and a
    /// cancellation is on its way while messages come. An XSUB takes everything, and speaks.
    filters: bool,
    inverts: bool,
}

impl Subscribe {
    pub(super) fn new(filters: bool) -> Self {
        Self {
            interest: Interest::default(),
            peers: Vec::new(),
            inbound: FairQueue::default(),
            filters,
            inverts: false,
        }
    }
}

impl Pattern for Subscribe {
    fn configure(&mut self, options: &PatternOptions) {
        self.inverts = options.invert_matching;
    }

    fn interest(&mut self) -> Option<&mut Interest> {
        Some(&mut self.interest)
    }

    fn attach(&mut self, pipe: PipeId) {
        self.peers.push(pipe);
        self.inbound.activate(pipe);
    }

    fn hang_up(&mut self, pipe: PipeId) {
        self.peers.retain(|&peer| peer != pipe);
    }

    fn detach(&mut self, pipe: PipeId) {
        self.inbound.remove(pipe);
    }

    fn readable(&mut self, pipe: PipeId) {
        self.inbound.activate(pipe);
    }

    fn writable(&mut self, _pipe: PipeId) {}

    /// Upstream, to every publisher; for one that is full it is dropped.
    fn send(
        &mut self,
        pipes: &mut Pipes,
        parts: &[Part<'_>],
        octets: usize,
    ) -> Result<Routed, NotSent> {
        if !self.sends() {
            return Err(NotSent::NotSupported);
        }
        for &pipe in &self.peers {
            let Some(end) = pipes.get(pipe) else { continue };
            match end.push(parts, octets) {
                Ok(given) => pipes.given(pipe, given),
                Err(Refused::Full) => pipes.drop_for(pipe),
                Err(Refused::Closed) => {}
            }
        }
        Ok(Routed::Spread)
    }

    fn has_only_inbound(&self) -> bool {
        !self.filters && self.inbound.has_only_one()
    }

    fn has_room(&mut self, _pipes: &mut Pipes) -> bool {
        self.sends()
    }

    #[inline]
    fn next(&mut self, pipes: &mut Pipes) -> Option<PipeId> {
        if !self.filters {
            return self.inbound.next(pipes);
        }
        let (interest, inverts) = (&self.interest, self.inverts);
        self.inbound.next_wanted(pipes, |_, end| {
            let head = end.front().and_then(|message| message.frames().next());
            head.map(FrameRef::as_bytes).is_some_and(|head| interest.matches(head) != inverts)
        })
    }

    #[inline]
    fn taken(&mut self) {
        self.inbound.taken();
    }

    fn sends(&self) -> bool {
        !self.filters
    }

    fn receives(&self) -> bool {
        true
    }
}
