//! The octets on the edge that leads to a node of a trie.
//!
//! A peer chooses them, and may split a long edge and mend it again with a few octets of traffic. So a long
//! label keeps its node's *whole* prefix: it is split by skipping more of it and mended by skipping less, and
//! no step costs more than the topic that caused it. The memory for that is at most the length of the node's
//! prefix, which is the length of a topic or of a part that topics share.

/// A label of up to so many octets is kept in the node.
pub(super) const SHORT: usize = 22;

#[derive(Clone, Debug)]
pub(super) enum Label {
    Short {
        len: u8,
        octets: [u8; SHORT],
    },
    /// More than [`SHORT`] octets: the node's prefix, of which the first `skip` are its parent's.
    Long {
        prefix: Box<[u8]>,
        skip: u32,
    },
}

impl Label {
    pub(super) const EMPTY: Self = Self::Short { len: 0, octets: [0; SHORT] };

    /// The label of a node with this prefix, whose parent's prefix is its first `skip` octets.
    ///
    /// # Panics
    ///
    /// If `skip` is more than a prefix has, or 4 GiB.
    pub(super) fn new(prefix: &[u8], skip: usize) -> Self {
        let (_, own) = prefix.split_at(skip);
        Self::short(own, &[]).unwrap_or_else(|| Self::Long {
            prefix: prefix.into(),
            skip: u32::try_from(skip).expect("topics are shorter than 4 GiB"),
        })
    }

    /// A short label of two parts, if they are short enough together.
    fn short(front: &[u8], back: &[u8]) -> Option<Self> {
        let both = front.len() + back.len();
        let mut octets = [0; SHORT];
        let (first, rest) = octets.get_mut(..both)?.split_at_mut(front.len());
        first.copy_from_slice(front);
        rest.copy_from_slice(back);
        Some(Self::Short { len: u8::try_from(both).ok()?, octets })
    }

    #[inline]
    pub(super) fn octets(&self) -> &[u8] {
        match self {
            Self::Short { len, octets } => octets.get(..usize::from(*len)),
            Self::Long { prefix, skip } => prefix.get(index(*skip)..),
        }
        .unwrap_or_default()
    }

    /// Cuts octets off the front: a node was put in between.
    pub(super) fn cut_front(&mut self, count: usize) {
        let rest = self.octets().get(count..).unwrap_or_default();
        if let Some(short) = Self::short(rest, &[]) {
            *self = short;
        } else if let Self::Long { skip, .. } = self {
            *skip = u32::try_from(index(*skip) + count).expect("within the prefix");
        }
    }

    /// Joins the parent's label to the front: the parent is to go.
    ///
    /// Returns the length of the new label if it needs the node's whole prefix: the caller then makes it.
    pub(super) fn join_front(&mut self, parent: &Self) -> Result<(), usize> {
        let front = parent.octets();
        match self {
            Self::Long { skip, .. } => {
                *skip = u32::try_from(index(*skip) - front.len()).expect("within the prefix");
            }
            Self::Short { .. } => {
                let own = self.octets();
                *self = Self::short(front, own).ok_or(front.len() + own.len())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
impl Label {
    /// Whether this can be the label of a node with this prefix.
    pub(super) fn is_sound(&self, of_node: &[u8]) -> bool {
        match self {
            Self::Short { octets, .. } => {
                let own = self.octets();
                of_node.ends_with(own) && octets[own.len()..].iter().all(|octet| *octet == 0)
            }
            Self::Long { prefix, .. } => **prefix == *of_node && self.octets().len() > SHORT,
        }
    }
}

fn index(skip: u32) -> usize {
    usize::try_from(skip).expect("made of an index")
}
