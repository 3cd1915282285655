//! Fair queue and load balancer against naive models, under random operations.

use std::collections::VecDeque;
use std::sync::Arc;

use proptest::prelude::*;
use zmq4_proto::SocketType;

use super::{NotSent, Pattern, Pipes, of};
use crate::pipe::Spares;
use crate::pipe::{Marks, Overflow, Part, Party, PipeEnd, PipeId, Queue, Side};
use crate::sync::{Mutex, Rank};

/// Notes what pipes announce, as a socket's inbox does.
#[derive(Debug)]
struct Announced {
    pipe: PipeId,
    list: Arc<Mutex<Vec<(PipeId, Side)>>>,
}

impl Party for Announced {
    fn wake(&self, side: Side) {
        self.list.lock().push((self.pipe, side));
    }
}

#[derive(Debug)]
struct Nobody;

impl Party for Nobody {
    fn wake(&self, _side: Side) {}
}

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

struct Bench {
    pattern: Box<dyn Pattern>,
    pipes: Pipes,
    announced: Arc<Mutex<Vec<(PipeId, Side)>>>,
    naive: Vec<Naive>,
    next: u32,
    is_exclusive: bool,
}

impl Bench {
    fn new(socket_type: SocketType) -> Self {
        Self {
            pattern: of(socket_type),
            pipes: Pipes::default(),
            announced: Arc::new(Mutex::new(Rank::Leaf, Vec::new())),
            naive: Vec::new(),
            next: 0,
            is_exclusive: socket_type == SocketType::Pair,
        }
    }

    /// Takes in what was announced, as a socket does before every call.
    fn collect(&mut self) {
        let announced = std::mem::take(&mut *self.announced.lock());
        for (pipe, side) in announced {
            let Some(end) = self.pipes.get_mut(pipe) else { continue };
            match side {
                Side::Readable => self.pattern.readable(pipe),
                Side::Writable if !end.outbound.is_reader_gone() => self.pattern.writable(pipe),
                Side::Writable if !std::mem::replace(&mut end.is_hung_up, true) => {
                    self.pattern.hang_up(pipe);
                }
                Side::Writable => {}
            }
        }
    }

    fn remove(&mut self, id: PipeId) {
        let Some(end) = self.pipes.remove(id) else { return };
        if !end.is_hung_up {
            self.pattern.hang_up(id);
        }
        self.pattern.detach(id);
    }

    fn attach(&mut self) {
        let is_taken = self.is_exclusive && self.naive.iter().any(|pipe| !pipe.has_left);
        assert_eq!(self.pattern.admits(), !is_taken);
        if is_taken {
            return;
        }
        let id = self.pipes.reserve();
        let ours = || Arc::new(Announced { pipe: id, list: Arc::clone(&self.announced) });
        let marks = Marks::new(HWM, 0);
        let outbound = Queue::new(marks, Overflow::Refuse, ours(), Arc::new(Nobody));
        let inbound = Queue::new(Marks::new(0, 0), Overflow::Refuse, Arc::new(Nobody), ours());
        self.pipes.insert(id, PipeEnd::new(id, outbound, inbound, None));
        self.pattern.attach(id);
        self.naive.push(Naive { id, unread: VecDeque::new(), queued: 0, has_left: false });
    }

    fn send(&mut self) {
        let result = self.pattern.send(&mut self.pipes, &[Part::Copy(b"x")], 3);
        let present = self.naive.iter().filter(|pipe| !pipe.has_left).count();
        match result {
            Ok(routed) => {
                let pipe = self.naive.iter_mut().find(|pipe| Some(pipe.id) == routed.pipe());
                let pipe = pipe.expect("an attached pipe");
                assert!(!pipe.has_left && pipe.queued < HWM, "{pipe:?} has no room");
                pipe.queued += 1;
                assert!(self.pattern.sends());
            }
            Err(NotSent::NotSupported) => assert!(!self.pattern.sends()),
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
        let end = self.pipes.get(pipe.id).expect("attached");
        let mut segments = VecDeque::new();
        end.outbound.take(&mut segments, &mut Spares::default());
        let taken: usize = segments.iter().map(|segment| segment.messages).sum();
        assert_eq!(taken, pipe.queued);
        pipe.queued = 0;
        if end.outbound.acknowledge(taken, taken * 3) {
            end.outbound.wake_writer();
        }
    }

    fn peer_sends(&mut self, at: usize, count: u8) {
        let Some(pipe) = self.naive.get_mut(at).filter(|pipe| !pipe.has_left) else { return };
        let end = self.pipes.get(pipe.id).expect("attached");
        for _ in 0..count {
            let pushed = end.inbound.push(&[Part::Copy(&self.next.to_be_bytes())], 6);
            if pushed == Ok(crate::pipe::Pushed::WakeReader) {
                end.inbound.wake_reader();
            }
            pipe.unread.push_back(self.next);
            self.next += 1;
        }
    }

    fn peer_leaves(&mut self, at: usize) {
        let Some(pipe) = self.naive.get_mut(at).filter(|pipe| !pipe.has_left) else { return };
        let end = self.pipes.get(pipe.id).expect("attached");
        end.inbound.close_writer();
        end.outbound.close_reader();
        pipe.has_left = true;
    }

    fn recv(&mut self) -> Option<PipeId> {
        let next = self.pattern.next(&mut self.pipes);
        while let Some(ended) = self.pipes.next_retired() {
            let at = self.naive.iter().position(|pipe| pipe.id == ended).expect("attached");
            let pipe = self.naive.remove(at);
            assert!(pipe.has_left && pipe.unread.is_empty(), "{pipe:?} had not ended");
            self.remove(ended);
        }
        let Some(id) = next else {
            let unread = self.naive.iter().find(|pipe| !pipe.unread.is_empty());
            assert!(unread.is_none() || !self.pattern.receives(), "{unread:?} is overlooked");
            return None;
        };
        let end = self.pipes.get_mut(id).expect("attached");
        let message = end.front().expect("announced");
        let body = message.single().expect("one frame").as_bytes().to_vec();
        let extent = message.extent();
        end.local.pop(extent, &end.inbound);
        self.pattern.taken();
        let pipe = self.naive.iter_mut().find(|pipe| pipe.id == id).expect("attached");
        let expected = pipe.unread.pop_front().expect("the model has it too");
        assert_eq!(body, expected.to_be_bytes(), "in the order of its pipe");
        Some(id)
    }

    fn run(&mut self, op: Op) {
        self.collect();
        match op {
            Op::Attach => self.attach(),
            Op::Detach(at) if at < self.naive.len() => {
                let pipe = self.naive.remove(at);
                self.remove(pipe.id);
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
        let mut bench = Bench::new(socket_type);

        for op in ops {
            bench.run(op);
        }
    }

    #[test]
    fn rule_3_no_pipe_with_messages_waits_longer_than_one_turn_of_the_others(
        counts in prop::collection::vec(1u8..6, 1..6),
    ) {
        let mut bench = Bench::new(SocketType::Pull);
        for (at, &count) in counts.iter().enumerate() {
            bench.attach();
            bench.peer_sends(at, count);
        }

        let mut left: Vec<_> = bench.naive.iter().map(|pipe| (pipe.id, pipe.unread.len())).collect();
        while !left.is_empty() {
            // One round: every pipe that has messages gives exactly one.
            let mut round: Vec<_> = left.iter().map_while(|_| bench.recv()).collect();
            round.sort_unstable();
            prop_assert!(round.iter().eq(left.iter().map(|(id, _)| id)), "{round:?} of {left:?}");
            for (_, count) in &mut left {
                *count -= 1;
            }
            left.retain(|&(_, count)| count > 0);
        }
        prop_assert_eq!(bench.recv(), None);
    }

    #[test]
    fn rule_1_messages_are_spread_evenly_over_pipes_with_room(pipes in 1usize..6) {
        let mut bench = Bench::new(SocketType::Push);
        (0..pipes).for_each(|_| bench.attach());

        for turn in 1..=HWM {
            (0..pipes).for_each(|_| bench.send());
            prop_assert!(bench.naive.iter().all(|pipe| pipe.queued == turn));
        }
    }
}

#[test]
fn the_id_of_a_pipe_that_is_gone_never_means_another() {
    let mut bench = Bench::new(SocketType::Dealer);
    bench.attach();
    let first = bench.naive[0].id;
    bench.remove(first);

    bench.naive.clear();
    bench.attach();

    assert_ne!(bench.naive[0].id, first);
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
