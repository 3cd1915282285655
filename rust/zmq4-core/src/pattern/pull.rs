//! PULL: receives in turn from its PUSH peers. Source: RFC 30/PIPELINE.

use super::fair_queue::FairQueue;
use super::{NotSent, Pattern, Pipes, Routed};
use crate::pipe::{Part, PipeId};

/// The receiving end of a pipeline.
#[derive(Debug, Default)]
pub(super) struct Pull {
    peers: FairQueue,
}

impl Pattern for Pull {
    fn attach(&mut self, pipe: PipeId) {
        self.peers.activate(pipe);
    }

    fn hang_up(&mut self, _pipe: PipeId) {}

    fn detach(&mut self, pipe: PipeId) {
        self.peers.remove(pipe);
    }

    fn readable(&mut self, pipe: PipeId) {
        self.peers.activate(pipe);
    }

    fn writable(&mut self, _pipe: PipeId) {}

    fn send(
        &mut self,
        _pipes: &mut Pipes,
        _parts: &[Part<'_>],
        _octets: usize,
    ) -> Result<Routed, NotSent> {
        Err(NotSent::NotSupported)
    }

    fn has_only_inbound(&self) -> bool {
        self.peers.has_only_one()
    }

    fn has_room(&mut self, _pipes: &mut Pipes) -> bool {
        false
    }

    #[inline]
    fn next(&mut self, pipes: &mut Pipes) -> Option<PipeId> {
        self.peers.next(pipes)
    }

    #[inline]
    fn taken(&mut self) {
        self.peers.taken();
    }

    fn sends(&self) -> bool {
        false
    }

    fn receives(&self) -> bool {
        true
    }
}
