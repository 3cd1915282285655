//! The pipes of a socket, by id.

use std::sync::Arc;

use super::aftermath::Aftermath;
use crate::pipe::{Given, Overflow, PipeEnd, PipeId, Refill};

/// Slots of pipes. An id names a slot and its generation, so that the id of a pipe that is gone never
/// means another.
#[derive(Debug, Default)]
pub(crate) struct Pipes {
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// Pipes whose peer is gone and whose last message was taken: the socket removes them.
    retired: Vec<PipeId>,
    /// What is to be done once the socket is unlocked; as a rule nothing.
    aftermath: Option<Box<Aftermath>>,
    /// Messages were lost of which nobody was told.
    has_losses: bool,
    /// Where there is no room, the oldest messages make way.
    drops_oldest: bool,
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    end: Option<PipeEnd>,
}

fn split(id: PipeId) -> (usize, u32) {
    let slot = usize::try_from(id.0 & u64::from(u32::MAX)).unwrap_or(usize::MAX);
    (slot, u32::try_from(id.0 >> 32).unwrap_or(u32::MAX))
}

fn join(slot: u32, generation: u32) -> PipeId {
    PipeId(u64::from(generation) << 32 | u64::from(slot))
}

impl Pipes {
    /// Takes an id for a pipe that is yet to be made.
    pub(crate) fn reserve(&mut self) -> PipeId {
        if let Some(slot) = self.free.pop()
            && let Some(found) = usize::try_from(slot).ok().and_then(|at| self.slots.get(at))
        {
            return join(slot, found.generation);
        }
        self.slots.push(Slot { generation: 0, end: None });
        join(u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX), 0)
    }

    /// Puts a pipe under its reserved id.
    pub(crate) fn insert(&mut self, id: PipeId, end: PipeEnd) {
        let (at, generation) = split(id);
        if let Some(slot) = self.slots.get_mut(at).filter(|slot| slot.generation == generation) {
            slot.end = Some(end);
        }
    }

    /// Takes a pipe out; its id will not come again.
    pub(crate) fn remove(&mut self, id: PipeId) -> Option<PipeEnd> {
        let (at, generation) = split(id);
        let slot = self.slots.get_mut(at).filter(|slot| slot.generation == generation)?;
        let end = slot.end.take()?;
        self.release(id);
        Some(end)
    }

    /// Gives back an id under which there is no pipe, or none any more.
    pub(crate) fn release(&mut self, id: PipeId) {
        let (at, generation) = split(id);
        let slot = self.slots.get_mut(at).filter(|slot| slot.generation == generation);
        let Some(slot) = slot.filter(|slot| slot.end.is_none()) else { return };
        slot.generation = slot.generation.wrapping_add(1);
        self.free.extend(u32::try_from(at));
    }

    /// Notes that a pipe was found empty: its writer may have waited for what was acknowledged with it.
    pub(crate) fn settle(&mut self, id: PipeId) {
        let Some(end) = self.get_mut(id) else { return };
        if end.local.take_owed_wake() {
            let queue = Arc::clone(&end.inbound);
            self.aftermath().writers.push(queue);
        }
    }

    /// Drops the first message of a pipe's local batch.
    pub(super) fn drop_front(&mut self, id: PipeId) {
        let Some(end) = self.get_mut(id) else { return };
        let Some(extent) = end.front().map(|message| message.extent()) else { return };
        if end.local.pop(extent, &end.inbound) {
            let queue = Arc::clone(&end.inbound);
            self.aftermath().writers.push(queue);
        }
    }

    /// Drops what has come in through a pipe so far: its local batch, and what the queue holds.
    pub(super) fn discard(&mut self, id: PipeId) {
        for _ in 0..2 {
            if self.get_mut(id).is_none_or(|end| end.fill() != Refill::Some) {
                return;
            }
            while self.get(id).is_some_and(|end| end.front().is_some()) {
                self.drop_front(id);
            }
        }
    }

    /// Lets a waiting receiver look at a pipe again.
    pub(crate) fn announce(&mut self, id: PipeId) {
        self.aftermath().readable.push(id);
    }

    /// Counts a message that finds no room in a pipe and is dropped.
    pub(super) fn drop_for(&mut self, id: PipeId) {
        if let Some(end) = self.get(id) {
            end.outbound.count_dropped();
            self.lose();
        }
    }

    /// Notes that messages were lost: somebody is to tell of it, a while after the first of them.
    pub(crate) fn lose(&mut self) {
        if !std::mem::replace(&mut self.has_losses, true) {
            self.aftermath().has_losses = true;
        }
    }

    /// The losses so far are told of.
    pub(crate) fn settle_losses(&mut self) {
        self.has_losses = false;
    }

    /// Says what happens to messages that find no room: whether the oldest make room for them.
    pub(crate) fn set_overflow(&mut self, overflow: Overflow) {
        self.drops_oldest = overflow == Overflow::DropOldest;
    }

    /// Notes it if a message that was just given to a pipe has driven out others.
    #[inline]
    pub(crate) fn note_overflow(&mut self, id: PipeId) {
        if self.drops_oldest
            && !self.has_losses
            && self.get(id).is_some_and(|end| end.outbound.has_untold())
        {
            self.lose();
        }
    }

    /// Notes whom a message that went to many pipes has to wake.
    pub(super) fn given(&mut self, id: PipeId, given: Given) {
        self.note_overflow(id);
        if given == Given::Wake
            && let Some(queue) = self.get(id).map(|end| Arc::clone(&end.outbound))
        {
            self.aftermath().readers.push(queue);
        }
    }

    #[cold]
    fn aftermath(&mut self) -> &mut Aftermath {
        self.aftermath.get_or_insert_default()
    }

    /// What is to be done once the socket is unlocked.
    #[inline]
    pub(crate) fn take_aftermath(&mut self) -> Option<Box<Aftermath>> {
        self.aftermath.take()
    }

    /// How many slots there are.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.slots.len()
    }

    /// Notes that a pipe has ended and is empty.
    pub(crate) fn retire(&mut self, id: PipeId) {
        self.retired.push(id);
    }

    /// A pipe that is to be removed, if there is one.
    #[inline]
    pub(crate) fn next_retired(&mut self) -> Option<PipeId> {
        self.retired.pop()
    }

    #[inline]
    pub(crate) fn get(&self, id: PipeId) -> Option<&PipeEnd> {
        let (at, generation) = split(id);
        self.slots.get(at).filter(|slot| slot.generation == generation)?.end.as_ref()
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: PipeId) -> Option<&mut PipeEnd> {
        let (at, generation) = split(id);
        self.slots.get_mut(at).filter(|slot| slot.generation == generation)?.end.as_mut()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &PipeEnd> {
        self.slots.iter().filter_map(|slot| slot.end.as_ref())
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut PipeEnd> {
        self.slots.iter_mut().filter_map(|slot| slot.end.as_mut())
    }
}

/// A set of pipes, by slot: membership costs an index.
#[derive(Debug, Default)]
pub(super) struct PipeSet {
    members: Vec<Option<PipeId>>,
}

impl PipeSet {
    /// Whether the pipe was not there before.
    pub(super) fn insert(&mut self, id: PipeId) -> bool {
        let (at, _) = split(id);
        if at >= self.members.len() {
            self.members.resize(at + 1, None);
        }
        self.members.get_mut(at).is_some_and(|member| member.replace(id) != Some(id))
    }

    /// Whether the pipe was there.
    #[inline]
    pub(super) fn remove(&mut self, id: PipeId) -> bool {
        let (at, _) = split(id);
        self.members.get_mut(at).and_then(|member| member.take_if(|member| *member == id)).is_some()
    }
}
