//! Giving to pipes in turn: strict round robin over those that have room.

use std::collections::VecDeque;

use super::{NotSent, Pipes, Routed};
use crate::pipe::{Given, Part, PipeEnd, PipeId, Refused};

/// The pipes that may have room, in the order of their turns.
///
/// A pipe that is full leaves the rotation and comes back at its end, once it has announced room.
#[derive(Debug, Default)]
pub(super) struct LoadBalancer {
    active: VecDeque<PipeId>,
    /// All pipes, full ones too: none means that there is no peer.
    attached: usize,
}

impl LoadBalancer {
    pub(super) fn attach(&mut self, pipe: PipeId) {
        self.attached += 1;
        self.active.push_back(pipe);
    }

    /// Called once a pipe.
    pub(super) fn detach(&mut self, pipe: PipeId) {
        self.attached = self.attached.saturating_sub(1);
        self.active.retain(|&other| other != pipe);
    }

    pub(super) fn activate(&mut self, pipe: PipeId) {
        if !self.active.contains(&pipe) {
            self.active.push_back(pipe);
        }
    }

    /// Whether some pipe has room. Those in front of it that have none leave the rotation, as they would
    /// when a message is given to them.
    pub(super) fn has_room(&mut self, pipes: &mut Pipes) -> bool {
        while let Some(&id) = self.active.front() {
            if pipes.get(id).is_some_and(PipeEnd::has_room) {
                return true;
            }
            self.active.pop_front();
        }
        false
    }

    /// Whether a message of `octets` wire octets finds room now. Pipes that are full leave the rotation.
    pub(super) fn finds_room(&mut self, pipes: &Pipes, octets: usize) -> bool {
        while let Some(&id) = self.active.front() {
            if pipes.get(id).is_some_and(|end| end.outbound.admits(octets)) {
                return true;
            }
            self.active.pop_front();
        }
        false
    }

    /// The pipe in turn, if it is the only one.
    pub(super) fn only(&self) -> Option<PipeId> {
        if self.active.len() == 1 { self.active.front().copied() } else { None }
    }

    /// Gives a whole message to the pipe whose turn it is.
    #[inline]
    pub(super) fn send(
        &mut self,
        pipes: &mut Pipes,
        parts: &[Part<'_>],
        octets: usize,
    ) -> Result<Routed, NotSent> {
        while let Some(&id) = self.active.front() {
            let Some(end) = pipes.get_mut(id) else {
                self.active.pop_front();
                continue;
            };
            match end.push(parts, octets) {
                Ok(given) => {
                    if self.active.len() > 1 {
                        self.active.rotate_left(1);
                    }
                    return Ok(Routed::To { pipe: id, wake: given == Given::Wake });
                }
                Err(Refused::Full | Refused::Closed) => {
                    self.active.pop_front();
                }
            }
        }
        Err(if self.attached == 0 { NotSent::NoPeer } else { NotSent::Full })
    }
}
