//! What a queue does not keep: messages that find no room, and those that a newer one replaces.

use std::collections::VecDeque;

use super::queue::Queue;
use super::segment::Segment;

/// How many messages a queue has dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Discards {
    /// They found no room, or made room for others.
    pub(crate) overflowed: u64,
    /// A newer one took their place, where only the newest is kept.
    pub(crate) replaced: u64,
    /// How many of those without room were told of.
    told: u64,
}

impl Queue {
    /// Counts a message that its writer drops, because it did not fit.
    pub(crate) fn count_dropped(&self) {
        self.state.lock().backlog.discards.overflowed += 1;
    }

    /// Replaces a message that was taken but not used, of so many wire octets, if a newer one is there.
    pub(crate) fn supersede(&self, taken: &mut VecDeque<Segment>, octets: usize) {
        let mut state = self.state.lock();
        if let Some(newer) = state.backlog.batch.pop_front() {
            state.backlog.tally.subtract(1, octets);
            state.backlog.discards.replaced += 1;
            taken.clear();
            taken.push_back(newer);
        }
    }

    /// What was dropped so far.
    pub(crate) fn discards(&self) -> Discards {
        self.state.lock().backlog.discards
    }

    /// Whether messages found no room since [`Self::take_untold`].
    pub(crate) fn has_untold(&self) -> bool {
        self.discards().untold() > 0
    }

    /// How many messages found no room since the last call.
    pub(crate) fn take_untold(&self) -> u64 {
        let discards = &mut self.state.lock().backlog.discards;
        let untold = discards.untold();
        discards.told = discards.overflowed;
        untold
    }
}

impl Discards {
    fn untold(self) -> u64 {
        self.overflowed - self.told
    }

    #[cfg(test)]
    pub(crate) fn total(self) -> u64 {
        self.overflowed + self.replaced
    }
}
