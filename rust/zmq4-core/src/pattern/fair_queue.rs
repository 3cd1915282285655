//! Taking from pipes in turn: one whole message a turn, whatever its size.

use std::collections::VecDeque;

use super::Pipes;
use crate::pipe::{PipeEnd, PipeId, Refill};

/// The pipes that may have something to take, in the order of their turns.
///
/// Pipes join at the end, when they are attached and when they turn readable again.
#[derive(Debug, Default)]
pub(super) struct FairQueue {
    active: VecDeque<PipeId>,
}

impl FairQueue {
    pub(super) fn activate(&mut self, pipe: PipeId) {
        if !self.active.contains(&pipe) {
            self.active.push_back(pipe);
        }
    }

    pub(super) fn remove(&mut self, pipe: PipeId) {
        self.active.retain(|&other| other != pipe);
    }

    /// The pipe whose turn it is, with a message in its local batch. Pipes found empty leave the turn;
    /// they announce themselves again.
    #[inline]
    pub(super) fn next(&mut self, pipes: &mut Pipes) -> Option<PipeId> {
        while let Some(&id) = self.active.front() {
            match pipes.get_mut(id).map(PipeEnd::fill) {
                Some(Refill::Some) => return Some(id),
                Some(Refill::Empty) => pipes.settle(id),
                Some(Refill::Ended) => pipes.retire(id),
                None => {}
            }
            self.active.pop_front();
        }
        None
    }

    /// Whether no other pipe waits for its turn.
    pub(super) fn has_only_one(&self) -> bool {
        self.active.len() == 1
    }

    /// The pipe in turn gave its message: the next one is in turn.
    #[inline]
    pub(super) fn taken(&mut self) {
        if self.active.len() > 1 {
            self.active.rotate_left(1);
        }
    }
}
