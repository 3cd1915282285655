//! Slots for the nodes of a trie, whose ids hold until their node is removed.

use std::num::NonZeroU32;

/// Names a node within its trie. The id of a removed node may come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(NonZeroU32);

impl NodeId {
    fn of(index: usize) -> Self {
        let number = u32::try_from(index).ok().and_then(|index| NonZeroU32::MIN.checked_add(index));
        Self(number.expect("so many nodes do not fit into memory"))
    }

    fn index(self) -> usize {
        usize::try_from(self.0.get() - 1).expect("made of an index")
    }
}

/// Nodes by id. Vacant slots are filled first; those at the end are given back.
#[derive(Debug)]
pub(super) struct Arena<N> {
    slots: Vec<Option<N>>,
    /// Vacant slots, and names of slots that were given back: those are skipped when they turn up. All are
    /// used up before the arena grows, so no slot is named twice.
    vacant: Vec<NodeId>,
    occupied: usize,
}

impl<N> Arena<N> {
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new(), vacant: Vec::new(), occupied: 0 }
    }

    pub(super) fn insert(&mut self, node: N) -> NodeId {
        self.occupied += 1;
        while let Some(id) = self.vacant.pop() {
            if let Some(slot @ None) = self.slots.get_mut(id.index()) {
                *slot = Some(node);
                return id;
            }
        }
        self.slots.push(Some(node));
        NodeId::of(self.slots.len() - 1)
    }

    pub(super) fn remove(&mut self, id: NodeId) {
        let Some(slot @ Some(_)) = self.slots.get_mut(id.index()) else { return };
        *slot = None;
        self.occupied -= 1;
        self.vacant.push(id);
        while let Some(None) = self.slots.last() {
            self.slots.pop();
        }
        if self.slots.len() == self.occupied {
            self.vacant.clear();
        }
        shrink(&mut self.slots);
        shrink(&mut self.vacant);
    }

    #[inline]
    pub(super) fn get(&self, id: NodeId) -> Option<&N> {
        self.slots.get(id.index())?.as_ref()
    }

    #[inline]
    pub(super) fn get_mut(&mut self, id: NodeId) -> Option<&mut N> {
        self.slots.get_mut(id.index())?.as_mut()
    }

    /// Nodes, slots, and slots that memory is held for.
    #[cfg(test)]
    pub(super) fn extent(&self) -> (usize, usize, usize) {
        (self.occupied, self.slots.len(), self.slots.capacity())
    }
}

/// Gives back memory of which less than a quarter is used.
pub(super) fn shrink<E>(vec: &mut Vec<E>) {
    if vec.capacity() > SMALL && vec.len() < vec.capacity() / 4 {
        vec.shrink_to(vec.len() * 2);
    }
}

/// So many elements are not worth giving back.
const SMALL: usize = 16;
