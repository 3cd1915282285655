//! ROUTER against a naive model: names, handover, duplicates, departures.

use std::collections::VecDeque;

use proptest::prelude::*;
use zmq4_proto::{RoutingId, SocketType};

use super::bench::{Bench, Frames};
use super::{Met, NameTaken, NotSent};
use crate::options::PatternOptions;
use crate::pipe::PipeId;

#[derive(Clone, Copy, Debug)]
enum Op {
    /// A peer completes its handshake, and announces one of the names.
    Arrive(&'static [u8]),
    /// A connection is made whose peer is named beforehand.
    Name(&'static [u8]),
    /// The peer of such a connection completes its handshake, the first time or again.
    Greet(usize, &'static [u8]),
    PeerLeaves(usize),
    PeerReads(usize),
    /// A peer sends so many messages.
    PeerSends(usize, u8),
    Send(usize),
    Recv,
}

/// The first is no name.
const NAMES: [&[u8]; 4] = [b"", b"a", b"b", b"c"];
const MARK: usize = 2;

fn name() -> impl Strategy<Value = &'static [u8]> {
    prop::sample::select(&NAMES)
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => name().prop_map(Op::Arrive),
        1 => name().prop_map(Op::Name),
        2 => (0usize..8, name()).prop_map(|(peer, name)| Op::Greet(peer, name)),
        2 => (0usize..8).prop_map(Op::PeerLeaves),
        2 => (0usize..8).prop_map(Op::PeerReads),
        6 => (0usize..8, 1u8..4).prop_map(|(peer, count)| Op::PeerSends(peer, count)),
        8 => (0usize..8).prop_map(Op::Send),
        8 => Just(Op::Recv),
    ]
}

/// A peer as the model has it.
#[derive(Debug)]
struct Naive {
    pipe: PipeId,
    name: RoutingId,
    is_here: bool,
    /// Nobody is reached under its name but it.
    has_its_name: bool,
    unread: VecDeque<u32>,
    queued: usize,
    /// Who had its name before: what that one sent is received first.
    elder: Option<PipeId>,
}

struct Trial {
    bench: Bench,
    naive: Vec<Naive>,
    next: u32,
    hands_over: bool,
}

fn id(name: &[u8]) -> RoutingId {
    RoutingId::try_from(name).expect("short enough")
}

impl Trial {
    fn new(hands_over: bool) -> Self {
        let mut bench = Bench::new(SocketType::Router);
        let options = PatternOptions { handover: hands_over, ..PatternOptions::default() };
        bench.pattern.configure(&options);
        Self { bench, naive: Vec::new(), next: 0, hands_over }
    }

    fn run(&mut self, op: Op) {
        self.bench.collect();
        match op {
            Op::Arrive(name) => self.arrive(&id(name)),
            Op::Name(name) => self.name(&id(name)),
            Op::Greet(at, name) => self.greet(at, &id(name)),
            Op::PeerLeaves(at) => self.peer_leaves(at),
            Op::PeerReads(at) => {
                if let Some(peer) = self.naive.get_mut(at).filter(|peer| peer.is_here) {
                    assert_eq!(self.bench.peer_reads(peer.pipe).len(), peer.queued);
                    peer.queued = 0;
                }
            }
            Op::PeerSends(at, count) => self.peer_sends(at, count),
            Op::Send(at) => self.send(at),
            Op::Recv => self.recv(),
        }
    }

    fn owner(&self, name: &RoutingId) -> Option<PipeId> {
        let owner = self.naive.iter().find(|peer| peer.has_its_name && peer.name == *name);
        owner.map(|peer| peer.pipe)
    }

    fn arrive(&mut self, announced: &RoutingId) {
        let pipe = self.bench.attach(MARK);
        if self.meet(pipe, announced).is_err() {
            self.bench.remove(pipe);
        }
    }

    fn greet(&mut self, at: usize, announced: &RoutingId) {
        let Some(peer) = self.naive.get(at).filter(|peer| peer.is_here) else { return };
        let (pipe, name) = (peer.pipe, peer.name.clone());
        // On reconnection a peer may say what it likes: it keeps its name.
        if self.meet(pipe, announced).is_ok() {
            assert_eq!(self.owner(&name), Some(pipe));
        }
    }

    /// A pipe meets its peer, as the rules have it.
    fn meet(&mut self, pipe: PipeId, announced: &RoutingId) -> Result<(), ()> {
        let known = self.naive.iter().find(|peer| peer.pipe == pipe).map(|peer| peer.name.clone());
        let met = self.bench.pattern.meet(&mut self.bench.pipes, pipe, announced);
        let origin = &self.bench.pipes.get(pipe).expect("attached").origin;
        let name = known.clone().or_else(|| origin.routing_id.clone());
        let wanted = if announced.is_empty() { name } else { known.or(Some(announced.clone())) };
        let wanted = wanted.expect("a name is made up for who has none");
        let owner = self.owner(&wanted).filter(|&owner| owner != pipe);
        if owner.is_some() && !self.hands_over {
            assert_eq!(met, Err(NameTaken));
            return Err(());
        }
        assert_eq!(met, Ok(Met { replaced: owner }));
        self.enter(pipe, wanted, owner);
        Ok(())
    }

    fn enter(&mut self, pipe: PipeId, name: RoutingId, elder: Option<PipeId>) {
        if let Some(elder) = self.naive.iter_mut().find(|peer| Some(peer.pipe) == elder) {
            elder.has_its_name = false;
        }
        if elder.is_some() {
            // Nothing waits for one that comes anew.
            let waiting = self.naive.iter_mut().filter(|peer| peer.elder == Some(pipe));
            waiting.for_each(|peer| peer.elder = None);
        }
        match self.naive.iter_mut().find(|peer| peer.pipe == pipe) {
            Some(peer) => {
                peer.has_its_name = true;
                peer.elder = elder.or(peer.elder);
            }
            None => self.naive.push(Naive {
                pipe,
                name,
                is_here: true,
                has_its_name: true,
                unread: VecDeque::new(),
                queued: 0,
                elder,
            }),
        }
    }

    fn name(&mut self, name: &RoutingId) {
        let pipe = self.bench.attach(MARK);
        if name.is_empty() {
            return self.bench.remove(pipe);
        }
        let named = self.bench.pattern.name(&mut self.bench.pipes, pipe, name);
        if self.owner(name).is_some() {
            assert_eq!(named, Err(NameTaken));
            self.bench.remove(pipe);
        } else {
            assert_eq!(named, Ok(()));
            self.enter(pipe, name.clone(), None);
        }
    }

    fn peer_leaves(&mut self, at: usize) {
        let Some(peer) = self.naive.get_mut(at).filter(|peer| peer.is_here) else { return };
        self.bench.peer_leaves(peer.pipe);
        peer.is_here = false;
        peer.has_its_name = false;
    }

    fn peer_sends(&mut self, at: usize, count: u8) {
        let Some(peer) = self.naive.get_mut(at).filter(|peer| peer.is_here) else { return };
        for _ in 0..count {
            self.bench.peer_sends(peer.pipe, &[&self.next.to_be_bytes()]);
            peer.unread.push_back(self.next);
            self.next += 1;
        }
    }

    /// Sends to whoever has the name of a peer, or to a name that nobody has.
    fn send(&mut self, at: usize) {
        let name = self.naive.get(at).map_or_else(|| id(b"nobody"), |peer| peer.name.clone());
        let sent = self.bench.send(&[name.as_bytes(), b"x"]);
        let Some(owner) = self.owner(&name) else {
            return assert_eq!(sent, Err(NotSent::Unroutable));
        };
        let owner = self.naive.iter_mut().find(|peer| peer.pipe == owner).expect("known");
        if owner.queued == MARK {
            return assert_eq!(sent, Err(NotSent::Full), "whatever room others have");
        }
        assert_eq!(sent.expect("room").pipe(), Some(owner.pipe));
        owner.queued += 1;
    }

    fn recv(&mut self) {
        let received = self.bench.recv();
        if let Some((pipe, frames)) = &received {
            self.received(*pipe, frames);
        } else {
            let unread = self.naive.iter().find(|peer| !peer.unread.is_empty());
            assert!(unread.is_none(), "{unread:?} is overlooked");
        }
        for ended in self.bench.sweep() {
            let at = self.naive.iter().position(|peer| peer.pipe == ended).expect("known");
            let peer = self.naive.remove(at);
            assert!(!peer.is_here && peer.unread.is_empty(), "{peer:?} had not ended");
            for heir in self.naive.iter_mut().filter(|heir| heir.elder == Some(ended)) {
                heir.elder = None;
            }
        }
    }

    fn received(&mut self, pipe: PipeId, frames: &Frames) {
        let peer = self.naive.iter_mut().find(|peer| peer.pipe == pipe).expect("known");
        let expected = peer.unread.pop_front().expect("it has sent something");
        assert_eq!(frames, &[expected.to_be_bytes()], "in the order of its peer");
        if let Some(end) = self.bench.pipes.get(pipe) {
            assert_eq!(end.origin.routing_id.as_ref(), Some(&peer.name));
        }
        let mut elder = peer.elder;
        while let Some(pipe) = elder {
            let found = self.naive.iter().find(|peer| peer.pipe == pipe);
            let peer = found.expect("it has not ended");
            assert!(peer.unread.is_empty(), "what came by the old name came first");
            elder = peer.elder;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn a_router_behaves_like_a_list_of_names(
        hands_over: bool,
        ops in prop::collection::vec(op(), 1..150),
    ) {
        let mut trial = Trial::new(hands_over);

        for op in ops {
            trial.run(op);
        }
    }
}
