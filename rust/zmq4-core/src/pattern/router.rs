//! ROUTER: sends to the peer that is named, and says of each message whose it is. Source: RFC 28/REQREP.

use std::collections::HashMap;

use zmq4_proto::RoutingId;

use super::fair_queue::FairQueue;
use super::{Met, NameTaken, NotSent, Pattern, Pipes, Routed};
use crate::monitor::Loss;
use crate::options::PatternOptions;
use crate::pipe::{Given, Part, PipeEnd, PipeId, Refill, Refused};
use crate::random;

/// The end of a dialogue with peers that have names.
#[derive(Debug)]
pub(super) struct Router {
    inbound: FairQueue,
    /// Who is reached under a name. A name whose pipe has gone is forgotten.
    routes: HashMap<RoutingId, PipeId>,
    /// The names of pipes, those that another has taken over included.
    names: HashMap<PipeId, RoutingId>,
    /// From whom pipes took over their names: what that one brought is received first.
    elders: HashMap<PipeId, PipeId>,
    /// The number in the next name that is made here.
    next: u32,
    hands_over: bool,
    is_mandatory: bool,
}

impl Default for Router {
    fn default() -> Self {
        Self {
            inbound: FairQueue::default(),
            routes: HashMap::new(),
            names: HashMap::new(),
            elders: HashMap::new(),
            next: u32::try_from(random::u64() >> 32).unwrap_or(0),
            hands_over: false,
            is_mandatory: true,
        }
    }
}

impl Router {
    /// A name for a peer that gave itself none: a zero octet, which no peer may use, and a number.
    fn made_up(&mut self) -> RoutingId {
        loop {
            let [a, b, c, d] = self.next.to_be_bytes();
            self.next = self.next.wrapping_add(1);
            let name = RoutingId::try_from(&[0, a, b, c, d][..]).unwrap_or_default();
            if !self.routes.contains_key(&name) {
                return name;
            }
        }
    }

    fn enter(&mut self, pipes: &mut Pipes, pipe: PipeId, name: RoutingId) {
        if let Some(end) = pipes.get_mut(pipe) {
            end.origin.routing_id = Some(name.clone());
        }
        self.names.insert(pipe, name.clone());
        self.routes.insert(name, pipe);
    }

    fn succeed(&mut self, elder: PipeId, heir: PipeId) {
        // One that has come back waits for its successor, and no longer the other way round.
        self.elders.retain(|_, elder| *elder != heir);
        self.elders.insert(heir, elder);
    }

    /// Whose message comes in the turn of a pipe: its own, unless one before it left something.
    fn eldest(&self, pipes: &mut Pipes, pipe: PipeId) -> PipeId {
        let (mut first, mut at) = (pipe, pipe);
        while let Some(&elder) = self.elders.get(&at) {
            match pipes.get_mut(elder).map(PipeEnd::fill) {
                Some(Refill::Some) => first = elder,
                Some(Refill::Empty) => pipes.settle(elder),
                Some(Refill::Ended) | None => {}
            }
            at = elder;
        }
        first
    }

    fn push(&self, pipes: &Pipes, parts: &[Part<'_>], octets: usize) -> Result<Routed, NotSent> {
        let Some((name, parts)) = parts.split_first() else { return Err(NotSent::Unroutable) };
        let octets = octets - name.wire_len();
        let found = self.routes.get(name.as_bytes());
        let found = found.and_then(|&pipe| Some((pipe, pipes.get(pipe)?)));
        let (pipe, end) = found.ok_or(NotSent::Unroutable)?;
        if parts.is_empty() {
            // A name without a message: nothing to send, as in the field.
            return Ok(Routed::To { pipe, wake: false });
        }
        match end.push(parts, octets) {
            Ok(given) => Ok(Routed::To { pipe, wake: given == Given::Wake }),
            Err(Refused::Full) => Err(NotSent::Full),
            Err(Refused::Closed) => Err(NotSent::Unroutable),
        }
    }
}

/// What cannot be sent is dropped, where the user wants it so.
fn dropped(refusal: NotSent) -> NotSent {
    match refusal {
        NotSent::Full => NotSent::Dropped(Loss::Full),
        NotSent::Unroutable | NotSent::NoPeer => NotSent::Dropped(Loss::Unroutable),
        NotSent::Dropped(_) | NotSent::OutOfTurn | NotSent::NotSupported => refusal,
    }
}

impl Pattern for Router {
    fn configure(&mut self, options: &PatternOptions) {
        self.hands_over = options.handover;
        self.is_mandatory = options.mandatory;
    }

    fn attach(&mut self, pipe: PipeId) {
        self.inbound.activate(pipe);
    }

    /// A peer keeps its first name for as long as its pipe lives, whatever it says on reconnection.
    fn meet(
        &mut self,
        pipes: &mut Pipes,
        pipe: PipeId,
        announced: &RoutingId,
    ) -> Result<Met, NameTaken> {
        let name = match self.names.get(&pipe) {
            Some(name) => name.clone(),
            None if announced.is_empty() => self.made_up(),
            None => announced.clone(),
        };
        let replaced = self.routes.get(&name).copied().filter(|&other| other != pipe);
        if replaced.is_some() && !self.hands_over {
            return Err(NameTaken);
        }
        if let Some(elder) = replaced {
            self.succeed(elder, pipe);
        }
        self.enter(pipes, pipe, name);
        Ok(Met { replaced })
    }

    fn name(&mut self, pipes: &mut Pipes, pipe: PipeId, name: &RoutingId) -> Result<(), NameTaken> {
        if self.routes.contains_key(name) {
            return Err(NameTaken);
        }
        self.enter(pipes, pipe, name.clone());
        Ok(())
    }

    fn names(&self) -> bool {
        true
    }

    fn probes(&self) -> bool {
        true
    }

    fn route(&self, name: &[u8]) -> Option<PipeId> {
        self.routes.get(name).copied()
    }

    fn hang_up(&mut self, pipe: PipeId) {
        let Some(name) = self.names.remove(&pipe) else { return };
        if self.routes.get(&name) == Some(&pipe) {
            self.routes.remove(&name);
        }
    }

    fn detach(&mut self, pipe: PipeId) {
        self.inbound.remove(pipe);
        self.elders.retain(|heir, elder| *heir != pipe && *elder != pipe);
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
        let sent = self.push(pipes, parts, octets);
        if self.is_mandatory { sent } else { sent.map_err(dropped) }
    }

    /// For somebody: who it is for is not known before the message is.
    fn has_room(&mut self, pipes: &mut Pipes) -> bool {
        let mut ends = self.routes.values().filter_map(|&pipe| pipes.get(pipe));
        !self.is_mandatory || ends.any(PipeEnd::has_room)
    }

    fn next(&mut self, pipes: &mut Pipes) -> Option<PipeId> {
        let pipe = self.inbound.next(pipes)?;
        Some(self.eldest(pipes, pipe))
    }

    fn taken(&mut self) {
        self.inbound.taken();
    }

    fn sends(&self) -> bool {
        true
    }

    fn receives(&self) -> bool {
        true
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn names_are_hashed_with_a_key_that_no_peer_knows() {
        let name = RoutingId::try_from(&b"alice"[..]).expect("a name");

        let [one, other] = [Router::default(), Router::default()]
            .map(|router| router.routes.hasher().hash_one(&name));

        assert_ne!(one, other);
    }
}
