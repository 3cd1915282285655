//! PUB and XPUB: a message goes to every peer that has subscribed to it. Source: RFC 29/PUBSUB.

use std::sync::Arc;

use super::fair_queue::FairQueue;
use super::{NotSent, Pattern, Pipes, Routed};
use crate::options::PatternOptions;
use crate::pipe::{Part, PipeEnd, PipeId, Refused};
use crate::subscription::Publisher;

/// The publishing end.
#[derive(Debug)]
pub(super) struct Publish {
    publisher: Arc<Publisher>,
    peers: Vec<PipeId>,
    /// What peers say, subscriptions first of all: XPUB.
    inbound: FairQueue,
    rules: Rules,
    /// Whose subscription was received last, until the next message is sent.
    newest: Option<PipeId>,
    /// Whom a message goes to, kept for its memory.
    wanted: Vec<PipeId>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Rules {
    waits: bool,
    inverts: bool,
    newest_alone: bool,
}

impl Publish {
    /// An XPUB tells its user of subscriptions, a PUB does not.
    pub(super) fn new(tells: bool) -> Self {
        Self {
            publisher: Publisher::new(tells),
            peers: Vec::new(),
            inbound: FairQueue::default(),
            rules: Rules::default(),
            newest: None,
            wanted: Vec::new(),
        }
    }

    /// Finds out who wants a message that begins like this.
    fn look_up(&mut self, head: &[u8]) {
        self.wanted.clear();
        self.publisher.collect(head, &mut self.wanted);
        if self.rules.inverts {
            let wanted = std::mem::take(&mut self.wanted);
            let others = self.peers.iter().filter(|peer| !wanted.contains(peer));
            self.wanted.extend(others);
        }
        if let Some(newest) = self.newest.take() {
            self.wanted.retain(|&peer| peer == newest);
        }
    }

    fn spread(&mut self, pipes: &mut Pipes, parts: &[Part<'_>], octets: usize) {
        let is_one = self.wanted.len() == 1;
        let copies: Vec<_>;
        let parts = if is_one {
            parts
        } else {
            copies = parts.iter().map(Part::for_many).collect();
            &copies
        };
        for &pipe in &self.wanted {
            let Some(end) = pipes.get(pipe) else { continue };
            let given = if is_one { end.push(parts, octets) } else { end.enqueue(parts, octets) };
            match given {
                Ok(given) => pipes.given(pipe, given),
                Err(Refused::Full) => pipes.drop_for(pipe),
                Err(Refused::Closed) => {}
            }
        }
    }
}

impl Pattern for Publish {
    fn configure(&mut self, options: &PatternOptions) {
        self.publisher.configure(options);
        self.rules = Rules {
            waits: options.nodrop,
            inverts: options.invert_matching,
            newest_alone: options.last_value && options.manual,
        };
    }

    fn publisher(&self) -> Option<&Arc<Publisher>> {
        Some(&self.publisher)
    }

    fn attach(&mut self, pipe: PipeId) {
        self.peers.push(pipe);
        self.inbound.activate(pipe);
    }

    fn hang_up(&mut self, pipe: PipeId) {
        self.peers.retain(|&peer| peer != pipe);
        self.newest.take_if(|newest| *newest == pipe);
    }

    fn detach(&mut self, pipe: PipeId) {
        self.inbound.remove(pipe);
    }

    fn readable(&mut self, pipe: PipeId) {
        self.inbound.activate(pipe);
    }

    fn writable(&mut self, _pipe: PipeId) {}

    fn send(
        &mut self,
        pipes: &mut Pipes,
        parts: &[Part<'_>],
        octets: usize,
    ) -> Result<Routed, NotSent> {
        let newest = self.newest;
        self.look_up(parts.first().map(Part::as_bytes).unwrap_or_default());
        let is_full = |&pipe: &PipeId| {
            pipes.get(pipe).is_some_and(|end| !end.is_hung_up && !end.outbound.admits(octets))
        };
        if self.rules.waits && self.wanted.iter().any(is_full) {
            self.newest = newest;
            return Err(NotSent::Full);
        }
        self.spread(pipes, parts, octets);
        Ok(Routed::Spread)
    }

    /// A publisher that may drop can always send; another one while every peer has room: who a message is
    /// for is not known before the message is.
    fn has_room(&mut self, pipes: &mut Pipes) -> bool {
        let mut ends = self.peers.iter().filter_map(|&peer| pipes.get(peer));
        !self.rules.waits || ends.all(PipeEnd::has_room)
    }

    fn next(&mut self, pipes: &mut Pipes) -> Option<PipeId> {
        if self.receives() { self.inbound.next(pipes) } else { None }
    }

    fn taken(&mut self) {
        if self.rules.newest_alone {
            // What a departed peer left is no reason to wait for it with the next message.
            self.newest = self.inbound.any().filter(|pipe| self.peers.contains(pipe));
        }
        self.inbound.taken();
    }

    fn sends(&self) -> bool {
        true
    }

    fn receives(&self) -> bool {
        self.publisher.tells()
    }
}
