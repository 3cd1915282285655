//! Fair queue and load balancer against naive models, under random operations.

use std::collections::VecDeque;

use proptest::prelude::*;
use zmq4_proto::SocketType;

use super::bench::Bench;
use super::{NotSent, Pipes};
use crate::pipe::PipeId;

#[derive(Clone, Copy, Debug)]
enum Op {
    Attach,
    Detach(usize),
    Send,
    /// The peer of a pipe reads everything it was sent.
    PeerReads(usize),
    /// The peer of a pipe sends so many messages.
    PeerSends(usize, u8),
    /// The peer leaves; what it sent may still be read.
    PeerLeaves(usize),
    Recv,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => Just(Op::Attach),
        1 => (0usize..5).prop_map(Op::Detach),
        10 => Just(Op::Send),
        3 => (0usize..5).prop_map(Op::PeerReads),
        6 => (0usize..5, 1u8..4).prop_map(|(pipe, count)| Op::PeerSends(pipe, count)),
        1 => (0usize..5).prop_map(Op::PeerLeaves),
        10 => Just(Op::Recv),
    ]
}

/// A pipe as the model has it.
#[derive(Debug)]
struct Naive {
    id: PipeId,
    unread: VecDeque<u32>,
    queued: usize,
    has_left: bool,
}

const HWM: usize = 3;

struct Trial {
    bench: Bench,
    naive: Vec<Naive>,
    next: u32,
    is_exclusive: bool,
}

impl Trial {
    fn new(socket_type: SocketType) -> Self {
        let is_exclusive = socket_type == SocketType::Pair;
        Self { bench: Bench::new(socket_type), naive: Vec::new(), next: 0, is_exclusive }
    }

    fn attach(&mut self) {
        let is_taken = self.is_exclusive && self.naive.iter().any(|pipe| !pipe.has_left);
        assert_eq!(self.bench.pattern.admits(), !is_taken);
        if is_taken {
            return;
        }
        let id = self.bench.attach(HWM);
        self.naive.push(Naive { id, unread: VecDeque::new(), queued: 0, has_left: false });
    }

    fn send(&mut self) {
        let result = self.bench.send(&[b"x"]);
        let present = self.naive.iter().filter(|pipe| !pipe.has_left).count();
        match result {
            Ok(routed) => {
                let pipe = self.naive.iter_mut().find(|pipe| Some(pipe.id) == routed.pipe());
                let pipe = pipe.expect("an attached pipe");
                assert!(!pipe.has_left && pipe.queued < HWM, "{pipe:?} has no room");
                pipe.queued += 1;
                assert!(self.bench.pattern.sends());
            }
            Err(NotSent::NotSupported) => assert!(!self.bench.pattern.sends()),
            Err(other @ (NotSent::Unroutable | NotSent::Dropped(_) | NotSent::OutOfTurn)) => {
                panic!("{other:?} is not for these types");
            }
            Err(NotSent::NoPeer) => assert_eq!(present, 0),
            Err(NotSent::Full) => {
                assert!(present > 0);
                let has_room = |pipe: &&Naive| !pipe.has_left && pipe.queued < HWM;
                assert_eq!(self.naive.iter().find(has_room).map(|pipe| pipe.id), None);
            }
        }
    }

    fn peer_reads(&mut self, at: usize) {
        let Some(pipe) = self.naive.get_mut(at).filter(|pipe| !pipe.has_left) else { return };
        assert_eq!(self.bench.peer_reads(pipe.id).len(), pipe.queued);
        pipe.queued = 0;
    }

    fn peer_sends(&mut self, at: usize, count: u8) {
        let Some(pipe) = self.naive.get_mut(at).filter(|pipe| !pipe.has_left) else { return };
        for _ in 0..count {
            self.bench.peer_sends(pipe.id, &[&self.next.to_be_bytes()]);
            pipe.unread.push_back(self.next);
            self.next += 1;
        }
    }

    fn peer_leaves(&mut self, at: usize) {
        let Some(pipe) = self.naive.get_mut(at).filter(|pipe| !pipe.has_left) else { return };
        self.bench.peer_leaves(pipe.id);
        pipe.has_left = true;
    }

    fn recv(&mut self) -> Option<PipeId> {
        let received = self.bench.recv();
        for ended in self.bench.sweep() {
            let at = self.naive.iter().position(|pipe| pipe.id == ended).expect("attached");
            let pipe = self.naive.remove(at);
            assert!(pipe.has_left && pipe.unread.is_empty(), "{pipe:?} had not ended");
        }
        let Some((id, frames)) = received else {
            let unread = self.naive.iter().find(|pipe| !pipe.unread.is_empty());
            let is_idle = !self.bench.pattern.receives();
            assert!(unread.is_none() || is_idle, "{unread:?} is overlooked");
            return None;
        };
        let pipe = self.naive.iter_mut().find(|pipe| pipe.id == id).expect("attached");
        let expected = pipe.unread.pop_front().expect("the model has it too");
        assert_eq!(frames, [expected.to_be_bytes()], "in the order of its pipe");
        Some(id)
    }

    fn run(&mut self, op: Op) {
        self.bench.collect();
        match op {
            Op::Attach => self.attach(),
            Op::Detach(at) if at < self.naive.len() => {
                let pipe = self.naive.remove(at);
                self.bench.remove(pipe.id);
            }
            Op::Detach(_) => {}
            Op::Send => self.send(),
            Op::PeerReads(at) => self.peer_reads(at),
            Op::PeerSends(at, count) => self.peer_sends(at, count),
            Op::PeerLeaves(at) => self.peer_leaves(at),
            Op::Recv => {
                self.recv();
            }
        }
    }
}

fn socket_type() -> impl Strategy<Value = SocketType> {
    prop_oneof![
        Just(SocketType::Push),
        Just(SocketType::Pull),
        Just(SocketType::Dealer),
        Just(SocketType::Pair),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn patterns_behave_like_their_models(
        socket_type in socket_type(),
        ops in prop::collection::vec(op(), 1..120),
    ) {
        let mut trial = Trial::new(socket_type);

        for op in ops {
            trial.run(op);
        }
    }

    #[test]
    fn rule_3_no_pipe_with_messages_waits_longer_than_one_turn_of_the_others(
        counts in prop::collection::vec(1u8..6, 1..6),
    ) {
        let mut trial = Trial::new(SocketType::Pull);
        for (at, &count) in counts.iter().enumerate() {
            trial.attach();
            trial.peer_sends(at, count);
        }

        let mut left: Vec<_> = trial.naive.iter().map(|pipe| (pipe.id, pipe.unread.len())).collect();
        while !left.is_empty() {
            // One round: every pipe that has messages gives exactly one.
            let mut round: Vec<_> = left.iter().map_while(|_| trial.recv()).collect();
            round.sort_unstable();
            prop_assert!(round.iter().eq(left.iter().map(|(id, _)| id)), "{round:?} of {left:?}");
            for (_, count) in &mut left {
                *count -= 1;
            }
            left.retain(|&(_, count)| count > 0);
        }
        prop_assert_eq!(trial.recv(), None);
    }

    #[test]
    fn rule_1_messages_are_spread_evenly_over_pipes_with_room(pipes in 1usize..6) {
        let mut trial = Trial::new(SocketType::Push);
        (0..pipes).for_each(|_| trial.attach());

        for turn in 1..=HWM {
            (0..pipes).for_each(|_| trial.send());
            prop_assert!(trial.naive.iter().all(|pipe| pipe.queued == turn));
        }
    }
}

#[test]
fn the_id_of_a_pipe_that_is_gone_never_means_another() {
    let mut bench = Bench::new(SocketType::Dealer);
    let first = bench.attach(HWM);
    bench.remove(first);

    let second = bench.attach(HWM);

    assert_ne!(second, first);
    assert!(bench.pipes.get(first).is_none());
}

#[test]
fn an_id_that_was_never_used_is_given_back() {
    let mut pipes = Pipes::default();

    for _ in 0..1000 {
        let id = pipes.reserve();
        pipes.release(id);
        pipes.release(id);
    }

    assert_eq!(pipes.capacity(), 1);
}
