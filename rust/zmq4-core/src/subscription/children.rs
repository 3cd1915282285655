//! The children of a node of a trie, by the first octet of their label.

use super::arena::NodeId;

/// From no child to 256, each size in the form that is fastest to look up for its memory.
#[derive(Debug, Default)]
pub(super) enum Children {
    #[default]
    None,
    One(u8, NodeId),
    Few(Box<Row<4>>),
    Several(Box<Row<16>>),
    Many(Box<Table>),
}

/// Children in the order of their octets.
#[derive(Debug)]
pub(super) struct Row<const N: usize> {
    len: usize,
    octets: [u8; N],
    /// As many as `len`, and no more.
    ids: [Option<NodeId>; N],
}

/// A place for every octet.
#[derive(Debug)]
pub(super) struct Table {
    len: usize,
    ids: [Option<NodeId>; 256],
}

impl Children {
    #[inline]
    pub(super) fn find(&self, octet: u8) -> Option<NodeId> {
        match self {
            Self::None => None,
            Self::One(own, id) => (*own == octet).then_some(*id),
            Self::Few(row) => row.find(octet),
            Self::Several(row) => row.find(octet),
            Self::Many(table) => *table.ids.get(usize::from(octet))?,
        }
    }

    /// Adds a child, or puts another in the place of the one that was there.
    pub(super) fn put(&mut self, octet: u8, id: NodeId) {
        let fits = match self {
            Self::None => {
                *self = Self::One(octet, id);
                true
            }
            Self::One(own, there) if *own == octet => {
                *there = id;
                true
            }
            Self::One(..) => false,
            Self::Few(row) => row.put(octet, id),
            Self::Several(row) => row.put(octet, id),
            Self::Many(table) => table.put(octet, id),
        };
        if !fits {
            self.reshape(self.len() + 1);
            self.put(octet, id);
        }
    }

    pub(super) fn remove(&mut self, octet: u8) {
        match self {
            Self::None => {}
            Self::One(own, _) => {
                if *own == octet {
                    *self = Self::None;
                }
            }
            Self::Few(row) => row.remove(octet),
            Self::Several(row) => row.remove(octet),
            Self::Many(table) => table.remove(octet),
        }
        // With some distance to the sizes at which they grow, lest one child that comes and goes copies all.
        let is_sparse = match self {
            Self::None | Self::One(..) => false,
            Self::Few(row) => row.len <= 1,
            Self::Several(row) => row.len <= 3,
            Self::Many(table) => table.len <= 12,
        };
        if is_sparse {
            self.reshape(self.len());
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(..) => 1,
            Self::Few(row) => row.len,
            Self::Several(row) => row.len,
            Self::Many(table) => table.len,
        }
    }

    /// The child that has no siblings.
    pub(super) fn only(&self) -> Option<NodeId> {
        match self {
            Self::One(_, id) => Some(*id),
            Self::None | Self::Few(_) | Self::Several(_) | Self::Many(_) => None,
        }
    }

    /// All children, in the order of their octets.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = NodeId> {
        let (one, ids): (_, &[Option<NodeId>]) = match self {
            Self::None => (None, &[]),
            Self::One(_, id) => (Some(*id), &[]),
            Self::Few(row) => (None, &row.ids),
            Self::Several(row) => (None, &row.ids),
            Self::Many(table) => (None, &table.ids),
        };
        one.into_iter().chain(ids.iter().copied().flatten())
    }

    /// Takes the form for so many children.
    fn reshape(&mut self, len: usize) {
        let old = std::mem::replace(
            self,
            match len {
                0 | 1 => Self::None,
                2..=4 => Self::Few(Box::new(Row::EMPTY)),
                5..=16 => Self::Several(Box::new(Row::EMPTY)),
                _ => Self::Many(Box::new(Table { len: 0, ids: [None; 256] })),
            },
        );
        match old {
            Self::None => {}
            Self::One(octet, id) => self.put(octet, id),
            Self::Few(row) => row.entries().for_each(|(octet, id)| self.put(octet, id)),
            Self::Several(row) => row.entries().for_each(|(octet, id)| self.put(octet, id)),
            Self::Many(table) => table.entries().for_each(|(octet, id)| self.put(octet, id)),
        }
    }
}

impl<const N: usize> Row<N> {
    const EMPTY: Self = Self { len: 0, octets: [0; N], ids: [None; N] };

    #[inline]
    fn find(&self, octet: u8) -> Option<NodeId> {
        let at = self.used().iter().position(|own| *own == octet)?;
        *self.ids.get(at)?
    }

    #[inline]
    fn used(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }

    fn put(&mut self, octet: u8, id: NodeId) -> bool {
        match self.used().binary_search(&octet) {
            Ok(at) => {
                if let Some(place) = self.ids.get_mut(at) {
                    *place = Some(id);
                }
            }
            Err(_) if self.len == N => return false,
            Err(at) => {
                self.len += 1;
                if let (Some(octets), Some(ids)) =
                    (self.octets.get_mut(at..self.len), self.ids.get_mut(at..self.len))
                {
                    octets.rotate_right(1);
                    ids.rotate_right(1);
                    octets.iter_mut().take(1).for_each(|place| *place = octet);
                    ids.iter_mut().take(1).for_each(|place| *place = Some(id));
                }
            }
        }
        true
    }

    fn remove(&mut self, octet: u8) {
        let Ok(at) = self.used().binary_search(&octet) else { return };
        if let (Some(octets), Some(ids)) =
            (self.octets.get_mut(at..self.len), self.ids.get_mut(at..self.len))
        {
            octets.rotate_left(1);
            ids.rotate_left(1);
            ids.iter_mut().rev().take(1).for_each(|place| *place = None);
        }
        self.len -= 1;
    }

    fn entries(&self) -> impl Iterator<Item = (u8, NodeId)> {
        self.used().iter().zip(&self.ids).filter_map(|(octet, id)| Some((*octet, (*id)?)))
    }
}

impl Table {
    fn put(&mut self, octet: u8, id: NodeId) -> bool {
        if let Some(place) = self.ids.get_mut(usize::from(octet)) {
            self.len += usize::from(place.replace(id).is_none());
        }
        true
    }

    fn remove(&mut self, octet: u8) {
        if let Some(place) = self.ids.get_mut(usize::from(octet)) {
            self.len -= usize::from(place.take().is_some());
        }
    }

    fn entries(&self) -> impl Iterator<Item = (u8, NodeId)> {
        (0..=u8::MAX).zip(&self.ids).filter_map(|(octet, id)| Some((octet, (*id)?)))
    }
}
