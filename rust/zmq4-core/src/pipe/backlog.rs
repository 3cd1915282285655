//! What a queue holds, and what counts against its marks.

use std::collections::VecDeque;
use std::sync::Arc;

use super::discards::Discards;
use super::marks::Marks;
use super::segment::{Part, SEGMENT_OCTETS, Segment};
use super::spares::Spares;
use crate::peer::Peer;

/// What happens to a message that does not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Overflow {
    /// The writer is told, and waits or goes elsewhere.
    #[default]
    Refuse,
    /// The oldest message still queued makes room.
    DropOldest,
    /// Only the newest message is kept.
    Conflate,
}

/// A number of messages and of their octets on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) messages: usize,
    pub(crate) octets: usize,
}

impl Tally {
    #[inline]
    pub(crate) fn add(&mut self, messages: usize, octets: usize) {
        self.messages += messages;
        self.octets += octets;
    }

    #[inline]
    pub(crate) fn subtract(&mut self, messages: usize, octets: usize) {
        self.messages = self.messages.saturating_sub(messages);
        self.octets = self.octets.saturating_sub(octets);
    }

    /// The lesser of each.
    #[inline]
    pub(crate) fn least(self, other: Self) -> Self {
        Self { messages: self.messages.min(other.messages), octets: self.octets.min(other.octets) }
    }

    pub(crate) fn less(mut self, other: Self) -> Self {
        self.subtract(other.messages, other.octets);
        self
    }
}

/// The segments of a queue.
#[derive(Debug)]
pub(super) struct Backlog {
    pub(super) batch: VecDeque<Segment>,
    /// Segments that the reader emptied, kept for their memory.
    pub(super) spares: Spares,
    /// What counts: queued, and taken but not yet acknowledged.
    pub(super) tally: Tally,
    pub(super) marks: Marks,
    pub(super) overflow: Overflow,
    /// Messages that were not kept.
    pub(super) discards: Discards,
}

impl Backlog {
    pub(super) fn new(marks: Marks, overflow: Overflow) -> Self {
        Self {
            batch: VecDeque::new(),
            spares: Spares::default(),
            tally: Tally::default(),
            marks,
            overflow,
            discards: Discards::default(),
        }
    }

    /// Changes what happens to a message that does not fit.
    pub(super) fn set_overflow(&mut self, overflow: Overflow) {
        self.overflow = overflow;
        while self.overflow == Overflow::Conflate && self.queued() > 1 && self.drop_oldest() {
            self.discards.replaced += 1;
        }
    }

    fn queued(&self) -> usize {
        self.batch.iter().map(|segment| segment.messages).sum()
    }

    #[inline]
    pub(super) fn admits(&self, octets: usize) -> bool {
        self.marks.admits(self.tally.messages, self.tally.octets, octets)
    }

    /// Encodes a message behind the others; false if it does not fit and nothing may be dropped for it.
    #[inline]
    pub(super) fn append(&mut self, parts: &[Part<'_>], octets: usize) -> bool {
        if (!self.admits(octets) || self.overflow == Overflow::Conflate) && !self.make_room(octets)
        {
            return false;
        }
        self.segment_for(octets, None).append(parts, octets);
        self.tally.add(1, octets);
        true
    }

    /// Appends whole messages that were read from a link.
    pub(super) fn append_segment(&mut self, segment: Segment) {
        self.make_way();
        self.tally.add(segment.messages, segment.octets);
        match self.batch.back_mut() {
            Some(last) if last.takes(segment.octets, segment.peer.as_ref()) => last.absorb(segment),
            Some(_) | None => self.batch.push_back(segment),
        }
        self.keep_newest();
    }

    /// Appends whole messages given as contiguous wire octets.
    pub(super) fn append_octets(&mut self, octets: &[u8], messages: usize, peer: &Arc<Peer>) {
        self.make_way();
        let segment = self.segment_for(octets.len(), Some(peer));
        segment.bytes.extend_from_slice(octets);
        segment.messages += messages;
        segment.octets += octets.len();
        self.tally.add(messages, octets.len());
        self.keep_newest();
    }

    #[inline]
    pub(super) fn segment_for(&mut self, octets: usize, peer: Option<&Arc<Peer>>) -> &mut Segment {
        if !self.batch.back().is_some_and(|last| last.takes(octets, peer)) {
            // Whoever fills one segment will fill the next: it need not grow step by step.
            let capacity = if self.batch.is_empty() { 0 } else { SEGMENT_OCTETS };
            let mut segment = self.spares.take(capacity);
            segment.peer = peer.cloned();
            self.batch.push_back(segment);
        }
        self.batch.back_mut().expect("a segment was just made sure of")
    }

    /// Makes room for a message of `octets`, as far as the overflow rule allows it. What the reader has
    /// taken already cannot be dropped any more: beside it one message is let in all the same.
    fn make_room(&mut self, octets: usize) -> bool {
        match self.overflow {
            Overflow::Refuse => return false,
            Overflow::DropOldest => {
                while !self.admits(octets) && self.drop_oldest() {
                    self.discards.overflowed += 1;
                }
            }
            Overflow::Conflate => self.clear(),
        }
        true
    }

    fn drop_oldest(&mut self) -> bool {
        let Some(front) = self.batch.front_mut() else { return false };
        let octets = front.drop_front();
        if front.is_empty() {
            self.spares.keep(self.batch.pop_front());
        }
        self.tally.subtract(1, octets);
        true
    }

    /// Drops everything that is queued, and counts it.
    fn clear(&mut self) {
        while let Some(segment) = self.batch.pop_front() {
            self.tally.subtract(segment.messages, segment.octets);
            self.discards.replaced += u64::try_from(segment.messages).unwrap_or(u64::MAX);
            self.spares.keep(Some(segment));
        }
    }

    /// Gives up all that counts: what is queued, which it returns, and what was taken. Says how many messages
    /// that were.
    pub(super) fn forget(&mut self) -> (usize, VecDeque<Segment>) {
        (std::mem::take(&mut self.tally).messages, std::mem::take(&mut self.batch))
    }

    /// Makes way for a batch that replaces what is queued.
    fn make_way(&mut self) {
        if self.overflow == Overflow::Conflate {
            self.clear();
        }
    }

    /// Drops all but the newest message of a batch that came in whole.
    fn keep_newest(&mut self) {
        let Some(last) = self.batch.back_mut() else { return };
        while self.overflow == Overflow::Conflate && last.messages > 1 {
            let octets = last.drop_front();
            self.tally.subtract(1, octets);
            self.discards.replaced += 1;
        }
    }

    /// Hands all segments to the reader; false if there are none.
    #[inline]
    pub(super) fn hand_over(&mut self, into: &mut VecDeque<Segment>) -> bool {
        if self.batch.is_empty() {
            return false;
        }
        if into.is_empty() {
            std::mem::swap(into, &mut self.batch);
        } else {
            into.append(&mut self.batch);
        }
        true
    }

    /// Hands over no more than one segment, of at most `octets` unless its first message is larger.
    pub(super) fn hand_over_little(&mut self, into: &mut VecDeque<Segment>, octets: usize) -> bool {
        let Some(front) = self.batch.front_mut() else { return false };
        if front.octets <= octets || front.messages == 1 {
            into.extend(self.batch.pop_front());
        } else {
            into.push_back(front.split_front(octets));
            if front.is_empty() {
                self.batch.pop_front();
            }
        }
        true
    }

    /// Gives back the memory that a burst left behind, if nothing is queued.
    pub(super) fn trim(&mut self) {
        if self.batch.is_empty() {
            self.spares = Spares::default();
            self.batch = VecDeque::new();
        }
    }
}
