//! PUSH: sends in turn to its PULL peers. Source: RFC 30/PIPELINE.

use super::load_balancer::LoadBalancer;
use super::{NotSent, Pattern, Pipes, Routed};
use crate::pipe::{Part, PipeId};

/// The sending end of a pipeline.
#[derive(Debug, Default)]
pub(super) struct Push {
    peers: LoadBalancer,
}

impl Pattern for Push {
    fn attach(&mut self, pipe: PipeId) {
        self.peers.attach(pipe);
    }

    fn hang_up(&mut self, pipe: PipeId) {
        self.peers.detach(pipe);
    }

    fn detach(&mut self, _pipe: PipeId) {}

    fn readable(&mut self, _pipe: PipeId) {}

    fn writable(&mut self, pipe: PipeId) {
        self.peers.activate(pipe);
    }

    #[inline]
    fn send(
        &mut self,
        pipes: &mut Pipes,
        parts: &[Part<'_>],
        octets: usize,
    ) -> Result<Routed, NotSent> {
        self.peers.send(pipes, parts, octets)
    }

    fn only_outbound(&self) -> Option<PipeId> {
        self.peers.only()
    }

    fn has_room(&mut self, pipes: &mut Pipes) -> bool {
        self.peers.has_room(pipes)
    }

    fn next(&mut self, _pipes: &mut Pipes) -> Option<PipeId> {
        None
    }

    fn taken(&mut self) {}

    fn sends(&self) -> bool {
        true
    }

    fn receives(&self) -> bool {
        false
    }
}
