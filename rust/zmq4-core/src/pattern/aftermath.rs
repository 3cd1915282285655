//! What a call under the socket's lock leaves to be done after unlocking: wakes, and word of losses.

use std::sync::Arc;

use crate::pipe::{PipeId, Queue};
use crate::wait::Inbox;

/// Wakes that are owed. Nobody is woken under a lock.
#[derive(Debug, Default)]
pub(crate) struct Aftermath {
    /// Queues that have room again.
    pub(super) writers: Vec<Arc<Queue>>,
    /// Queues that have something to take.
    pub(super) readers: Vec<Arc<Queue>>,
    /// Pipes that a waiting receiver is to look at.
    pub(super) readable: Vec<PipeId>,
    /// Messages were lost, the first since losses were told of.
    pub(crate) has_losses: bool,
}

impl Aftermath {
    /// Does it. Called without locks.
    pub(crate) fn run(self, inbox: &Inbox) {
        for queue in self.writers {
            queue.wake_writer();
        }
        for queue in self.readers {
            queue.wake_reader();
        }
        for pipe in self.readable {
            inbox.readable(pipe);
        }
    }
}
