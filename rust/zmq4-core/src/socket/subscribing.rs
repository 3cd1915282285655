//! Subscribing, on the sockets that receive; and what is known of it on those that publish.

use std::sync::Arc;

use super::Socket;
use super::core::{Bearer, Core, State};
use crate::error::SubscribeError;
use crate::peer::Peer;
use crate::pipe::{MessageRef, Part, PipeId, Queue};
use crate::session::{Change, Session};
use crate::subscription::{Before, Manner, Publisher, Wish};
use crate::wait::{Waiter, Watch};

/// Whom a change of subscriptions wakes, once the socket is unlocked.
#[derive(Debug, Default)]
struct Woken {
    sessions: Vec<Arc<Session>>,
    queues: Vec<Arc<Queue>>,
}

impl Woken {
    fn run(self) {
        for session in self.sessions {
            session.signal.wake();
        }
        for queue in self.queues {
            queue.wake_reader();
        }
    }
}

impl Socket {
    /// Asks all publishers, now and later, for messages whose first frame begins with `topic`. A topic
    /// is held until it was cancelled as often as it was asked for.
    ///
    /// # Errors
    ///
    /// [`SubscribeError`].
    pub fn subscribe(&self, topic: &[u8]) -> Result<(), SubscribeError> {
        self.core.change_interest(Wish::Subscribe, topic)
    }

    /// Takes back one [`Self::subscribe`]. Doing so for a topic that is not held does nothing.
    ///
    /// # Errors
    ///
    /// [`SubscribeError`].
    pub fn unsubscribe(&self, topic: &[u8]) -> Result<(), SubscribeError> {
        self.core.change_interest(Wish::Cancel, topic)
    }

    /// The topics that are held.
    pub fn topics(&self) -> Vec<Vec<u8>> {
        let mut state = self.core.lock();
        state.pattern.interest().map(|interest| interest.topics().collect()).unwrap_or_default()
    }

    /// How many different topics are held: by this socket if it subscribes, by its peers if it publishes.
    pub fn topic_count(&self) -> usize {
        let mut state = self.core.lock();
        if let Some(interest) = state.pattern.interest() {
            return interest.len();
        }
        state.pattern.publisher().map_or(0, |publisher| publisher.topics())
    }

    /// How many peers have subscribed to messages of `topic`, or to anything.
    pub fn subscribers(&self, topic: Option<&[u8]>) -> usize {
        self.publisher().map_or(0, |publisher| publisher.subscribers(topic))
    }

    /// Rings `waiter` when subscriptions of peers change next. The caller looks once more before it
    /// sleeps. None on sockets that do not publish.
    pub fn watch_subscribers(&self, waiter: Waiter) -> Option<Watch> {
        Some(self.publisher()?.watch(waiter))
    }

    /// Decides about a subscription that a manual XPUB received through `pipe`
    /// ([`MessageRef::pipe_number`](crate::MessageRef::pipe_number)): `topic` is applied or cancelled for
    /// that peer. If it is gone, so is the question: nothing happens.
    ///
    /// # Errors
    ///
    /// [`SubscribeError`].
    pub fn decide(
        &self,
        pipe: u64,
        peer: &Arc<Peer>,
        subscribe: bool,
        topic: &[u8],
    ) -> Result<(), SubscribeError> {
        let publisher = {
            let state = self.core.lock();
            state.gone.map_or(Ok(()), |gone| Err(SubscribeError::from(gone)))?;
            state.pattern.publisher().cloned()
        };
        let publisher = publisher.ok_or(SubscribeError::NotSupported)?;
        let wish = if subscribe { Wish::Subscribe } else { Wish::Cancel };
        let decided = publisher.decide((PipeId(pipe), peer), wish, topic);
        decided.map_err(|_| SubscribeError::TooMany)
    }

    fn publisher(&self) -> Option<Arc<Publisher>> {
        self.core.state.lock().pattern.publisher().cloned()
    }
}

impl<'a> MessageRef<'a> {
    /// What an XPUB is told of a subscription: whether the peer subscribes or cancels, and the topic.
    /// None if it is a message of another kind.
    pub fn as_subscription(&self) -> Option<(bool, &'a [u8])> {
        let frame = self.single()?.as_bytes();
        let (wish, topic) = Wish::parse(frame)?;
        Some((wish == Wish::Subscribe, topic))
    }
}

impl Core {
    pub(super) fn change_interest(&self, wish: Wish, topic: &[u8]) -> Result<(), SubscribeError> {
        let mut woken = Woken::default();
        {
            let mut state = self.lock();
            state.gone.map_or(Ok(()), |gone| Err(SubscribeError::from(gone)))?;
            if let Some(before) = state.change_interest(wish, topic)? {
                state.tell(Change { wish, topic, before }, &mut woken);
            }
        }
        woken.run();
        Ok(())
    }

    /// Takes the subscriptions out of a message that an XSUB sends; returns what is left of it, if there
    /// were any.
    pub(super) fn take_wishes<'a>(
        &self,
        parts: &'a [Part<'_>],
    ) -> Result<Option<Vec<Part<'a>>>, SubscribeError> {
        if parts.iter().all(|part| Wish::parse(part.as_bytes()).is_none()) {
            return Ok(None);
        }
        let first_only = self.state.lock().options.pattern.only_first_subscribe;
        let mut looks = true;
        let mut left = Vec::new();
        for part in parts {
            let wish = Wish::parse(part.as_bytes()).filter(|_| looks);
            looks &= !first_only || wish.is_some();
            match wish {
                Some((wish, topic)) => self.change_interest(wish, topic)?,
                None => left.push(part.again()),
            }
        }
        Ok(Some(left))
    }

    /// Tells a publisher, to which an inproc pipe leads, of all topics.
    pub(super) fn tell_all(&self, pipe: PipeId) {
        let mut woken = Woken::default();
        {
            let mut state = self.lock();
            let topics: Vec<_> = match state.pattern.interest() {
                Some(interest) => interest.topics().collect(),
                None => return,
            };
            let Some(tie) = state.ties.get(&pipe) else { return };
            for topic in &topics {
                let (wish, before) = (Wish::Subscribe, Before::NotHeld);
                tie.bearer.tell(Change { wish, topic, before }, &mut woken);
            }
        }
        woken.run();
    }
}

impl State {
    /// Counts a change; returns, if publishers are to be told of it, what they knew before.
    fn change_interest(
        &mut self,
        wish: Wish,
        topic: &[u8],
    ) -> Result<Option<Before>, SubscribeError> {
        let manner = match (self.pattern.sends(), self.options.pattern.verbose_unsubscribe) {
            (false, _) => Manner::Terse,
            (true, false) => Manner::Repeating,
            (true, true) => Manner::Exhaustive,
        };
        let interest = self.pattern.interest().ok_or(SubscribeError::NotSupported)?;
        Ok(interest.change(wish, topic, manner))
    }

    fn tell(&self, change: Change<'_>, woken: &mut Woken) {
        for tie in self.ties.values() {
            tie.bearer.tell(change, woken);
        }
    }
}

impl Bearer {
    fn tell(&self, change: Change<'_>, woken: &mut Woken) {
        match self {
            Self::Session(session) => {
                if session.upstream.tell(change) {
                    woken.sessions.push(Arc::clone(session));
                }
            }
            Self::Inproc(bond, end) => {
                woken.queues.extend(bond.tell(*end, change.wish, change.topic));
            }
        }
    }
}
