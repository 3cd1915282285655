//! What a socket has taken from a queue and not yet handed to its user.

use std::collections::VecDeque;

use super::backlog::Tally;
use super::message::{Extent, MessageRef};
use super::party::Refill;
use super::queue::Queue;
use super::segment::Segment;
use super::spares::Spares;

/// The segments a socket has taken from one queue.
///
/// Messages are acknowledged to the writer in steps of half the mark, so that a writer that was blocked
/// goes on after exactly as many reads as in the field.
#[derive(Debug, Default)]
pub(crate) struct LocalBatch {
    pub(super) segments: VecDeque<Segment>,
    emptied: Spares,
    /// Popped and not acknowledged yet.
    owed: Tally,
    step: usize,
    step_octets: usize,
    /// What lies here is replaced when something newer comes.
    pub(super) is_conflating: bool,
    /// The queue's writer is to be woken once the socket is unlocked.
    owes_wake: bool,
}

impl LocalBatch {
    /// Sets the steps of acknowledgement from the queue's marks.
    pub(crate) fn follow(&mut self, queue: &Queue) {
        let marks = queue.marks();
        self.step = marks.low_water();
        self.step_octets = marks.low_water_octets();
        self.is_conflating = queue.is_conflating();
    }

    /// The next message, if one is here.
    #[allow(
        clippy::inline_always,
        reason = "a call here writes and reloads a large struct: a third of a receive"
    )]
    #[inline(always)]
    pub(crate) fn front(&self) -> Option<MessageRef<'_>> {
        self.segments.front()?.front()
    }

    /// Makes sure that the next message, if any, lies here.
    #[inline]
    pub(crate) fn fill(&mut self, queue: &Queue) -> Refill {
        if self.segments.front().is_none_or(Segment::is_empty) {
            return self.refill(queue);
        }
        if self.is_conflating
            && let Some(stale) = self.front().map(|message| message.wire_octets())
        {
            queue.supersede(&mut self.segments, stale);
        }
        Refill::Some
    }

    fn refill(&mut self, queue: &Queue) -> Refill {
        self.emptied.keep(self.segments.pop_front());
        let (emptied, owed) = (&mut self.emptied, &mut self.owed);
        let (refill, wake) = queue.take_or_settle(&mut self.segments, emptied, owed);
        self.owes_wake |= wake;
        refill
    }

    /// Whether the queue's writer is to be woken, asked once.
    pub(crate) fn take_owed_wake(&mut self) -> bool {
        std::mem::take(&mut self.owes_wake)
    }

    /// Drops the first message, which was measured as `extent`; says whether the queue's writer is to
    /// be woken.
    #[inline]
    pub(crate) fn pop(&mut self, extent: Extent, queue: &Queue) -> bool {
        let Some(segment) = self.segments.front_mut() else { return false };
        segment.advance(extent);
        self.took(Tally { messages: 1, octets: extent.octets }, queue)
    }

    /// Messages were taken off the first segment; says whether the queue's writer is to be woken.
    #[inline]
    pub(super) fn took(&mut self, run: Tally, queue: &Queue) -> bool {
        self.owed.add(run.messages, run.octets);
        if self.segments.len() > 1 && self.segments.front().is_some_and(Segment::is_empty) {
            self.emptied.keep(self.segments.pop_front());
        }
        if self.owed.messages < self.step && self.owed.octets < self.step_octets {
            return false;
        }
        self.acknowledge(queue)
    }

    /// How much may be taken before the writer is to be told.
    pub(super) fn until_acknowledgement(&self) -> Tally {
        Tally { messages: self.step, octets: self.step_octets }.less(self.owed)
    }

    fn acknowledge(&mut self, queue: &Queue) -> bool {
        let owed = std::mem::take(&mut self.owed);
        self.follow(queue);
        queue.acknowledge(owed.messages, owed.octets)
    }

    /// Octets of memory that are held.
    #[cfg(test)]
    pub(crate) fn memory(&self) -> usize {
        self.segments.iter().map(|segment| segment.bytes.capacity()).sum()
    }

    /// What was popped and not acknowledged yet.
    pub(crate) fn owed(&self) -> Tally {
        self.owed
    }
}
