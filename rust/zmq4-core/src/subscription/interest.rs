//! What a subscriber has asked for, and how often.

use std::num::NonZeroU64;
use std::ops::ControlFlow;

use super::publisher::Wish;
use super::trie::Trie;

/// Topics of a SUB or XSUB, counted.
#[derive(Debug, Default)]
pub(crate) struct Interest {
    counts: Trie<NonZeroU64>,
}

/// What [`Interest::unsubscribe`] changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsubscribed {
    /// Nothing: the topic was not subscribed to.
    Unknown,
    /// It was subscribed to more than once, and still is.
    StillHeld,
    /// That was the last time; the publishers are to be told.
    LastGone,
}

/// Of which changes publishers are told beside the first subscription to a topic and its last cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Of no others: SUB.
    Terse,
    /// Of repeated subscriptions too, so that an XPUB upstream can be verbose: XSUB.
    Repeating,
    /// Of every change.
    Exhaustive,
}

/// Whether a publisher held a topic for us before it was told of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    Held,
    NotHeld,
    /// Publishers keep a set, so that one cancellation undoes any number of subscriptions: where every
    /// change is told, they may have forgotten what is still counted here.
    Unknown,
}

impl Interest {
    /// Counts a change. Returns, if publishers are to be told of it, what they knew before.
    pub(crate) fn change(&mut self, wish: Wish, topic: &[u8], manner: Manner) -> Option<Before> {
        let (is_news, before) = match wish {
            Wish::Subscribe if self.subscribe(topic) => (true, Before::NotHeld),
            Wish::Subscribe => (manner != Manner::Terse, Before::Unknown),
            Wish::Cancel => match self.unsubscribe(topic) {
                Unsubscribed::LastGone if manner == Manner::Terse => (true, Before::Held),
                Unsubscribed::LastGone => (true, Before::Unknown),
                Unsubscribed::StillHeld | Unsubscribed::Unknown => {
                    (manner == Manner::Exhaustive, Before::Unknown)
                }
            },
        };
        is_news.then_some(before)
    }

    /// Counts a subscription. Returns whether it is the first to its topic.
    pub(crate) fn subscribe(&mut self, topic: &[u8]) -> bool {
        let mut is_first = false;
        let entry = self.counts.entry(topic, || {
            is_first = true;
            NonZeroU64::MIN
        });
        if !is_first {
            *entry.value = entry.value.saturating_add(1);
        }
        is_first
    }

    /// Takes back one subscription.
    pub(crate) fn unsubscribe(&mut self, topic: &[u8]) -> Unsubscribed {
        let Some(id) = self.counts.find(topic) else { return Unsubscribed::Unknown };
        if let Some(count) = self.counts.get_mut(id)
            && let Some(less) = NonZeroU64::new(count.get() - 1)
        {
            *count = less;
            return Unsubscribed::StillHeld;
        }
        self.counts.remove(id);
        Unsubscribed::LastGone
    }

    /// Whether a message that begins with this frame is wanted. Costs one step if everything is.
    pub(crate) fn matches(&self, head: &[u8]) -> bool {
        let mut is_wanted = false;
        self.counts.visit(head, |_| {
            is_wanted = true;
            ControlFlow::Break(())
        });
        is_wanted
    }

    /// Every topic once, in lexicographic order: what a publisher is told when it is met.
    pub(crate) fn topics(&self) -> impl Iterator<Item = Vec<u8>> {
        self.counts.iter().map(|(topic, _)| topic)
    }

    /// How many topics there are.
    pub(crate) fn len(&self) -> usize {
        self.counts.len()
    }
}
