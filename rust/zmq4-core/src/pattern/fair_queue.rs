//! Taking from pipes in turn: one whole message a turn, whatever its size.

use std::collections::VecDeque;

use super::Pipes;
use super::pipes::PipeSet;
use crate::pipe::{PipeEnd, PipeId, Refill};

/// The pipes that may have something to take, in the order of their turns.
///
/// Pipes join at the end, when they are attached and when they turn readable again.
#[derive(Debug, Default)]
pub(super) struct FairQueue {
    active: VecDeque<PipeId>,
    /// Which pipes are in the line: thousands of them must not be searched one by one.
    members: PipeSet,
}

impl FairQueue {
    pub(super) fn activate(&mut self, pipe: PipeId) {
        if self.members.insert(pipe) {
            self.active.push_back(pipe);
        }
    }

    pub(super) fn remove(&mut self, pipe: PipeId) {
        if self.members.remove(pipe) {
            self.active.retain(|&other| other != pipe);
        }
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
            self.members.remove(id);
        }
        None
    }

    /// The next pipe whose first message `is_wanted`. Messages that nobody wants are dropped on the way,
    /// at most [`LOOKS`] in one call: whoever waits is then woken to look on.
    pub(super) fn next_wanted(
        &mut self,
        pipes: &mut Pipes,
        mut is_wanted: impl FnMut(PipeId, &mut PipeEnd) -> bool,
    ) -> Option<PipeId> {
        for _ in 0..LOOKS {
            let id = self.next(pipes)?;
            let end = pipes.get_mut(id)?;
            if is_wanted(id, end) {
                return Some(id);
            }
            pipes.drop_front(id);
            self.taken();
        }
        pipes.announce(*self.active.front()?);
        None
    }

    /// A pipe that may have something to take.
    pub(super) fn any(&self) -> Option<PipeId> {
        self.active.front().copied()
    }

    /// Drops everything that has come in so far.
    pub(super) fn discard(&mut self, pipes: &mut Pipes) {
        for &id in &self.active {
            pipes.discard(id);
        }
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

/// How many unwanted messages one call drops.
const LOOKS: usize = 1000;
