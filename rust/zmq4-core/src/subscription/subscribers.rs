//! The pipes that hold subscriptions, each in a slot with the list of its topics.

use std::collections::HashMap;

use super::arena::{NodeId, shrink};
use super::holders::Holder;
use crate::pipe::PipeId;

/// Slots of subscribers. A pipe has one as long as it holds a subscription.
#[derive(Debug, Default)]
pub(super) struct Subscribers {
    /// What is looked at for every message, kept apart from what is not.
    marks: Vec<Mark>,
    lists: Vec<List>,
    slots: HashMap<PipeId, u32>,
    vacant: Vec<u32>,
    /// The number of the present round; see [`Self::begin_round`].
    round: u64,
}

#[derive(Debug)]
struct Mark {
    pipe: PipeId,
    /// The last round in which the pipe was found.
    round: u64,
}

/// The topics of a pipe in the order of its subscriptions.
#[derive(Debug, Default)]
pub(super) struct List {
    /// Topics, and gaps where one was cancelled: less than half, or few.
    places: Vec<Option<NodeId>>,
    gaps: usize,
    /// What the subscriptions count against the socket's limit.
    pub(super) octets: usize,
}

impl Subscribers {
    /// How many pipes hold a subscription.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn find(&self, pipe: PipeId) -> Option<u32> {
        self.slots.get(&pipe).copied()
    }

    /// How many subscriptions a pipe holds.
    pub(super) fn subscriptions_of(&self, pipe: PipeId) -> usize {
        self.find(pipe).and_then(|slot| self.lists.get(index(slot))).map_or(0, List::len)
    }

    pub(super) fn find_or_add(&mut self, pipe: PipeId) -> u32 {
        if let Some(slot) = self.find(pipe) {
            return slot;
        }
        let mark = Mark { pipe, round: 0 };
        let slot = if let Some(slot) = self.vacant.pop() {
            if let Some(place) = self.marks.get_mut(index(slot)) {
                *place = mark;
            }
            slot
        } else {
            self.marks.push(mark);
            self.lists.push(List::default());
            u32::try_from(self.marks.len() - 1).expect("so many pipes do not fit into memory")
        };
        self.slots.insert(pipe, slot);
        slot
    }

    /// Frees the slot of a pipe. Returns its list.
    pub(super) fn remove(&mut self, pipe: PipeId) -> Option<(u32, List)> {
        let slot = self.slots.remove(&pipe)?;
        self.vacant.push(slot);
        let list = std::mem::take(self.lists.get_mut(index(slot))?);
        if self.slots.is_empty() {
            *self = Self { round: self.round, ..Self::default() };
        }
        Some((slot, list))
    }

    pub(super) fn list_mut(&mut self, slot: u32) -> Option<&mut List> {
        self.lists.get_mut(index(slot))
    }

    /// Begins to look for subscribers: nobody was found yet.
    #[inline]
    pub(super) fn begin_round(&mut self) {
        self.round += 1;
    }

    /// Notes that a holder was found. Returns its pipe if that is the first time in this round.
    #[inline]
    pub(super) fn mark(&mut self, holder: Holder) -> Option<PipeId> {
        let mark = self.marks.get_mut(index(holder.slot))?;
        let is_first = mark.round != self.round;
        mark.round = self.round;
        is_first.then_some(mark.pipe)
    }
}

impl List {
    pub(super) fn len(&self) -> usize {
        self.places.len() - self.gaps
    }

    /// Where the next topic will stand.
    pub(super) fn next_place(&self) -> u32 {
        u32::try_from(self.places.len()).expect("so many topics do not fit into memory")
    }

    pub(super) fn push(&mut self, topic: NodeId) {
        self.places.push(Some(topic));
    }

    /// Takes a topic out. Tells `moved` the topics that have a new place, if there are many gaps: a few for
    /// each that was taken out.
    pub(super) fn remove(&mut self, place: u32, mut moved: impl FnMut(NodeId, u32)) {
        if let Some(place) = self.places.get_mut(index(place)) {
            self.gaps += usize::from(place.take().is_some());
        }
        if self.gaps > FEW && self.gaps > self.places.len() / 2 {
            self.places.retain(Option::is_some);
            self.gaps = 0;
            shrink(&mut self.places);
            for (topic, place) in self.places.iter().flatten().zip(0..) {
                moved(*topic, place);
            }
        }
    }

    /// The topics in the order of subscription.
    pub(super) fn topics(&self) -> impl Iterator<Item = NodeId> {
        self.places.iter().copied().flatten()
    }
}

/// So many gaps are no reason to close them.
const FEW: usize = 4;

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
