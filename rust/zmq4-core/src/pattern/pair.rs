//! PAIR: one peer, exclusively. Source: RFC 31/EXPAIR.

use super::dealer::Dealer;
use super::{NotSent, Pattern, Pipes, Routed};
use crate::pipe::{Part, PipeId};

/// A dialogue of two. It is a dealer that admits a single pipe.
#[derive(Debug, Default)]
pub(super) struct Pair {
    dialogue: Dealer,
    attached: usize,
}

impl Pattern for Pair {
    fn admits(&self) -> bool {
        self.attached == 0
    }

    fn attach(&mut self, pipe: PipeId) {
        self.attached += 1;
        self.dialogue.attach(pipe);
    }

    fn hang_up(&mut self, pipe: PipeId) {
        self.attached = self.attached.saturating_sub(1);
        self.dialogue.hang_up(pipe);
    }

    fn detach(&mut self, pipe: PipeId) {
        self.dialogue.detach(pipe);
    }

    fn readable(&mut self, pipe: PipeId) {
        self.dialogue.readable(pipe);
    }

    fn writable(&mut self, pipe: PipeId) {
        self.dialogue.writable(pipe);
    }

    #[inline]
    fn send(
        &mut self,
        pipes: &mut Pipes,
        parts: &[Part<'_>],
        octets: usize,
    ) -> Result<Routed, NotSent> {
        self.dialogue.send(pipes, parts, octets)
    }

    fn only_outbound(&self) -> Option<PipeId> {
        self.dialogue.only_outbound()
    }

    fn has_only_inbound(&self) -> bool {
        self.dialogue.has_only_inbound()
    }

    fn has_room(&mut self, pipes: &mut Pipes) -> bool {
        self.dialogue.has_room(pipes)
    }

    #[inline]
    fn next(&mut self, pipes: &mut Pipes) -> Option<PipeId> {
        self.dialogue.next(pipes)
    }

    fn taken(&mut self) {
        self.dialogue.taken();
    }

    fn sends(&self) -> bool {
        true
    }

    fn receives(&self) -> bool {
        true
    }
}
