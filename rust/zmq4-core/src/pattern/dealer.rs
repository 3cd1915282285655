//! DEALER: sends in turn to its peers and receives in turn from them. Source: RFC 28/REQREP.

use super::fair_queue::FairQueue;
use super::load_balancer::LoadBalancer;
use super::{NotSent, Pattern, Pipes, Routed};
use crate::pipe::{Part, PipeId};

/// Both ends of a dialogue without lock step.
#[derive(Debug, Default)]
pub(super) struct Dealer {
    outbound: LoadBalancer,
    inbound: FairQueue,
}

impl Pattern for Dealer {
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

    #[inline]
    fn send(
        &mut self,
        pipes: &mut Pipes,
        parts: &[Part<'_>],
        octets: usize,
    ) -> Result<Routed, NotSent> {
        self.outbound.send(pipes, parts, octets)
    }

    fn only_outbound(&self) -> Option<PipeId> {
        self.outbound.only()
    }

    fn has_only_inbound(&self) -> bool {
        self.inbound.has_only_one()
    }

    fn has_room(&mut self, pipes: &mut Pipes) -> bool {
        self.outbound.has_room(pipes)
    }

    #[inline]
    fn next(&mut self, pipes: &mut Pipes) -> Option<PipeId> {
        self.inbound.next(pipes)
    }

    #[inline]
    fn taken(&mut self) {
        self.inbound.taken();
    }

    fn sends(&self) -> bool {
        true
    }

    fn receives(&self) -> bool {
        true
    }
}
