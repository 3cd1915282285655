//! Who holds a subscription to one topic.

/// A subscriber's slot, and where the topic stands in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) slot: u32,
    pub(super) place: u32,
}

/// The holders of a topic by slot. Most topics have one, which needs no memory of its own.
#[derive(Debug)]
pub(super) enum Holders {
    One(Holder),
    /// In the order of their slots. Boxed to keep nodes small.
    #[expect(clippy::box_collection, reason = "a node is to fit into 64 octets")]
    Many(Box<Vec<Holder>>),
}

impl Holders {
    #[inline]
    pub(super) fn as_slice(&self) -> &[Holder] {
        match self {
            Self::One(holder) => std::slice::from_ref(holder),
            Self::Many(holders) => holders,
        }
    }

    pub(super) fn find(&self, slot: u32) -> Option<Holder> {
        let holders = self.as_slice();
        let at = holders.binary_search_by_key(&slot, |holder| holder.slot).ok()?;
        holders.get(at).copied()
    }

    /// Adds a holder that is not there. Returns false, and does nothing, if it is.
    pub(super) fn insert(&mut self, holder: Holder) -> bool {
        let key = |holder: &Holder| holder.slot;
        let Err(at) = self.as_slice().binary_search_by_key(&holder.slot, key) else { return false };
        match self {
            Self::One(other) => {
                let mut both = vec![*other];
                both.insert(at, holder);
                *self = Self::Many(Box::new(both));
            }
            Self::Many(holders) => holders.insert(at, holder),
        }
        true
    }

    /// Notes that the topic has moved in a holder's list.
    pub(super) fn replace(&mut self, slot: u32, place: u32) {
        match self {
            Self::One(holder) if holder.slot == slot => holder.place = place,
            Self::One(_) => {}
            Self::Many(holders) => {
                let at = holders.binary_search_by_key(&slot, |holder| holder.slot).ok();
                if let Some(holder) = at.and_then(|at| holders.get_mut(at)) {
                    holder.place = place;
                }
            }
        }
    }

    /// Removes a holder that is there. Returns whether none is left: the topic is then to be removed.
    pub(super) fn remove(&mut self, slot: u32) -> bool {
        match self {
            Self::One(holder) => holder.slot == slot,
            Self::Many(holders) => {
                holders.retain(|holder| holder.slot != slot);
                if let [last] = holders.as_slice() {
                    *self = Self::One(*last);
                } else {
                    super::arena::shrink(holders);
                }
                false
            }
        }
    }
}
