//! A radix trie from prefixes of octets to values.
//!
//! An edge carries as many octets as have no branch in between, so a node other than the root either has a
//! value or joins two children. Nodes lie in an arena and name each other by id; nothing recurses, whatever
//! length topics have and however they nest. A step down costs one look at the children and one comparison.

use std::ops::ControlFlow;

use super::arena::{Arena, NodeId};
use super::children::Children;
use super::label::Label;

#[derive(Debug)]
pub(crate) struct Trie<T> {
    nodes: Arena<Node<T>>,
    /// The node of the empty prefix; always there.
    root: NodeId,
    /// Nodes that have a value.
    len: usize,
}

/// Laid out to touch one line of the processor's cache: with most values it has 64 octets.
#[derive(Debug)]
#[repr(align(64))]
struct Node<T> {
    label: Label,
    /// Absent at the root alone.
    parent: Option<NodeId>,
    children: Children,
    value: Option<T>,
}

/// What [`Trie::entry`] found or made.
#[derive(Debug)]
pub(crate) struct Entry<'trie, T> {
    /// Holds until the value is removed.
    pub(crate) id: NodeId,
    pub(crate) value: &'trie mut T,
    pub(crate) is_new: bool,
}

impl<T> Default for Trie<T> {
    fn default() -> Self {
        let mut nodes = Arena::new();
        let root = nodes.insert(Node {
            label: Label::EMPTY,
            parent: None,
            children: Children::None,
            value: None,
        });
        Self { nodes, root, len: 0 }
    }
}

impl<T> Trie<T> {
    /// How many prefixes have a value.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The value of a prefix, made if there is none.
    ///
    /// Costs the length of the prefix.
    ///
    /// # Panics
    ///
    /// If the prefix has 4 GiB or more.
    pub(crate) fn entry(&mut self, prefix: &[u8], make: impl FnOnce() -> T) -> Entry<'_, T> {
        let id = self.node_of(prefix);
        let node = self.nodes.get_mut(id).expect(LINKED);
        let is_new = node.value.is_none();
        self.len += usize::from(is_new);
        Entry { id, value: node.value.get_or_insert_with(make), is_new }
    }

    /// The node that has a value for exactly this prefix.
    pub(crate) fn find(&self, prefix: &[u8]) -> Option<NodeId> {
        let (id, rest) = self.descend(prefix);
        (rest.is_empty() && self.node(id).value.is_some()).then_some(id)
    }

    /// The value of a node, unless it was removed.
    pub(crate) fn get_mut(&mut self, id: NodeId) -> Option<&mut T> {
        self.nodes.get_mut(id)?.value.as_mut()
    }

    /// Removes the value of a node; costs no walk from the root.
    pub(crate) fn remove(&mut self, id: NodeId) -> Option<T> {
        let value = self.nodes.get_mut(id)?.value.take()?;
        self.len -= 1;
        self.prune(id);
        Some(value)
    }

    /// Shows the values of all prefixes of `octets`, from the shortest to the longest, until told to stop.
    #[inline]
    pub(crate) fn visit(&self, octets: &[u8], mut show: impl FnMut(&T) -> ControlFlow<()>) {
        let mut node = self.node(self.root);
        let mut rest = octets;
        loop {
            if let Some(value) = &node.value
                && show(value).is_break()
            {
                return;
            }
            let Some((id, below)) = self.step(node, rest) else { return };
            node = self.node(id);
            rest = below;
        }
    }

    /// The prefix of a node, which must be there.
    ///
    /// Costs its length.
    pub(crate) fn prefix(&self, id: NodeId) -> Vec<u8> {
        let mut node = self.node(id);
        let mut reversed = Vec::new();
        loop {
            match (&node.label, node.parent) {
                (Label::Long { prefix, .. }, _) => {
                    let mut whole = Vec::with_capacity(prefix.len() + reversed.len());
                    whole.extend_from_slice(prefix);
                    whole.extend(reversed.into_iter().rev());
                    return whole;
                }
                (Label::Short { .. }, Some(parent)) => {
                    reversed.extend(node.label.octets().iter().rev());
                    node = self.node(parent);
                }
                (Label::Short { .. }, None) => {
                    reversed.reverse();
                    return reversed;
                }
            }
        }
    }

    /// All prefixes with their values, in lexicographic order.
    pub(crate) fn iter(&self) -> Iter<'_, T> {
        Iter { trie: self, pending: vec![(self.root, 0)], prefix: Vec::new() }
    }

    #[inline]
    fn node(&self, id: NodeId) -> &Node<T> {
        self.nodes.get(id).expect(LINKED)
    }

    /// The child whose label is next, and what is left after it.
    #[inline]
    fn step<'rest>(&self, node: &Node<T>, rest: &'rest [u8]) -> Option<(NodeId, &'rest [u8])> {
        let (first, below) = rest.split_first()?;
        let id = node.children.find(*first)?;
        match self.node(id).label.octets() {
            [_] => Some((id, below)),
            label => Some((id, rest.strip_prefix(label)?)),
        }
    }

    /// Walks as far down as whole labels match. Returns the node, and what is left after it.
    fn descend<'prefix>(&self, prefix: &'prefix [u8]) -> (NodeId, &'prefix [u8]) {
        let (mut id, mut rest) = (self.root, prefix);
        while let Some((child, below)) = self.step(self.node(id), rest) {
            (id, rest) = (child, below);
        }
        (id, rest)
    }

    /// The node of a prefix, made if there is none.
    fn node_of(&mut self, prefix: &[u8]) -> NodeId {
        let (mut id, mut rest) = self.descend(prefix);
        if let Some(child) = rest.first().and_then(|first| self.node(id).children.find(*first)) {
            let label = self.node(child).label.octets();
            let shared = label.iter().zip(rest).take_while(|(one, other)| one == other).count();
            let above = prefix.len() - rest.len();
            let (upper, lower) = prefix.split_at(above + shared);
            id = self.split(id, child, Label::new(upper, above), shared);
            rest = lower;
        }
        match rest.first() {
            Some(first) => self.add_leaf(id, *first, Label::new(prefix, prefix.len() - rest.len())),
            None => id,
        }
    }

    fn add_leaf(&mut self, parent: NodeId, first: u8, label: Label) -> NodeId {
        let leaf = Node { label, parent: Some(parent), children: Children::None, value: None };
        let id = self.nodes.insert(leaf);
        self.nodes.get_mut(parent).expect(LINKED).children.put(first, id);
        id
    }

    /// Puts a node between a node and its child, which keeps its id and loses `shared` octets of its label.
    fn split(&mut self, parent: NodeId, child: NodeId, label: Label, shared: usize) -> NodeId {
        let first = label.octets().first().copied().expect("an edge has octets");
        let id = self.add_leaf(parent, first, label);
        let lower = self.nodes.get_mut(child).expect(LINKED);
        lower.label.cut_front(shared);
        lower.parent = Some(id);
        let next = lower.label.octets().first().copied().expect("an edge has octets");
        self.nodes.get_mut(id).expect(LINKED).children.put(next, child);
        id
    }

    /// Removes a node that has lost its value, if it is not needed, and its parent, if that is not either.
    fn prune(&mut self, id: NodeId) {
        let node = self.node(id);
        let Some(parent) = node.parent else { return };
        match node.children.len() {
            0 => {
                let first = node.label.octets().first().copied().expect("an edge has octets");
                self.nodes.remove(id);
                let upper = self.nodes.get_mut(parent).expect(LINKED);
                upper.children.remove(first);
                if upper.value.is_none() {
                    self.bridge(parent);
                }
            }
            1 => self.bridge(id),
            _ => {}
        }
    }

    /// Removes a node that has no value and one child, which keeps its id and takes the octets of both.
    fn bridge(&mut self, id: NodeId) {
        let node = self.node(id);
        let (Some(parent), Some(child)) = (node.parent, node.children.only()) else { return };
        let first = node.label.octets().first().copied().expect("an edge has octets");
        let lower = self.nodes.get_mut(child).expect(LINKED);
        let mut label = std::mem::replace(&mut lower.label, Label::EMPTY);
        if let Err(len) = label.join_front(&self.node(id).label) {
            let mut prefix = self.prefix(id);
            prefix.extend_from_slice(label.octets());
            label = Label::new(&prefix, prefix.len() - len);
        }
        self.nodes.remove(id);
        let lower = self.nodes.get_mut(child).expect(LINKED);
        lower.label = label;
        lower.parent = Some(parent);
        self.nodes.get_mut(parent).expect(LINKED).children.put(first, child);
    }
}

/// Walks a trie from left to right; see [`Trie::iter`].
#[derive(Debug)]
pub(crate) struct Iter<'trie, T> {
    trie: &'trie Trie<T>,
    /// Nodes to come, each with the length of its parent's prefix; the next is the last.
    pending: Vec<(NodeId, usize)>,
    /// The prefix of the node before.
    prefix: Vec<u8>,
}

impl<'trie, T> Iterator for Iter<'trie, T> {
    type Item = (Vec<u8>, &'trie T);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((id, above)) = self.pending.pop() {
            let node = self.trie.node(id);
            self.prefix.truncate(above);
            self.prefix.extend_from_slice(node.label.octets());
            let below = self.prefix.len();
            self.pending.extend(node.children.iter().rev().map(|child| (child, below)));
            if let Some(value) = &node.value {
                return Some((self.prefix.clone(), value));
            }
        }
        None
    }
}

/// Why an id that another node holds is good.
const LINKED: &str = "a node that another names is there";

#[cfg(test)]
impl<T> Trie<T> {
    /// Nodes, slots, and slots that memory is held for, once all links were found to be in order.
    pub(super) fn extent(&self) -> (usize, usize, usize) {
        let mut pending = vec![(self.root, None, Vec::new())];
        let (mut nodes, mut values) = (0, 0);
        while let Some((id, parent, mut prefix)) = pending.pop() {
            let node = self.node(id);
            nodes += 1;
            values += usize::from(node.value.is_some());
            prefix.extend_from_slice(node.label.octets());
            assert_eq!(node.parent, parent);
            assert_eq!(parent.is_none(), node.label.octets().is_empty());
            assert!(parent.is_none() || node.value.is_some() || node.children.len() > 1);
            assert!(node.label.is_sound(&prefix), "a long label has its node's prefix");
            assert_eq!(node.children.iter().count(), node.children.len());
            for child in node.children.iter() {
                let first = self.node(child).label.octets()[0];
                assert_eq!(node.children.find(first), Some(child));
                pending.push((child, Some(id), prefix.clone()));
            }
        }
        assert_eq!(values, self.len);
        assert_eq!(nodes, self.nodes.extent().0, "every node hangs on the root");
        self.nodes.extent()
    }
}
