//! Which pipes of a publisher want a message.

use std::fmt;
use std::ops::ControlFlow;

use super::arena::NodeId;
use super::holders::{Holder, Holders};
use super::subscribers::Subscribers;
use super::trie::Trie;
use crate::options::Limits;
use crate::pipe::PipeId;

/// The subscriptions of the peers of a PUB or XPUB: a set for each pipe.
#[derive(Debug, Default)]
pub(crate) struct Index {
    topics: Trie<Holders>,
    subscribers: Subscribers,
    /// What all subscriptions count against [`Bounds::max_octets`].
    octets: usize,
    bounds: Bounds,
}

/// How much peers may make a socket remember.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Subscriptions of one pipe.
    pub(crate) max_per_pipe: usize,
    /// Octets of all subscriptions of the socket, each counted with [`Limits::SUBSCRIPTION_OVERHEAD`] more than
    /// its topic has.
    pub(crate) max_octets: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            max_per_pipe: Limits::SUBSCRIPTIONS_PER_PEER,
            max_octets: Limits::SUBSCRIPTION_OCTETS,
        }
    }
}

/// What [`Index::subscribe`] changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subscribed {
    /// The pipe did not hold the topic before; otherwise nothing has changed.
    pub(crate) is_new_for_pipe: bool,
    /// No pipe did.
    pub(crate) is_first_of_topic: bool,
}

/// Why a peer's subscription was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The pipe holds as many as it may.
    TooMany,
    /// The subscriptions of all pipes take as much as they may.
    TooLarge,
    /// The topic is longer than any may be.
    TopicTooLong,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooMany => "the peer asked for more subscriptions than it may hold",
            Self::TooLarge => "the subscriptions of all peers take as much memory as they may",
            Self::TopicTooLong => "the peer asked for a topic that is longer than 1 MiB",
        })
    }
}

/// What [`Index::cancel`] changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cancelled {
    /// The pipe held the topic; otherwise nothing has changed.
    pub(crate) was_held: bool,
    /// No pipe holds it any more.
    pub(crate) is_last_of_topic: bool,
}

impl Index {
    #[cfg(test)]
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// Changes what further subscriptions are held against; those that there are stay.
    pub(crate) fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds;
    }

    /// Adds a topic to those of a pipe. What the pipe holds already is never refused.
    ///
    /// Costs the length of the topic.
    ///
    /// # Errors
    ///
    /// [`Refused`], with nothing changed, if one of the bounds would be passed.
    pub(crate) fn subscribe(&mut self, pipe: PipeId, topic: &[u8]) -> Result<Subscribed, Refused> {
        let octets = topic.len().saturating_add(Limits::SUBSCRIPTION_OVERHEAD);
        let refused = if self.subscribers.subscriptions_of(pipe) >= self.bounds.max_per_pipe {
            Some(Refused::TooMany)
        } else if octets > self.bounds.max_octets.saturating_sub(self.octets) {
            Some(Refused::TooLarge)
        } else {
            None
        };
        if let Some(refused) = refused {
            let nothing = Subscribed { is_new_for_pipe: false, is_first_of_topic: false };
            return if self.holds(pipe, topic) { Ok(nothing) } else { Err(refused) };
        }

        let slot = self.subscribers.find_or_add(pipe);
        let list = self.subscribers.list_mut(slot).expect("just found");
        let holder = Holder { slot, place: list.next_place() };
        let entry = self.topics.entry(topic, || Holders::One(holder));
        let is_new_for_pipe = entry.is_new || entry.value.insert(holder);
        if is_new_for_pipe {
            list.push(entry.id);
            list.octets += octets;
            self.octets += octets;
        }
        Ok(Subscribed { is_new_for_pipe, is_first_of_topic: entry.is_new })
    }

    /// Takes a topic from those of a pipe.
    ///
    /// Costs the length of the topic, and a step for every other holder of it.
    pub(crate) fn cancel(&mut self, pipe: PipeId, topic: &[u8]) -> Cancelled {
        let Self { topics, subscribers, .. } = self;
        let nothing = Cancelled { was_held: false, is_last_of_topic: false };
        let (Some(slot), Some(id)) = (subscribers.find(pipe), topics.find(topic)) else {
            return nothing;
        };
        let Some(holders) = topics.get_mut(id) else { return nothing };
        let Some(holder) = holders.find(slot) else { return nothing };
        let is_last_of_topic = holders.remove(slot);
        if is_last_of_topic {
            topics.remove(id);
        }

        if let Some(list) = subscribers.list_mut(slot) {
            list.remove(holder.place, |topic, place| {
                if let Some(holders) = topics.get_mut(topic) {
                    holders.replace(slot, place);
                }
            });
            let octets = topic.len().saturating_add(Limits::SUBSCRIPTION_OVERHEAD);
            list.octets -= octets;
            self.octets -= octets;
            if list.len() == 0 {
                subscribers.remove(pipe);
            }
        }
        Cancelled { was_held: true, is_last_of_topic }
    }

    /// Removes a pipe with all that it holds.
    ///
    /// Returns its topics in the order of subscription, each with whether no other pipe holds it. Costs the
    /// length of them all; where nobody wants to know them, [`Self::discard`] is cheaper.
    pub(crate) fn forget(&mut self, pipe: PipeId) -> Vec<(Vec<u8>, bool)> {
        let mut gone = Vec::with_capacity(self.subscribers.subscriptions_of(pipe));
        self.take_out(pipe, |topics, id, is_last| gone.push((topics.prefix(id), is_last)));
        gone
    }

    /// Removes a pipe with all that it holds, and says nothing.
    ///
    /// Costs a few steps for every topic, and never more than its length.
    pub(crate) fn discard(&mut self, pipe: PipeId) {
        self.take_out(pipe, |_, _, _| {});
    }

    /// Adds the pipes that want a message with this first frame, each once: the holders of shorter topics
    /// first, those of one topic by their slots. As long as no subscription changes, the order is the same.
    ///
    /// Costs a step for every branch on the way down and every holder that is met; it ends as soon as all
    /// subscribers are found.
    #[inline]
    pub(crate) fn collect(&mut self, head: &[u8], into: &mut Vec<PipeId>) {
        self.find(head, |pipe| into.push(pipe));
    }

    /// How many topics are held by somebody.
    pub(crate) fn topics(&self) -> usize {
        self.topics.len()
    }

    /// How many pipes would get a message of this topic, or hold any subscription at all.
    pub(crate) fn subscribers_of(&mut self, topic: Option<&[u8]>) -> usize {
        let Some(topic) = topic else { return self.subscribers.len() };
        let mut count = 0;
        self.find(topic, |_| count += 1);
        count
    }

    fn holds(&mut self, pipe: PipeId, topic: &[u8]) -> bool {
        let slot = self.subscribers.find(pipe);
        let holders = self.topics.find(topic).and_then(|id| self.topics.get_mut(id));
        slot.zip(holders).is_some_and(|(slot, holders)| holders.find(slot).is_some())
    }

    #[inline]
    fn find(&mut self, head: &[u8], mut found: impl FnMut(PipeId)) {
        let Self { topics, subscribers, .. } = self;
        let mut missing = subscribers.len();
        subscribers.begin_round();
        topics.visit(head, |holders| {
            for holder in holders.as_slice() {
                if let Some(pipe) = subscribers.mark(*holder) {
                    missing -= 1;
                    found(pipe);
                }
            }
            if missing == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }

    /// Removes a pipe, and shows each topic before it loses its holder.
    fn take_out(&mut self, pipe: PipeId, mut show: impl FnMut(&Trie<Holders>, NodeId, bool)) {
        let Some((slot, list)) = self.subscribers.remove(pipe) else { return };
        self.octets -= list.octets;
        for id in list.topics() {
            let Some(holders) = self.topics.get_mut(id) else { continue };
            let is_last = holders.remove(slot);
            show(&self.topics, id, is_last);
            if is_last {
                self.topics.remove(id);
            }
        }
    }
}

#[cfg(test)]
impl Index {
    /// What the subscriptions count against the limit.
    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    /// The nodes and slots of the trie, once it was found to be in order.
    pub(super) fn extent(&self) -> (usize, usize, usize) {
        self.topics.extent()
    }
}
